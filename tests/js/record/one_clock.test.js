// One clock for all recordings: where each is at a moment, gaps, and the hand itself.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  barsOf,
  firstPicture,
  heardAtFirst,
  isCallerUnprepared,
  lastBy,
  nextTo,
  photoAt,
  placeIn,
  shareOf,
  sinceAlarm,
  span,
  timesIn,
  within,
} from "../../../dispatch/static/dispatch/record/models/one_clock.js";
import { Playhead } from "../../../dispatch/static/dispatch/record/models/playhead.js";

const T = 1_700_000_000_000;
const clip = (/** @type {object} */ fields) => ({
  clip: "a", kind: "video", side: "caller", source: "phone", at: T, way: "play",
  pieces: [], gaps: [], ...fields,
});

test("a recorder that stood still is a gap, and afterwards the copy goes on where it stopped", () => {
  const video = clip({
    pieces: [[T, 20_000, 0], [T + 60_000, 20_000, 20_000]],
    gaps: [[T + 20_000, 40_000, "stood still"]],
  });
  assert.deepEqual(placeIn(video, T + 5000), { is: "piece", seconds: 5 });
  assert.deepEqual(placeIn(video, T + 30_000), { is: "gap", words: "stood still" });
  assert.deepEqual(placeIn(video, T + 61_000), { is: "piece", seconds: 21 });
  assert.deepEqual(placeIn(video, T + 80_000), { is: "outside" });
  assert.deepEqual(placeIn(video, T - 1), { is: "outside" });
});

test("a hole in a piece is a gap, and the piece goes on after it", () => {
  const video = clip({ pieces: [[T, 60_000, 0]], gaps: [[T + 10_000, 5000, "never arrived"]] });
  assert.equal(placeIn(video, T + 12_000).is, "gap");
  assert.deepEqual(placeIn(video, T + 15_000), { is: "piece", seconds: 15 });
});

test("two segments overlap by a moment: the later one is shown", () => {
  const video = clip({ pieces: [[T, 60_000, 0], [T + 59_800, 60_000, 60_000]] });
  assert.deepEqual(placeIn(video, T + 59_900), { is: "piece", seconds: 60.1 });
});

test("segments that touch are one bar, and a gap between them is none", () => {
  const bars = barsOf([
    [T, 60_000, 0], [T + 59_700, 9000, 60_000], [T + 69_100, 5000, 69_000],
    [T + 80_000, 1000, 74_000], [T + 81_000, 1000, null],
  ]);
  assert.deepEqual(bars, [
    { at: T, length: 74_100, isPlayable: true },
    { at: T + 80_000, length: 1000, isPlayable: true },
    { at: T + 81_000, length: 1000, isPlayable: false },
  ]);
});

test("the stage says that the caller is missing only because nobody asked for a copy", () => {
  const [phone, seat] = [clip({ way: "ask" }), clip({ side: "seat" })];
  assert.equal(isCallerUnprepared([phone, seat]), true);
  assert.equal(isCallerUnprepared([phone, seat, clip({ source: "relay" })]), false);
  assert.equal(isCallerUnprepared([clip({ way: "wait" }), seat]), false);
  assert.equal(isCallerUnprepared([clip({ way: "ask", kind: "photo" }), seat]), false);
});

test("what has no copy ran in silence", () => {
  assert.deepEqual(placeIn(clip({ pieces: [[T, 1000, null]] }), T), { is: "silent" });
});

test("a photo stands for a while, then the next", () => {
  const photos = [
    clip({ clip: "one", kind: "photo" }),
    clip({ clip: "two", kind: "photo", at: T + 4000 }),
    clip({ clip: "unmade", kind: "photo", at: T + 5000, way: "wait" }),
  ];
  assert.equal(photoAt(photos, T - 1), null);
  assert.equal(photoAt(photos, T + 3999)?.clip, "one");
  assert.equal(photoAt(photos, T + 6000)?.clip, "two");
  assert.equal(photoAt(photos, T + 30_000), null);
});

test("the entry that a moment belongs to is the last that has happened", () => {
  const moments = [T, T + 1000, T + 1000, T + 5000];
  assert.equal(lastBy(moments, T - 1), -1);
  assert.equal(lastBy(moments, T), 0);
  assert.equal(lastBy(moments, T + 1000), 2);
  assert.equal(lastBy(moments, T + 9999), 3);
  assert.equal(lastBy([], T), -1);
});

test("up and down go from entry to entry and stay on the clock", () => {
  const moments = [T, T + 1000, T + 5000];
  assert.equal(nextTo(moments, T, 1), T + 1000);
  assert.equal(nextTo(moments, T + 5000, 1), null);
  assert.equal(nextTo(moments, T + 5200, -1), T + 1000);
  assert.equal(nextTo(moments, T + 100, -1), T);
  assert.equal(nextTo([], T, -1), null);
});

test("each side has one voice: the phone's own recording before the live one", () => {
  const clips = [
    clip({ clip: "live", source: "relay" }),
    clip({ clip: "phone" }),
    clip({ clip: "seat", source: "relay", side: "seat" }),
    clip({ clip: "photo", kind: "photo" }),
    clip({ clip: "unmade", way: "wait" }),
  ];
  assert.deepEqual([...heardAtFirst(clips)].sort(), ["phone", "seat"]);
});

test("places on the clock never leave it, whatever its length", () => {
  const clock = { begins: T, ends: T + 1000 };
  assert.equal(shareOf(clock, T + 250), 0.25);
  assert.equal(shareOf(clock, T + 9999), 1);
  assert.equal(shareOf({ begins: T, ends: T }, T), 0);
  assert.equal(within(clock, T - 5), T);
});

test("times are the server's zone's, and spans read as on a watch", () => {
  assert.equal(timesIn("Asia/Shanghai")(Date.UTC(2026, 7, 21, 1, 41, 7)), "09:41:07");
  assert.match(timesIn("no such zone")(T), /^\d\d:\d\d:\d\d$/);
  assert.equal(span(14_900), "0:14");
  assert.equal(span(3_723_000), "1:02:03");
});

test("what lies between two written times is their difference, also before the alarm", () => {
  const clock = { alarm: T };
  assert.equal(sinceAlarm(clock, T + 14_900), "+0:14");
  assert.equal(sinceAlarm(clock, T), "+0:00");
  assert.equal(sinceAlarm(clock, T - 1), "−0:01");
  assert.equal(sinceAlarm(clock, T - 1000), "−0:01");
});

test("the hand begins at the first thing that plays, not at a part that does not", () => {
  const late = clip({ pieces: [[T, 1000, null], [T + 1000, 60_000, 0]] });
  assert.equal(firstPicture({ begins: T - 500, clips: [late] }), T + 1000);
  assert.equal(firstPicture({ begins: T - 500, clips: [clip({ way: "ask" })] }), T - 500);
  assert.equal(firstPicture({ begins: T, clips: [clip({ kind: "photo", at: T + 7 })] }), T + 7);
});

// --- The hand ----------------------------------------------------------------------------

test("it goes with the time that is told, at its rate, and stops at the end", () => {
  const hand = new Playhead({ begins: T, ends: T + 1000 });
  hand.tick(0, false);
  assert.equal(hand.at, T);
  hand.play();
  hand.tick(100, false);
  hand.tick(300, false);
  assert.equal(hand.at, T + 200);
  hand.rate = 2;
  hand.tick(500, false);
  assert.equal(hand.at, T + 600);
  hand.tick(5000, false);
  assert.equal(hand.at, T + 1000);
  assert.equal(hand.isPlaying, false);
  hand.play();
  assert.equal(hand.at, T, "from the end it begins anew");
});

test("it waits for a recording that is late, and does not catch that time up", () => {
  const hand = new Playhead({ begins: T, ends: T + 10_000 });
  hand.play();
  hand.tick(0, false);
  hand.tick(1000, true);
  hand.tick(1100, false);
  assert.equal(hand.at, T + 100);
});

test("where a recording leads, the hand goes with it, and never back", () => {
  const hand = new Playhead({ begins: T, ends: T + 10_000 });
  hand.play();
  hand.tick(0, false, T);
  hand.tick(1000, false, T + 20);
  assert.equal(hand.at, T + 20, "it started late: so does the hand");
  hand.tick(1100, false, T);
  assert.equal(hand.at, T + 20);
  hand.tick(1200, false);
  assert.equal(hand.at, T + 120, "without one, time itself goes on");
});

test("a pause is no time gone, and a seek stays on the clock", () => {
  const hand = new Playhead({ begins: T, ends: T + 10_000 });
  let told = 0;
  hand.addEventListener("change", () => (told += 1));
  hand.play();
  hand.tick(0, false);
  hand.pause();
  hand.play();
  hand.tick(60_000, false);
  assert.equal(hand.at, T);
  hand.seek(T + 99_999);
  assert.equal(hand.at, T + 10_000);
  assert.equal(told, 4);
});

test("a copy that came meanwhile neither stops the hand nor slows it", () => {
  const hand = new Playhead({ begins: 0, ends: 60_000 });
  hand.rate = 2;
  hand.seek(5000);
  hand.play();
  const next = new Playhead({ begins: 0, ends: 90_000 }, hand);
  assert.deepEqual([next.at, next.rate, next.isPlaying], [5000, 2, true]);
  next.tick(100, false);
  next.tick(1100, false);
  assert.equal(next.at, 7000);
});
