import assert from "node:assert/strict";
import { test } from "node:test";

import { withEntry } from "../../../dispatch/static/dispatch/console/models/incident_state.js";
import {
  actsOn, isHost, isOverHere, isVisitor, peopleOf, ringing,
} from "../../../dispatch/static/dispatch/console/models/room.js";
import { incident, invitation, party, seat } from "./cast.js";

const at = "2026-08-21T00:01:00.000000Z";
const asked = (one) => ({ type: "invitation.updated", stream: "i", seq: 2, at, data: { invitation: one } });
const room = (changes) => ({
  type: "room.changed", stream: "i", seq: 3, at, data: { call: "a", parties: [], whispering: [], people: {}, why: "", ...changes },
});
const hosting = seat(7, { activity: "on_call", call: "a", room_role: "host", operator: "Chen" });
const visiting = seat(4, { activity: "on_call", call: "a", room_role: "second", operator: "Wu" });
const call = (changes = {}) => incident("a", {
  call: { ...incident("a").call, seat: "seat-7", seat_label: "芝罘区 7", seat_label_en: "Zhifu 7", operator: "Chen", ...changes },
});

test("an invitation rings until it is answered; then only how it came out is left", () => {
  let state = withEntry(call(), asked(invitation("o1")));
  assert.deepEqual(ringing(state).map(({ offer }) => offer), ["o1"]);
  assert.deepEqual(withEntry(state, asked(invitation("o1"))), state, "twice is as once");
  state = withEntry(state, asked(invitation("o1", { state: "declined" })));
  assert.deepEqual(ringing(state), []);
  assert.equal(state.answered?.state, "declined");
  state = withEntry(state, asked(invitation("o2", { seat: "seat-5" })));
  assert.equal(state.answered, null, "the next one asked is what matters");
});

test("snapshot and entries say the same of the room", () => {
  const told = [asked(invitation("o1")), room({ parties: [party("p1")], people: { p1: "Wu" } })].reduce(withEntry, call());
  const fresh = call();
  assert.deepEqual(told.invitations, { ...fresh.invitations, o1: invitation("o1") });
  assert.deepEqual(told.room, { parties: [party("p1")], whispering: [], people: { p1: "Wu" } });
});

test("another call of the incident begins with an empty room, and without an answer", () => {
  const state = withEntry(withEntry(call(), room({ parties: [party("p1")] })), asked(invitation("o1", { state: "declined" })));
  const next = withEntry(state, { type: "call.connected", stream: "i", seq: 9, data: { call: { ...state.call, call: "b" } } });
  assert.deepEqual([next.room, next.invitations, next.answered], [{ parties: [], whispering: [], people: {} }, {}, null]);
  assert.deepEqual(withEntry(next, room({ parties: [party("p1")] })).room, next.room, "late news of the former is none");
});

test("who leads does everything; who was asked in acts only for themselves", () => {
  const state = withEntry(call(), room({ parties: [party("p1")], people: { p1: "Wu" } }));
  assert.ok(isHost(hosting, state) && !isVisitor(hosting));
  assert.ok(!isHost(visiting, state) && isVisitor(visiting));
  assert.ok(!isHost(visiting, call({ seat: null })), "also while nobody is known to lead");
  const [host, second] = peopleOf(state, hosting);
  assert.deepEqual([host.isMe, second.isMe, second.name], [true, false, "Wu"]);
  assert.deepEqual(actsOn(second, true), { mute: true, remove: true, handOver: true, leave: false });
  const [, me] = peopleOf(state, visiting);
  assert.equal(me.isMe, true);
  assert.deepEqual(actsOn(me, false), { mute: false, remove: false, handOver: false, leave: true });
  assert.deepEqual(Object.values(actsOn(host, false)), [false, false, false, false]);
});

test("a whispering supervisor stands apart, and cannot be handed the call", () => {
  const zhao = party("p2", { role: "supervisor", label: "督导", label_en: "supervisor" });
  const state = withEntry(call(), room({ whispering: [zhao], people: { p2: "Zhao" } }));
  const one = peopleOf(state, hosting).at(-1);
  assert.deepEqual([one.isWhispering, one.name, actsOn(one, true).handOver], [true, "Zhao", false]);
});

test("a call that went elsewhere is over for this seat, though it goes on", () => {
  const wrapping = { ...hosting, activity: "wrap_up", room_role: "" };
  const state = call({ seat: "seat-4" });
  assert.ok(isOverHere(wrapping, state));
  assert.ok(!isHost(wrapping, state));
  assert.ok(!isOverHere(hosting, call()));
  assert.ok(isOverHere(hosting, call({ state: "ended" })));
});
