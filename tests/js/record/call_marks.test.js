// The strip of a call's time at the seat.

import assert from "node:assert/strict";
import { test } from "node:test";

import { markPlaces, withoutOffice } from "../../../dispatch/static/dispatch/console/models/call_marks.js";

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

test("one's own office is not named before each of its seats; another's is", () => {
  const names = ["烟台市公安局芝罘分局", "Zhifu (District) Police"];
  const short = (/** @type {string} */ words) => withoutOffice(words, names);
  assert.equal(
    short("Zhifu (District) Police, seat 2 (Lin) has the call now, from Zhifu (District) Police, seat 1"),
    "Seat 2 (Lin) has the call now, from seat 1",
  );
  assert.equal(short("烟台市公安局芝罘分局 2号席（林悦）接听"), "2号席（林悦）接听");
  const others = "Answered at Laishan District Police, seat 2";
  assert.equal(short(others), others);
  const line = "Waits in the line of Zhifu (District) Police";
  assert.equal(short(line), line);
});
