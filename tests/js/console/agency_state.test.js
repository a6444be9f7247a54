import assert from "node:assert/strict";
import { test } from "node:test";

import {
  callsToReturn, callsWaiting, fromSnapshot, noticesAt, oldestSince, seatsOf, withEntry,
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

const lost = (call, minute, changes = {}) => lineCall(call, {
  state: "ended", needs_callback: true, ended_at: `2026-08-21T00:0${minute}:00.000000Z`, ...changes,
});

test("whom to call back is the same from a snapshot and from entries, the longest lost first", () => {
  const told = [lost("late", 5), lost("early", 1)].map((call) => line(call)).reduce(withEntry, fromSnapshot(snapshot()));
  const fresh = fromSnapshot(snapshot({ callbacks: { early: lost("early", 1), late: lost("late", 5) } }));
  assert.deepEqual(told.callbacks, fresh.callbacks);
  assert.deepEqual(callsToReturn([fresh]).map(({ call }) => call), ["early", "late"]);
});

test("who was called back leaves the list and stands below it, with who did it", () => {
  const before = fromSnapshot(snapshot({ callbacks: { a: lost("a", 1), b: lost("b", 2) } }));
  const noted = lost("a", 1, { needs_callback: false, callback_outcome: "reached", called_back_by: "Wu" });
  const after = withEntry(before, line(noted));
  assert.deepEqual(Object.keys(after.callbacks), ["b"]);
  assert.deepEqual(callsToReturn([after]).map((call) => [call.call, call.called_back_by]), [["b", ""], ["a", "Wu"]]);
  assert.deepEqual(fromSnapshot(snapshot(), after.done).done, after.done, "this window still shows it after a resync");
});

test("a notice stands until it is withdrawn, or its time is over", () => {
  const notice = (id, until) => ({
    notice: id, text: id, posted_by: "Zhao", posted_at: `2026-08-21T00:00:0${id}.000000Z`, until, is_withdrawn: false,
  });
  const posted = (one) => ({ type: "notice.updated", stream: ZHIFU, seq: 1, data: { notice: one } });
  const [one, two] = [notice("1", "2026-08-21T02:00:00.000000Z"), notice("2", "2026-08-21T01:00:00.000000Z")];
  const state = [posted(one), posted(two)].reduce(withEntry, fromSnapshot(snapshot()));
  const at = (time) => noticesAt([state], Date.parse(time)).map(({ notice: id }) => id);
  assert.deepEqual(at("2026-08-21T00:30:00Z"), ["2", "1"]);
  assert.deepEqual(at("2026-08-21T01:30:00Z"), ["1"]);
  assert.deepEqual(withEntry(state, posted({ ...one, is_withdrawn: true })).notices, { 2: two });
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
