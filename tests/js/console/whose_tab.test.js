import assert from "node:assert/strict";
import { test } from "node:test";

import { claimTab } from "../../../dispatch/static/dispatch/console/models/whose_tab.js";

/** @returns {Storage} */
function storage() {
  const kept = new Map();
  return /** @type {any} */ ({
    getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => kept.set(key, value),
    clear: () => kept.clear(),
  });
}

test("a reload keeps what one typed; another person finds nothing", () => {
  const tab = storage();
  claimTab(tab, "chen");
  tab.setItem("alarm110.draft.1", "he is at the door");
  claimTab(tab, "chen");
  assert.equal(tab.getItem("alarm110.draft.1"), "he is at the door");
  claimTab(tab, "wu");
  assert.equal(tab.getItem("alarm110.draft.1"), null);
});
