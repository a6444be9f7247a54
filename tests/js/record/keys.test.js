import assert from "node:assert/strict";
import { test } from "node:test";

import { actOf } from "../../../dispatch/static/dispatch/record/models/keys.js";

const press = (key, changes = {}, areOn = true) =>
  actOf({ key, isModified: false, focus: "record", isOwn: false, ...changes }, areOn);

test("a fresh page, where nothing has the focus, plays and jumps", () => {
  const fresh = { focus: "page" };
  assert.deepEqual([" ", "k", "L", "j"].map((key) => press(key, fresh)), ["play", "play", "forward", "back"]);
  assert.deepEqual(["ArrowLeft", "ArrowRight"].map((key) => press(key, fresh)), ["step-back", "step-on"]);
  assert.deepEqual(["ArrowUp", "ArrowDown", "x"].map((key) => press(key, fresh)), [null, null, null]);
});

test("switched off, keys are the record's only while the focus is in it", () => {
  for (const key of [" ", "l", "ArrowRight"]) {
    assert.equal(press(key, { focus: "page" }, false), null);
    assert.notEqual(press(key, {}, false), null);
  }
});

test("in the record the arrows go from entry to entry", () => {
  assert.equal(press("ArrowUp"), "entry-before");
  assert.equal(press("ArrowDown"), "entry-after");
});

test("what has the focus keeps its own keys, and the browser its shortcuts", () => {
  assert.equal(press(" ", { isOwn: true }), null);
  assert.equal(press("ArrowLeft", { isOwn: true }), null);
  assert.equal(press("l", { isOwn: true }), "forward");
  for (const key of [" ", "l", "ArrowRight"]) {
    assert.equal(press(key, { focus: "other" }), null);
    assert.equal(press(key, { isModified: true }), null);
  }
});
