import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Desk } from "../../../dispatch/static/dispatch/console/models/desk.js";
import { writtenLines } from "../../../dispatch/static/dispatch/console/models/room_words.js";
import { CHEN, MemoryStorage, ZHIFU, incident, seat, snapshot } from "./cast.js";

globalThis.document = { documentElement: { lang: "en" } };

let storage;
let sent;
let desk;

beforeEach(() => {
  storage = new MemoryStorage();
  sent = [];
  const door = {
    command: async (frame) => void sent.push(frame),
    send: (frame) => Boolean(sent.push(frame)),
  };
  desk = new Desk(storage, door);
  desk.lineChanged("live", 0, 0);
});

/** @param {object} changes */
function welcome({ epoch = null, own = null, seats = [seat(7)], notice, streams = {} } = {}) {
  const snapshots = { [ZHIFU]: snapshot({ seats: Object.fromEntries(seats.map((one) => [one.seat, one])) }), ...streams };
  const cursors = Object.fromEntries(Object.keys(snapshots).map((stream) => [stream, 1]));
  const you = { side: "seat", operator: { id: CHEN, name: "Chen" }, seat: own, agencies: [ZHIFU], held_elsewhere: false, notice };
  desk.welcome({ type: "welcome", epoch, cursors, snapshots, you, at: "2026-08-21T01:00:00.000000Z" });
}

const offered = (answer) => seat(7, { activity: "offered", offer: { offer: "o1", answer } });
const updated = (one) => ({ type: "seat.updated", stream: ZHIFU, seq: 2, data: { seat: one, why: "" } });

test("without an epoch one chooses a seat; with one it is held and remembered", () => {
  assert.equal(desk.view, "opening");
  welcome();
  assert.equal(desk.view, "choose");
  welcome({ epoch: 3, own: "seat-7" });
  assert.equal(desk.view, "idle");
  assert.deepEqual(desk.shift.hello, { seat: "seat-7", epoch: 3 });
});

test("an automatic offer is accepted by itself, once", () => {
  welcome({ epoch: 3, own: "seat-7" });
  desk.entry(updated(offered("auto")));
  desk.entry(updated(offered("auto")));
  assert.deepEqual(sent, [{ type: "accept_offer", offer: "o1" }]);
});

test("a ringing offer waits for a person", () => {
  welcome({ epoch: 3, own: "seat-7" });
  desk.entry(updated(offered("ring")));
  assert.deepEqual(sent, []);
});

test("the offer of another seat is nobody's business here", () => {
  welcome({ epoch: 3, own: "seat-7", seats: [seat(7), seat(8)] });
  desk.entry(updated(seat(8, { activity: "offered", offer: { offer: "o2", answer: "auto" } })));
  assert.deepEqual(sent, []);
});

test("a call comes with its incident and leaves without a trace", () => {
  let cleared = 0;
  desk.addEventListener("cleared", () => (cleared += 1));
  welcome({ epoch: 3, own: "seat-7" });
  desk.entry(updated(seat(7, { activity: "on_call", call: "a" })));
  desk.frame({ type: "followed", stream: "i", cursor: 1, snapshot: incident("a") });
  desk.frame({ type: "device", call: "a", camera: "on", microphone: "off", position: "on", is_hidden: false });
  assert.equal(desk.view, "call");
  assert.equal(desk.incident?.call.call, "a");
  desk.frame({ type: "unfollowed", stream: "i" });
  assert.equal(desk.incident, null);
  assert.equal(desk.device, null);
  assert.equal(cleared, 1);
});

test("a welcome without the incident takes the call off the screen", () => {
  welcome({ epoch: 3, own: "seat-7", streams: { i: incident("a") } });
  assert.ok(desk.incident);
  welcome({ epoch: 3, own: "seat-7" });
  assert.equal(desk.incident, null);
});

test("an old epoch is told why, and the seat can be taken again", () => {
  const notice = { code: "epoch_stale", detail: "", facts: { why: "lapsed", ended_at: "2026-08-21T00:59:00.000000Z" } };
  welcome({ epoch: 3, own: "seat-7" });
  welcome({ notice });
  assert.equal(desk.view, "choose");
  assert.deepEqual(desk.notice, notice);
  assert.equal(desk.lastSeat?.seat, "seat-7");
  assert.deepEqual(desk.shift.hello, {}, "the old epoch is not offered again");
});

test("a window that was superseded says so and does not come back by itself", () => {
  welcome({ epoch: 3, own: "seat-7" });
  desk.frame({ type: "error", code: "epoch_stale", detail: "", facts: {} });
  desk.lineChanged("down", 0, 4409);
  assert.equal(desk.view, "elsewhere");
  desk.forgetNotice(); // "Use here" was refused: somebody else sits there
  assert.equal(desk.view, "choose");
  assert.deepEqual(desk.shift.hello, {});
});

test("a lost sign-in is a view of its own", () => {
  welcome({ epoch: 3, own: "seat-7" });
  desk.lineChanged("down", 0, 4401);
  assert.equal(desk.view, "signed_out");
});

test("a refusal names who won", async () => {
  const said = [];
  desk.addEventListener("say", (event) => said.push(event.detail.text));
  const refused = Object.assign(new Error("taken"), { code: "call_taken", facts: { seat_label: "一", seat_label_en: "Seat 1", operator: "Wu" } });
  const losing = new Desk(storage, { command: async () => Promise.reject(refused), send: () => true });
  losing.lineChanged("live", 0, 0);
  losing.addEventListener("say", (event) => said.push(event.detail.text));
  assert.equal(await losing.attempt({ type: "take_call", call: "a" }), null);
  assert.deepEqual(said, ["Taken by Seat 1 (Wu) a moment before."]);
});

test("signals of live media pass through, and nothing is made of them here", () => {
  const heard = [];
  for (const type of ["signal", "media"]) desk.addEventListener(type, (event) => heard.push(event.detail.type));
  desk.addEventListener("change", () => heard.push("change"));
  desk.frame({ type: "signal", leg: "l", sdp: "v=0" });
  desk.frame({ type: "media", leg: "l", state: "up", code: "" });
  assert.deepEqual(heard, ["signal", "media"]);
});

test("silent seats are known until the next welcome, and the ringing caller's words", () => {
  welcome({ epoch: 3, own: "seat-7" });
  desk.frame({ type: "silent_seats", seats: ["seat-8"] });
  assert.deepEqual(desk.silentSeats, ["seat-8"]);
  desk.frame({ type: "offer_words", offer: "o1", call: "c1", words: [{ text: "Help", is_file: false }], rung: "", why: "" });
  assert.deepEqual(writtenLines(desk.offerWords), ["Help"]);
  welcome({ epoch: 3, own: "seat-7" });
  assert.deepEqual(desk.silentSeats, []);
});

test("the card has room for two lines, the newest; a photo without words is said", () => {
  const words = ["one", "two", ""].map((text, at) => ({ text, is_file: at === 2 }));
  assert.deepEqual(writtenLines({ offer: "o", call: "c", words, rung: "", why: "" }), ["two", "(a photo or file)"]);
  assert.deepEqual(writtenLines(null), []);
});

test("a refusal that answers nothing is said in the page's words, or the page says it itself", () => {
  const said = [];
  desk.addEventListener("say", (event) => said.push(event.detail.text));
  desk.frame({ type: "error", code: "not_found", detail: "没有这条报警。" });
  assert.deepEqual(said, []);
  desk.frame({ type: "error", code: "too_large", detail: "太长了。" });
  assert.deepEqual(said, ["Not done: this is too long."]);
});
