import assert from "node:assert/strict";
import { test } from "node:test";

import {
  beganAt, clipsOf, extent, lookWords, mayFollow, missing, phoneClips, size, sourceName, viewAddress, viewWords, waysToLook, wholeness,
} from "../../../dispatch/static/dispatch/console/models/evidence.js";
import { clip } from "./cast.js";

const closed = (changes) => clip("c", { state: "closed", chunk_count: 9, is_complete: true, ...changes });
const copy = (state, changes = {}) => ({ view: "v", state, chunk_count: 9, duration_ms: 0, reason: "", ...changes });

test("newest first", () => {
  const clips = { a: clip("a"), b: clip("b", { opened_at: "2026-08-21T00:01:00.000000Z" }) };
  assert.deepEqual(clipsOf(clips).map(({ clip: id }) => id), ["b", "a"]);
  assert.deepEqual(clipsOf(undefined), []);
});

test("a recording stands at its begin, not where it arrived", () => {
  const opened = "2026-08-21T00:02:30.000000Z";
  const begins = (source, claimed) => beganAt(clip("c", { source, opened_at: opened, claimed_at: claimed }));
  assert.equal(begins("relay", "2026-08-21T00:00:04.100000Z"), "2026-08-21T00:00:04.100000Z");
  assert.equal(begins("phone", "2026-08-21T00:02:27.412Z"), "2026-08-21T00:02:27.412Z");
  for (const wrong of ["2026-08-20T00:02:27.412Z", "2026-08-21T00:02:31.000Z", "8:00", ""])
    assert.equal(begins("phone", wrong), opened);
  const live = clip("live", { source: "relay", opened_at: opened, claimed_at: "2026-08-21T00:00:04Z" });
  const photo = clip("photo", { kind: "photo", opened_at: "2026-08-21T00:01:00.000000Z" });
  assert.deepEqual(clipsOf({ live, photo }).map(({ clip: id }) => id), ["photo", "live"]);
});

const withGaps = (gaps, changes) => closed({
  gaps, gap_count: gaps.length, missing: gaps.reduce((sum, { first, last }) => sum + last - first + 1, 0), ...changes,
});

test("what is missing is told by number and, where slices are seconds, by time", () => {
  const gaps = [{ segment: 0, first: 41, last: 43 }, { segment: 1, first: 5, last: 5 }];
  assert.equal(missing(withGaps(gaps)), "missing: 3 pieces at 0:41, 1 piece at 1:05");
  assert.equal(missing(withGaps(gaps, { source: "relay" })), "missing: 4 pieces");
  assert.equal(missing(withGaps(gaps, { kind: "photo" })), "missing: 4 pieces");
  const many = Array.from({ length: 5 }, (_, n) => ({ segment: n, first: 0, last: 0 }));
  assert.equal(missing(withGaps(many)), "missing: 1 piece at 0:00, 1 piece at 1:00, 1 piece at 2:00, 2 more");
});

test("of thousands of gaps a few come, and how many there are", () => {
  const few = Array.from({ length: 20 }, (_, n) => ({ segment: n, first: 0, last: 0 }));
  const all = { gap_count: 5000, missing: 9000 };
  assert.match(missing(withGaps(few, all)), /2:00, 4997 more$/);
  assert.equal(missing(withGaps(few, { ...all, source: "relay" })), "missing: 9000 pieces");
  assert.equal(wholeness(closed({ is_complete: false, gap_count: 1, missing: 1 })).tone, "warn");
});

test("growing, complete, with gaps, or without a known end", () => {
  assert.equal(wholeness(clip("c")).words, "still arriving");
  assert.equal(wholeness(closed()).words, "complete");
  assert.equal(wholeness(closed({ is_complete: false })).words, "the end may be missing");
  assert.equal(wholeness(withGaps([{ segment: 0, first: 1, last: 1 }], { is_complete: false })).tone, "warn");
});

test("more can arrive while something is not complete, and for some seconds after the end", () => {
  assert.equal(mayFollow({ c: closed() }, 5), true, "the recorder's last piece");
  assert.equal(mayFollow({ c: closed() }, 20), false);
  assert.equal(mayFollow({ c: closed(), d: clip("d") }, 500), true);
  assert.equal(mayFollow({ c: closed({ is_complete: false }) }, 500), true);
  assert.equal(mayFollow({}, 20), false);
});

test("a clip of a phone that is gone does not grow, one of the relay does", () => {
  const words = "not all is here; the rest comes if the phone sends it";
  assert.deepEqual(wholeness(clip("c"), true), { tone: "warn", icon: "wifi-off", words });
  assert.equal(wholeness(closed(), true).words, "complete");
  assert.equal(wholeness(clip("c", { source: "relay" }), true).words, "still arriving");
  const clips = { empty: clip("empty"), seat: closed({ source: "seat" }), got: clip("got", { chunk_count: 2 }) };
  assert.deepEqual(phoneClips(clips).map(({ clip: id }) => id), ["got"]);
});

test("size in bytes, length only as a copy told it", () => {
  assert.equal(size(840), "840 B");
  assert.equal(size(84_000), "84 KB");
  assert.equal(size(1_240_000), "1.2 MB");
  assert.equal(size(12_400_000), "12 MB");
  assert.equal(extent(closed({ bytes: 84_000 })), "84 KB");
  assert.equal(extent(closed({ bytes: 84_000, view: copy("ready", { duration_ms: 42_100 }) })), "0:42 · 84 KB");
});

test("a clip that grows is played so far, a closed one as its copy shows it", () => {
  assert.equal(waysToLook(clip("c")), "none");
  assert.equal(waysToLook(clip("c", { chunk_count: 3 })), "ask");
  assert.equal(lookWords(clip("c", { chunk_count: 3 })), "Play so far");
  assert.equal(waysToLook(clip("c", { chunk_count: 9, view: copy("ready") })), "play");
  assert.equal(waysToLook(clip("c", { chunk_count: 10, view: copy("ready") })), "ask");
  assert.equal(waysToLook(closed({ view: copy("making") })), "wait");
  assert.equal(waysToLook(closed({ view: copy("ready", { chunk_count: 3 }) })), "play");
  assert.equal(waysToLook(closed()), "ask");
  assert.equal(lookWords(closed()), "Prepare to play");
});

test("what cannot be shown says why, and is not asked for again until it grew", () => {
  const refused = copy("refused", { reason: "too_many_pixels" });
  assert.equal(waysToLook(closed({ view: refused })), "none");
  assert.equal(viewWords(closed({ view: refused })), "cannot be shown: the picture is too large to be opened safely");
  assert.equal(waysToLook(clip("c", { chunk_count: 10, view: copy("refused") })), "ask");
  assert.equal(waysToLook(closed({ kind: "file" })), "none");
  assert.equal(viewWords(closed({ kind: "file" })), "only as a download");
  assert.equal(viewWords(closed({ chunk_count: 0 })), "empty");
});

test("only a copy that is ready has an address", () => {
  assert.equal(viewAddress(closed({ view: copy("ready") })), "/api/v1/console/clips/c/view/v");
  assert.equal(viewAddress(closed({ view: copy("making") })), "");
  assert.equal(viewAddress(closed()), "");
});

test("the two sides of a live recording are told apart", () => {
  assert.notEqual(sourceName(closed({ source: "relay" })), sourceName(closed({ source: "relay", side: "seat" })));
});
