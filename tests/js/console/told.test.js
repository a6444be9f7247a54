import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Desk } from "../../../dispatch/static/dispatch/console/models/desk.js";
import { CHEN, MemoryStorage, ZHIFU, incident, invitation, party, seat, snapshot } from "./cast.js";

globalThis.document = { documentElement: { lang: "en" } };

const own = (changes = {}) => seat(7, { activity: "on_call", call: "a", room_role: "host", operator: "Chen", epoch: 3, ...changes });
const mine = { seat: "seat-7", seat_label: "芝罘区 7", seat_label_en: "Zhifu 7", operator: "Chen" };
const theirs = { seat: "seat-4", seat_label: "芝罘区 4", seat_label_en: "Zhifu 4", operator: "Wu" };
const FUSHAN = { agency: "fushan", name: "福山区", name_en: "Fushan" };
let desk;
let said;

beforeEach(() => {
  desk = new Desk(new MemoryStorage(), { command: async () => ({}), send: () => true });
  desk.lineChanged("live", 0, 0);
  const agency = { ...snapshot().agency, neighbours: [FUSHAN] };
  const snapshots = {
    [ZHIFU]: snapshot({ agency, seats: { "seat-7": own() } }),
    i: incident("a", { call: { ...incident("a").call, ...mine } }),
  };
  const you = { side: "seat", operator: { id: CHEN, name: "Chen" }, seat: "seat-7", agencies: [ZHIFU], held_elsewhere: false };
  desk.welcome({ type: "welcome", epoch: 3, cursors: { [ZHIFU]: 1, i: 1 }, snapshots, you, at: "2026-08-21T01:00:00.000000Z" });
  said = [];
  desk.addEventListener("say", (event) => said.push(event.detail.text));
});

const callEntry = (type, changes, more = {}) => desk.entry({
  type, stream: "i", seq: 2, at: "2026-08-21T01:00:01.000000Z", data: { call: { ...desk.incident.call, ...changes }, ...more },
});
const seatEntry = (changes, why = "") => desk.entry({
  type: "seat.updated", stream: ZHIFU, seq: 2, data: { seat: own(changes), why },
});
const from = { from_seat: "seat-7", from_label: "芝罘区 7", from_label_en: "Zhifu 7", from_operator: "Chen" };

test("a call taken over is never lost in silence: who did it, and why", () => {
  callEntry("call.transferred", theirs, { how: "take_over", ...from, reason: "console dead" });
  assert.deepEqual(said, ["Seat 4 (Wu) took the call over. Reason: console dead"]);
});

test("a call a supervisor moves to a line is told with its place", () => {
  callEntry("call.returned", { agency: FUSHAN.agency, state: "waiting", seat: null }, { why: "moved" });
  assert.deepEqual(said, ["A supervisor moved the call to the line of Fushan."]);
});

test("a call that comes from a colleague says from whom", () => {
  callEntry("call.transferred", theirs, { how: "blind", ...from });
  said.length = 0;
  const back = { from_seat: "seat-4", from_label: "芝罘区 4", from_label_en: "Zhifu 4", from_operator: "Wu", reason: "asks for you" };
  callEntry("call.transferred", mine, { how: "warm", ...back });
  assert.deepEqual(said, ["You have the call now, from Seat 4 (Wu). Reason: asks for you"]);
});

test("how an invitation came out is said to who asked", () => {
  const answered = (state) => desk.entry({
    type: "invitation.updated", stream: "i", seq: 2, at: "", data: { invitation: invitation("o1", { state }) },
  });
  for (const state of ["open", "unanswered", "declined", "accepted"]) answered(state);
  assert.deepEqual(said, ["No answer from Seat 4 (Wu).", "Seat 4 (Wu) declined.", "Seat 4 (Wu) came in."]);
});

test("a whisper is announced to who hears it, once", () => {
  const whispering = [party("p2", { role: "supervisor" })];
  const entry = { type: "room.changed", stream: "i", seq: 2, data: { call: "a", parties: [], whispering, people: {}, why: "" } };
  desk.entry(entry);
  desk.entry(entry);
  assert.deepEqual(said, ["A supervisor speaks to you; only you hear it."]);
});

test("who hears a supervisor is said at each change, and that they are gone", () => {
  const zhao = party("p2", { role: "supervisor" });
  const room = (parties, whispering) => desk.entry({
    type: "room.changed", stream: "i", seq: 2, data: { call: "a", parties, whispering, people: {}, why: "" },
  });
  room([], [zhao]);
  room([zhao], []);
  room([], [zhao]);
  room([], []);
  assert.deepEqual(said, [
    "A supervisor speaks to you; only you hear it.", "A supervisor takes part; everybody hears it.",
    "A supervisor speaks to you; only you hear it.", "The supervisor is out of the call.",
  ]);
});

test("away says after how many calls, and how to come back", () => {
  seatEntry({ availability: "away", misses: 3, activity: "idle" });
  assert.deepEqual(said, ["3 calls in a row rang here unanswered: calls go to other seats until you choose Ready."]);
});

const asked = (/** @type {string} */ reason) => ({ break_asked: reason, break_asked_at: "2026-08-21T01:00:01.000000Z" });
const settled = { break_asked: "", break_asked_at: null };

test("a break asked for is allowed or refused, aloud; one taken back is not", () => {
  seatEntry(asked("meal"));
  seatEntry(settled, "break refused");
  seatEntry(asked("meal"));
  seatEntry({ ...settled, availability: "break", reason: "meal" }, "break allowed");
  seatEntry({ availability: "ready" });
  seatEntry(asked("meal"));
  seatEntry(settled, "availability ready");
  assert.deepEqual(said, [
    "A supervisor did not allow the break. You are still Ready.", "Your break is allowed. No calls come now.",
  ]);
});

test("so is the wish to go off, which has no reason", () => {
  seatEntry(asked(""));
  seatEntry(settled, "break refused");
  seatEntry(asked(""));
  seatEntry({ ...settled, availability: "off" }, "break allowed");
  assert.deepEqual(said, [
    "A supervisor did not let you go off. You are still Ready.", "You may go off. No calls come now.",
  ]);
});

test("what one does oneself is not told again", () => {
  seatEntry({ availability: "break", reason: "meal" }, "availability break");
  callEntry("call.connected", mine);
  assert.deepEqual(said, []);
});

test("a pause settles whatever was asked for, and its reason is told", () => {
  for (const wish of ["", "meal"]) {
    seatEntry(asked(wish));
    seatEntry({ ...settled, availability: "break", reason: "other" }, "seat paused");
    seatEntry({ availability: "ready" });
  }
  assert.equal(said.length, 2);
  for (const words of said) assert.match(words, /^A supervisor sent you on a break/);
});
