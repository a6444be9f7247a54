import assert from "node:assert/strict";
import { test } from "node:test";
import { isThinNow } from "../../../dispatch/static/dispatch/caller/models/thin_line.js";

const before = { at: 0, bytesOut: 0, framesSent: 0, framesGiven: 0, lossOut: 0, rttMs: 50 };
/** Two seconds later. */
const after = (kilobits, more = {}) => ({
  at: 2000, bytesOut: (kilobits * 2000) / 8, framesSent: 50, framesGiven: 50, lossOut: 0,
  rttMs: 50, ...more,
});

test("much loss keeps the recording on the phone, whatever else", () => {
  assert.equal(isThinNow(before, after(900, { lossOut: 0.06 }), true), true);
  assert.equal(isThinNow(before, after(30, { lossOut: 0.06 }), false), true);
  assert.equal(isThinNow(before, after(900, { lossOut: 0.04 }), true), false);
});

test("few bytes count only with a sign that the line is the reason", () => {
  assert.equal(isThinNow(before, after(120), true), false, "a phone on a table");
  assert.equal(isThinNow(before, after(120, { framesSent: 16 }), true), true);
  assert.equal(isThinNow(before, after(120, { rttMs: 700 }), true), true);
  assert.equal(isThinNow(before, after(120, { lossOut: 0.02 }), true), true);
  assert.equal(isThinNow(before, after(260, { framesSent: 16 }), true), false);
});

test("a camera that gives few frames, as at night, says nothing of the line", () => {
  const dark = { framesSent: 16, framesGiven: 17 };
  assert.equal(isThinNow(before, after(60, dark), true), false);
  assert.equal(isThinNow(before, after(60, { ...dark, framesSent: 8 }), true), true);
  assert.equal(isThinNow(before, after(60, { ...dark, rttMs: 700 }), true), true);
  const untold = { framesSent: 16, framesGiven: 0 };
  assert.equal(isThinNow(before, after(60, untold), true), true, "not told by the browser");
});

test("sound alone, or a leg that just began, says nothing", () => {
  assert.equal(isThinNow(before, after(30, { framesSent: 0 }), false), false);
  assert.equal(isThinNow({ ...before, bytesOut: 1e6 }, after(30), true), false);
  assert.equal(isThinNow({ ...before, at: 2000 }, after(30), true), false);
});
