// The strip of a call's time at the seat.

import assert from "node:assert/strict";
import { test } from "node:test";

import { markPlaces } from "../../../dispatch/static/dispatch/console/models/call_marks.js";

const queued_at = "2026-08-21T00:00:00.000000Z";
const T = Date.parse(queued_at);
const mark = (/** @type {number} */ seconds) => T + 1000 * seconds;
const near = (/** @type {number[]} */ places) => places.map((place) => Math.round(place * 100));

test("a call's time fills the strip, up to now while it goes on", () => {
  assert.deepEqual(near(markPlaces([mark(0), mark(120)], { queued_at }, T + 240_000)), [1, 50]);
  const ended_at = "2026-08-21T00:02:00.000000Z";
  const places = markPlaces([mark(0), mark(120)], { queued_at, ended_at }, T + 900_000);
  assert.deepEqual(near(places), [1, 99]);
});

test("the first minute does not jump about", () => {
  assert.deepEqual(near(markPlaces([mark(0), mark(6)], { queued_at }, T + 6000)), [1, 11]);
});

test("nothing leaves the strip: not after the end, nor by a clock that is behind", () => {
  const ended_at = "2026-08-21T00:02:00.000000Z";
  assert.deepEqual(near(markPlaces([mark(900)], { queued_at, ended_at }, 0)), [99]);
  assert.deepEqual(near(markPlaces([mark(90)], { queued_at }, T)), [99]);
});
