import assert from "node:assert/strict";
import { test } from "node:test";

import { haveChanged, MOST_TRIES, Waiting } from "../../../dispatch/static/dispatch/record/models/waiting.js";

test("who waits asks sooner at first, and at last no more", () => {
  const waiting = new Waiting();
  const rests = Array.from({ length: MOST_TRIES }, () => waiting.next());
  assert.deepEqual(rests.slice(0, 7), [2000, 3000, 5000, 10_000, 20_000, 30_000, 30_000]);
  assert.equal(waiting.next(), null);
  assert.equal(waiting.next(), null);
  waiting.begin();
  assert.equal(waiting.next(), 2000);
});

test("a list is old once a clip can be seen otherwise, came, or is gone", () => {
  const shown = { a: "wait", b: "play" };
  assert.ok(!haveChanged(shown, { b: "play", a: "wait" }));
  assert.ok(haveChanged(shown, { a: "play", b: "play" }));
  assert.ok(haveChanged(shown, { a: "wait", b: "play", c: "wait" }));
  assert.ok(haveChanged(shown, { a: "wait" }));
  assert.ok(haveChanged(shown, { a: "wait", c: "play" }));
});
