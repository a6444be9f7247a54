// After the plain form: the page goes on by itself, but from under nobody who writes.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

let loads = 0;
let went;
let stops;

/** Load the module as it comes late. @param {{value?: string, hasFocus?: boolean} | null} field */
async function load(field) {
  went = [];
  stops = 0;
  const words = field && Object.assign(new EventTarget(), { value: "", ...field });
  globalThis.document = {
    querySelector: (what) => (what === "textarea" ? words : null),
    activeElement: field?.hasFocus ? words : {},
  };
  globalThis.location = { replace: (to) => went.push(to) };
  globalThis.window = { stop: () => { stops += 1; } };
  await import(`../../../dispatch/static/dispatch/caller/go_on.js?${(loads += 1)}`);
  return words;
}

afterEach(() => {
  for (const name of ["document", "location", "window"]) delete globalThis[name];
});

test("a page on which nobody writes goes on", async () => {
  await load({});
  assert.deepEqual(went, ["/"]);
  await load(null);
  assert.deepEqual(went, ["/"]);
});

test("it stays with who writes, or has written", async () => {
  await load({ value: "He is at the" });
  assert.deepEqual(went, []);
  await load({ hasFocus: true });
  assert.deepEqual(went, []);
});

test("who begins to write while the live page is on its way stays, once", async () => {
  const words = await load({});
  assert.equal(stops, 0);
  words.dispatchEvent(new Event("focus"));
  words.dispatchEvent(new Event("focus"));
  assert.equal(stops, 1); // later it would stop the words that are sent
});
