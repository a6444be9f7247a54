import assert from "node:assert/strict";
import { test } from "node:test";

import { fromSnapshot } from "../../../dispatch/static/dispatch/board/models/agency.js";
import {
  countDoing, cut, doing, freeSeats, liveCalls, openNotices, seatsOf, sumsOf, waitingCalls,
} from "../../../dispatch/static/dispatch/board/models/lists.js";
import { callActs, seatActs } from "../../../dispatch/static/dispatch/board/models/acts.js";
import { agency, call, FUSHAN, seat, snapshot } from "./cast.js";

const at = (second) => `2026-08-21T01:00:${String(second).padStart(2, "0")}.000000Z`;

test("the line shows the longest waiting first, whatever county and priority", () => {
  const zhifu = fromSnapshot(snapshot({ line: {
    late: call("late", { queued_at: at(9), priority: 1 }),
    rings: call("rings", { queued_at: at(5), state: "offered" }),
    talks: call("talks", { queued_at: at(0), state: "connected" }),
  } }));
  const fushan = fromSnapshot(snapshot({
    agency: agency(FUSHAN), line: { early: call("early", { queued_at: at(1), agency: FUSHAN }) },
  }));
  assert.deepEqual(waitingCalls([zhifu, fushan]).map((one) => one.call), ["early", "rings", "late"]);
  assert.deepEqual(liveCalls([zhifu, fushan]).map((one) => one.call), ["talks"]);
});

test("what does not fit is cut off and counted, never scrolled", () => {
  const { shown, hidden } = cut([1, 2, 3, 4, 5], 3);
  assert.deepEqual([shown, hidden], [[1, 2, 3], [4, 5]]);
  assert.deepEqual(cut([1, 2], 3).hidden, []);
});

test("a seat has one word: nobody, what was chosen, or what the system does with it", () => {
  assert.equal(doing(seat("a", { operator_id: null })), "nobody");
  assert.equal(doing(seat("a", { availability: "away" })), "away");
  assert.equal(doing(seat("a", { availability: "break", activity: "on_call" })), "on_call");
});

test("seats in service stand by number; those out of service are left out", () => {
  const state = fromSnapshot(snapshot({ seats: {
    b: seat("b", { number: 12 }), a: seat("a", { number: 3 }),
    gone: seat("gone", { is_active: false }),
    talks: seat("talks", { number: 1, activity: "on_call" }),
  } }));
  assert.deepEqual(seatsOf(state).map((one) => one.seat), ["talks", "a", "b"]);
  assert.deepEqual(freeSeats([state]).map((one) => one.seat), ["a", "b"]);
  assert.equal(countDoing(seatsOf(state)).on_call, 1);
});

test("the bar and the county count alike: who sits there and takes no calls is not ready", () => {
  const seats = [
    seat("a"), seat("b", { activity: "wrap_up" }), seat("c", { availability: "off" }),
    seat("d", { availability: "break" }), seat("e", { availability: "away" }), seat("f", { operator_id: null }),
  ];
  assert.deepEqual(sumsOf(seats), { ready: 1, busy: 1, idle: 3, nobody: 1 });
});

test("a notice that is over is not shown", () => {
  const notice = (id, until) => ({ notice: id, text: id, posted_at: at(1), until, is_withdrawn: false });
  const state = fromSnapshot(snapshot({ notices: { a: notice("a", at(10)), b: notice("b", at(30)) } }));
  assert.deepEqual(openNotices([state], Date.parse(at(20))).map((one) => one.notice), ["b"]);
});

test("what can be done with a seat depends on who is there and what they ask", () => {
  assert.deepEqual([...seatActs(seat("a", { operator_id: null }))], []);
  assert.deepEqual([...seatActs(seat("a"))], ["pause", "free"]);
  for (const reason of ["meal", ""]) {  // without one it wants to go off
    assert.deepEqual([...seatActs(seat("a", { break_asked: reason, break_asked_at: at(1) }))],
      ["allow-break", "refuse-break", "pause", "free"]);
  }
  assert.deepEqual([...seatActs(seat("a", { availability: "break" }))], ["free"]);
});

test("only a connected call can be listened to, and not as one does already", () => {
  const nowhere = { call: null, stance: "" };
  assert.deepEqual([...callActs(call("c"), nowhere)], ["priority", "move", "end"]);
  const talks = call("c", { state: "connected" });
  assert.ok(callActs(talks, nowhere).has("monitor"));
  const there = { call: "c", stance: "monitor" };
  assert.ok(!callActs(talks, there).has("monitor"));
  assert.ok(callActs(talks, there).has("whisper"));
});
