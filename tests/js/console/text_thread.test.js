// The conversation as it comes: who writes no more, and what cannot wait.

import assert from "node:assert/strict";
import { test } from "node:test";

import { regionOf } from "./parts.js";
import { MemoryStorage, incident } from "./cast.js";

globalThis.ResizeObserver = class {
  observe() {}
};
globalThis.sessionStorage = new MemoryStorage();
const { TextThread } = await import("../../../dispatch/static/dispatch/console/elements/text_thread.js");

const said = (seq, text, side = "caller") => ({ seq, side, text, at: "2026-08-21T00:00:00.000000Z" });

function thread(messages) {
  const told = [];
  const desk = Object.assign(new EventTarget(), {
    incident: incident("a", { messages }), isOver: false, say: (...words) => told.push(words),
  });
  const region = regionOf(TextThread, { desk });
  Object.assign(region.dataset, { dangerEn: "Danger now", dangerZh: "现在有危险" });
  region.addEventListener("announce", ({ detail }) => told.push(detail));
  region.querySelector("[data-part=\"row\"]").content = { firstElementChild: { cloneNode: makeRow } };
  region.part("messages").insertBefore = (row) => region.part("messages").children.push(row);
  region.show();
  const comes = (...more) => {
    desk.incident = { ...desk.incident, messages: [...desk.incident.messages, ...more] };
    region.show();
  };
  return { region, desk, told, comes, rows: region.part("messages").children };
}

/** A row of the list: its slots only keep what was written into them. */
function makeRow() {
  const row = new HTMLElement();
  const slots = new Map();
  row.querySelector = (selector) => {
    if (!slots.has(selector)) slots.set(selector, document.createElement("p"));
    return slots.get(selector);
  };
  return row;
}

test("whose message has come writes no more, until they begin again", () => {
  const { region, desk, comes } = thread([said(1, "Help")]);
  const isWriting = () => !region.part("typing").hidden;
  desk.dispatchEvent(new Event("typing"));
  assert.ok(isWriting());
  comes(said(2, "Are you safe?", "seat"));
  assert.ok(isWriting(), "one's own words change nothing");
  comes(said(3, "No"));
  assert.ok(!isWriting());
  desk.dispatchEvent(new Event("typing"));
  assert.ok(isWriting());
});

test("danger now is marked in both languages, and said once as it comes", () => {
  const { told, comes, rows } = thread([said(1, "Danger now")]);
  assert.deepEqual(told, [], "it stood there before this seat came");
  comes(said(2, "Yes"), said(3, "Danger now", "seat"));
  assert.deepEqual(told, []);
  comes(said(4, "现在有危险"));
  const words = "The caller says: danger now.";
  assert.deepEqual(told, [[words, "warn"], words]);
  comes(said(5, "No danger now"));
  assert.equal(told.length, 2);
  assert.deepEqual(rows.map(({ dataset }) => dataset.danger), ["true", "false", "false", "true", "false"]);
});
