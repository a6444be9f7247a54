import assert from "node:assert/strict";
import { test } from "node:test";

import { apply, fromSnapshot } from "../../../dispatch/static/dispatch/board/models/agency.js";
import { BoardState } from "../../../dispatch/static/dispatch/board/models/board_state.js";
import { callName } from "../../../dispatch/static/dispatch/board/models/words.js";
import { call, entry, FUSHAN, seat, snapshot, ZHIFU, agency } from "./cast.js";

const welcome = (agencies = [ZHIFU]) => ({
  type: "welcome", epoch: null, cursors: {}, snapshots: {}, at: "2026-08-21T01:00:00.000000Z",
  you: { side: "board", supervisor: { id: "z", name: "Zhao" }, agencies, moves: [ZHIFU] },
});
const followed = (shot, stream = ZHIFU) => ({ type: "followed", stream, cursor: 1, snapshot: shot });

test("an entry replaces one thing; everything else stays the same object", () => {
  const state = fromSnapshot(snapshot({ seats: { a: seat("a"), b: seat("b") } }));
  const before = state.seats.get("b");
  apply(state, entry("seat.updated", { seat: seat("a", { activity: "on_call" }) }));
  assert.equal(state.seats.get("a").activity, "on_call");
  assert.equal(state.seats.get("b"), before, "or its row would be drawn again");
});

test("a call leaves the line when it ends or goes to another agency", () => {
  const state = fromSnapshot(snapshot({ line: { a: call("a"), b: call("b") } }));
  apply(state, entry("line.updated", { call: call("a", { state: "ended" }) }));
  apply(state, entry("line.updated", { call: call("b", { agency: FUSHAN }) }));
  assert.deepEqual([...state.line.keys()], []);
});

test("with several agencies in sight each number is said with its agency's code", () => {
  const board = new BoardState();
  board.welcome(welcome([ZHIFU, FUSHAN]));
  board.frame(followed(snapshot()));
  assert.equal(board.ownCode, "370602", "one alone needs none");
  board.frame(followed(snapshot({ agency: agency(FUSHAN) }), FUSHAN));
  assert.equal(board.ownCode, "");
  assert.equal(callName(call("c")), "Call 370602-0017");
});

test("a lost caller is to be called back until somebody did", () => {
  const state = fromSnapshot(snapshot());
  const lost = call("a", { state: "ended", needs_callback: true });
  apply(state, entry("line.updated", { call: lost }));
  assert.deepEqual([...state.callbacks.keys()], ["a"]);
  apply(state, entry("line.updated", { call: { ...lost, needs_callback: false } }));
  assert.deepEqual([...state.callbacks.keys()], []);
});

test("a notice stands until it is taken back", () => {
  const state = fromSnapshot(snapshot());
  const notice = { notice: "n", text: "Fog", until: "2999-01-01T00:00:00Z", is_withdrawn: false };
  apply(state, entry("notice.updated", { notice }));
  assert.equal(state.notices.size, 1);
  apply(state, entry("notice.updated", { notice: { ...notice, is_withdrawn: true } }));
  assert.equal(state.notices.size, 0);
});

test("the board is whole once every agency named by the welcome has come", () => {
  const state = new BoardState();
  assert.equal(state.isWhole, false);
  state.welcome(welcome([ZHIFU, FUSHAN]));
  state.frame(followed(snapshot()));
  assert.equal(state.isWhole, false);
  state.frame(followed(snapshot({ agency: agency(FUSHAN, "Fushan") }), FUSHAN));
  assert.equal(state.isWhole, true);
  assert.deepEqual(state.agencies.map((one) => one.agency.name), ["Zhifu", "Fushan"]);
});

test("an agency that a later welcome does not name is forgotten", () => {
  const state = new BoardState();
  state.welcome(welcome([ZHIFU, FUSHAN]));
  state.frame(followed(snapshot({ line: { a: call("a") } })));
  state.welcome(welcome([FUSHAN]));
  assert.equal(state.call("a"), null);
});

test("what may be acted on is what one supervises, not all one sees", () => {
  const state = new BoardState();
  state.welcome(welcome([ZHIFU, FUSHAN]));
  assert.equal(state.maySteer(ZHIFU), true);
  assert.equal(state.maySteer(FUSHAN), false);
});

test("the room is that of the incident one stands in, and its news are followed", () => {
  const state = new BoardState();
  state.welcome(welcome());
  state.frame({ type: "room", call: "c", incident: "i", participant: "p", stance: "monitor" });
  state.frame(followed({ call: { mode: "normal" }, room: { parties: [], whispering: [], people: {} } }, "i"));
  state.entry(entry("room.changed", { call: "c", parties: [{ participant: "q" }], whispering: [], people: {} }, "i"));
  assert.equal(state.room.parties.length, 1);
  state.entry(entry("call.mode_changed", { call: { mode: "silent" } }, "i"));
  assert.equal(state.mode, "silent");
  state.frame({ type: "room", call: null, incident: null, participant: null, stance: "" });
  assert.equal(state.standing.call, null);
});

test("seats that are not heard are those of the last health frame", () => {
  const state = new BoardState();
  state.frame({ type: "health", agencies: { [ZHIFU]: { lapsed: 0, stuck: 0, late: ["a"] } } });
  assert.deepEqual([...state.late], ["a"]);
  state.frame({ type: "health", agencies: { [ZHIFU]: { lapsed: 0, stuck: 0, late: [] } } });
  assert.deepEqual([...state.late], []);
});

test("a call's time counts from when it was answered, whoever has it now", () => {
  const state = new BoardState();
  state.welcome(welcome());
  const since = "2026-08-21T01:05:00.000000Z";
  state.frame(followed(snapshot({
    seats: { s: seat("s", { activity: "on_call", call: "c", since: "2026-08-21T01:09:00.000000Z" }) },
    line: { c: call("c", { state: "connected", seat: "s", connected_at: since }) },
  })));
  assert.equal(state.talkingSince(state.call("c")), since);
  const elsewhere = call("d", { state: "offered", seat: "far" });
  assert.equal(state.talkingSince(elsewhere), elsewhere.queued_at);
});
