import assert from "node:assert/strict";
import { test } from "node:test";

import {
  callsMissed, callsWaiting, fromSnapshot, oldestSince, seatsOf, withEntry,
} from "../../../dispatch/static/dispatch/console/models/agency_state.js";
import { lineCall, seat, snapshot, ZHIFU } from "./cast.js";

const line = (call, at = "2026-08-21T01:00:00.000000Z") => ({ type: "line.updated", stream: ZHIFU, seq: 1, at, data: { call } });

test("who waits stands by priority, then by the time of the tap", () => {
  const state = fromSnapshot(snapshot({
    line: {
      late: lineCall("late", { queued_at: "2026-08-21T00:00:09.000000Z" }),
      early: lineCall("early", { queued_at: "2026-08-21T00:00:01.000000Z" }),
      urgent: lineCall("urgent", { queued_at: "2026-08-21T00:00:30.000000Z", priority: 1 }),
      served: lineCall("served", { state: "connected" }),
    },
  }));
  const waiting = callsWaiting([state]);
  assert.deepEqual(waiting.map(({ call }) => call), ["urgent", "early", "late"]);
  assert.equal(oldestSince(waiting), "2026-08-21T00:00:01.000000Z");
  assert.equal(oldestSince([]), null);
});

test("a call leaves the line when it ends or goes to another agency", () => {
  const before = fromSnapshot(snapshot({ line: { a: lineCall("a"), b: lineCall("b") } }));
  const ended = withEntry(before, line(lineCall("a", { state: "ended" })));
  const moved = withEntry(ended, line(lineCall("b", { agency: "elsewhere" })));
  assert.deepEqual(Object.keys(moved.line), []);
  assert.deepEqual(Object.keys(before.line), ["a", "b"], "the old state is not touched");
});

test("a lost caller is remembered for a call back, once, also over a fresh snapshot", () => {
  const lost = lineCall("a", { state: "ended", needs_callback: true });
  let state = withEntry(fromSnapshot(snapshot()), line(lost));
  state = withEntry(state, line(lost));
  state = fromSnapshot(snapshot(), state.missed);
  assert.deepEqual(callsMissed([state]).map(({ call }) => call), ["a"]);
});

test("an entry twice is as an entry once", () => {
  const entry = { type: "seat.updated", stream: ZHIFU, seq: 1, data: { seat: seat(7, { activity: "on_call" }), why: "" } };
  const once = withEntry(fromSnapshot(snapshot()), entry);
  assert.deepEqual(withEntry(once, entry), once);
});

test("seats stand by number, those out of service not at all", () => {
  const seats = { c: seat(10), a: seat(2), b: seat(1, { is_active: false }) };
  assert.deepEqual(seatsOf(fromSnapshot(snapshot({ seats }))).map(({ number }) => number), [2, 10]);
});
