import assert from "node:assert/strict";
import { test } from "node:test";

import * as chart from "../../../dispatch/static/dispatch/board/models/chart.js";
import * as figures from "../../../dispatch/static/dispatch/board/models/figures.js";
import { facts } from "../../../dispatch/static/dispatch/board/models/health.js";
import { refusal } from "../../../dispatch/static/dispatch/board/models/refusals.js";

globalThis.document ??= { documentElement: { lang: "en" } };

const frame = (fields = {}, quarters = [], agency = "a") => ({
  type: "figures", agency, starts_at: "2026-08-21T00:00:00.000000Z", quarters,
  figures: {
    offered: 10, answered: 8, in_10: 6, due_10: 10, in_15: 8, due_15: 9, wait_ms: 40000,
    longest_ms: 30000, busy_ms: 500, wrap_up_ms: 100, shift_ms: 1000, ...fields,
  },
});

test("several agencies add up before anything is divided", () => {
  const all = figures.together([
    frame(), frame({ in_10: 90, due_10: 90, longest_ms: 90000 }, [], "b"),
  ]);
  assert.equal(figures.answeredIn(all.figures, 10), 0.96, "not the mean of 60 and 100");
  assert.equal(all.figures.longest_ms, 90000, "the longest is no sum");
  assert.equal(figures.averageWait(all.figures), 5);
  assert.equal(figures.occupancy(all.figures), 0.6);
});

test("a sum leaves the frames as they came: the next showing adds them up again", () => {
  const frames = [frame({}, [[1, 1, 1, 1, 0]]), frame({}, [[2, 1, 0, 2, 1]], "b")];
  figures.together(frames);
  assert.deepEqual(figures.together(frames).quarters, [[3, 2, 1, 3, 1]]);
});

test("a share is never rounded up to a target that was missed", () => {
  assert.equal(figures.percent(0.8999, 0.9), "89%");
  assert.equal(figures.percent(0.9, 0.9), "90%");
  assert.equal(figures.percent(0.9996), "99%", "not all of them");
  assert.equal(figures.percent(2 / 3, 0.9), "67%");
  assert.equal(figures.percent(1), "100%");
  assert.equal(figures.percent(null), "–");
});

test("where nothing happened nothing is claimed", () => {
  assert.equal(figures.together([]), null);
  assert.equal(figures.answeredIn({ in_10: 0, due_10: 0 }, 10), null);
  assert.equal(figures.averageWait({ answered: 0, wait_ms: 0 }), null);
});

test("the busiest quarter fills the chart; one below the target is marked", () => {
  const quarters = [[0, 0, 0, 0, 0], [10, 5, 5, 10, 5], [5, 5, 5, 5, 0]];
  const [most, half] = chart.bars(quarters);
  assert.equal(most.answered + most.missed, chart.HEIGHT);
  assert.equal(most.isBelow, true);
  assert.equal(half.answered, chart.HEIGHT / 2);
  assert.equal(half.isBelow, false);
  assert.match(chart.inWords({ ...frame({}, quarters) }), /15 calls today.* 10\. Below 90% in 15 s: 1 quarter of an hour\.$/);
});

test("where no quarter missed the target nothing is said of it", () => {
  assert.match(chart.inWords({ ...frame({}, [[5, 5, 5, 5, 0]]) }), /5 calls today.* with 5\.$/);
});

const health = (fields = {}) => ({
  type: "health", at: "", loops: { sweeper: 400, matcher: 300 }, relay_percent: 12,
  canary_at: "2026-08-21T01:00:00.000000Z", canary_ok: true, batches: 1,
  agencies: { a: { lapsed: 0, stuck: 0, late: [] } }, ...fields,
});
const NOW = Date.parse("2026-08-21T01:10:00.000000Z");
const tones = (fields) => Object.fromEntries(facts(health(fields), NOW).map((one) => [one.key, one.tone]));

test("a healthy service has nothing to warn of", () => {
  assert.deepEqual(new Set(Object.values(tones({}))), new Set(["ok"]));
});

test("each fault is told where it stands, in words", () => {
  assert.equal(tones({ loops: { sweeper: 9000 } }).loops, "warn");
  assert.match(facts(health({ loops: { sweeper: 9000 } }), NOW)[0].words, /sweeper/);
  assert.equal(tones({ relay_percent: null }).relay, "warn");
  assert.equal(tones({ canary_ok: false }).canary, "warn");
  assert.equal(tones({ canary_at: null }).canary, "muted");
  const bad = tones({ agencies: { a: { lapsed: 1, stuck: 2, late: ["s"] } } });
  assert.deepEqual([bad.lapsed, bad.stuck, bad.late], ["warn", "warn", "warn"]);
});

test("a test alarm of this minute was answered just now, not 0 minutes ago", () => {
  const told = (at) => facts(health({ canary_at: `2026-08-21T${at}.000000Z` }), NOW).at(-1)?.words;
  assert.equal(told("01:09:30"), "Test alarm answered just now");
  assert.equal(told("01:08:00"), "Test alarm answered 2 min ago");
});

test("a refusal says what happened meanwhile and who did it", () => {
  const refused = { code: "call_taken", message: "", facts: { seat_label_en: "Zhifu 7", operator: "Chen" } };
  assert.match(refusal(refused), /answered meanwhile at Zhifu 7 \(Chen\)/);
  const told = { code: "seat_not_free", message: "Zhifu 8 is not free.", facts: { operator: "Wu" } };
  assert.match(refusal(told), /Zhifu 8 is not free\. \(Wu\)/);
});
