import assert from "node:assert/strict";
import { test } from "node:test";

import {
  callOrder, moveOrder, priorityOrder, seatOrder,
} from "../../../dispatch/static/dispatch/board/models/orders.js";
import { asksFor } from "../../../dispatch/static/dispatch/board/models/words.js";
import { call, FUSHAN, seat, ZHIFU } from "./cast.js";

globalThis.document ??= { documentElement: { lang: "en" } };

test("a priority can be put back as it was", () => {
  const { frame, undo } = priorityOrder(call("c", { priority: 3 }), 1, "knife");
  assert.deepEqual(frame, { type: "set_call_priority", call: "c", priority: 1, reason: "knife" });
  assert.deepEqual(undo, { type: "set_call_priority", call: "c", priority: 3 });
});

test("a waiting call that was moved can be moved back; one that is talked to cannot", () => {
  const waits = moveOrder(call("c"), `agency:${FUSHAN}`, "Fushan", "");
  assert.equal(waits.frame.agency, FUSHAN);
  assert.equal(waits.undo.agency, ZHIFU);
  const talks = moveOrder(call("c", { state: "connected" }), `agency:${FUSHAN}`, "Fushan", "");
  assert.equal(talks.undo, undefined);
  const seated = moveOrder(call("c"), "seat:s", "Zhifu 7", "");
  assert.deepEqual([seated.frame.seat, seated.undo], ["s", undefined]);
});

test("who stands in the room already changes how, and enters no second time", () => {
  const talks = call("c", { state: "connected" });
  assert.equal(callOrder("whisper", talks, "why", { call: null }).frame.type, "enter_room");
  assert.equal(callOrder("whisper", talks, "why", { call: "c" }).frame.type, "set_stance");
});

test("each act at a seat is its own command, told by the seat's name", () => {
  assert.equal(seatOrder("pause", seat("s"), "why").frame.type, "pause_seat");
  assert.equal(seatOrder("free", seat("s"), "why").frame.type, "free_seat");
  assert.equal(seatOrder("allow-break", seat("s"), "").frame.allow, true);
  assert.equal(seatOrder("refuse-break", seat("s"), "").frame.allow, false);
  assert.match(seatOrder("free", seat("s"), "why").done, /Zhifu 7/);
});

test("a seat that asks without a reason wants to go off, and is answered so", () => {
  const [meal, off] = [seat("s", { break_asked: "meal" }), seat("s")];
  assert.equal(asksFor(meal), "Asks for a break: Meal");
  assert.equal(asksFor(off), "Wants to go off");
  assert.match(seatOrder("allow-break", meal, "").done, /^The break at .* is allowed/);
  assert.match(seatOrder("allow-break", off, "").done, /may go off/);
  assert.match(seatOrder("refuse-break", off, "").done, /may not go off/);
});

test("what is no act of a seat or a call gives no order", () => {
  assert.equal(seatOrder("", seat("a"), "why"), null);
  assert.equal(seatOrder("end", seat("a"), "why"), null);
  assert.equal(callOrder("", call("c"), "why", { call: "c" }), null);
  assert.equal(callOrder("free", call("c"), "why", { call: null }), null);
});
