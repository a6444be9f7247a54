import assert from "node:assert/strict";
import { test } from "node:test";
import {
  applyEntry, newsBetween,
} from "../../../dispatch/static/dispatch/caller/models/alarm_state.js";

const call = {
  call: "c1", number: "370602-20260821-0017", state: "waiting", mode: "normal",
  queued_at: "2026-08-21T01:41:07.000000Z", connected_at: null, ended_at: null,
  end_reason: "", seat_label: "", seat_label_en: "", lost_at: null,
};
const old = {
  incident: { incident: "i1", number: call.number, opened_at: call.queued_at },
  call,
  messages: [],
  position: null,
  caller: { assurance: "none", phone_masked: "" },
};
const connected = { ...call, state: "connected", seat_label: "芝罘 7", seat_label_en: "Zhifu 7" };
const place = {
  lat_e7: 375400000, lon_e7: 1213900000, accuracy_mm: 12000, age_ms: 0,
  at: "2026-08-21T01:41:09.000000Z", area: "芝罘区", area_en: "Zhifu", is_inside: true,
};

test("old snapshot + entries = fresh snapshot", () => {
  const at = "2026-08-21T01:41:10.000000Z";
  const entries = [
    { type: "position.reported", data: { position: place } },
    { type: "message.posted", at, data: { side: "caller", text: "help", client_id: "m1" } },
    { skip: true },
    { type: "call.connected", data: { call: connected } },
    { type: "message.posted", at, data: { side: "seat", text: "I see you" } },
    { type: "caller.verified", data: { caller: { assurance: "phone", phone_masked: "138****5678" } } },
    { type: "something.newer", data: {} },
  ];
  const state = entries.reduce(
    (before, entry, index) => applyEntry(before, { stream: "i1", seq: index + 2, ...entry }), old,
  );
  assert.deepEqual(state, {
    incident: old.incident,
    call: connected,
    messages: [
      { seq: 3, at, side: "caller", text: "help" },
      { seq: 6, at, side: "seat", text: "I see you" },
    ],
    position: place,
    caller: { assurance: "phone", phone_masked: "138****5678" },
  });
  assert.deepEqual(old.messages, []);
});

test("another call of the same incident does not replace this one", () => {
  const other = { ...connected, call: "c2" };
  const entry = { stream: "i1", seq: 2, type: "call.connected", data: { call: other } };
  assert.equal(applyEntry(old, entry), old);
});

test("news is told once: answered, cut off, ended", () => {
  const talking = { ...old, call: connected };
  const ended = { ...old, call: { ...call, state: "ended", end_reason: "seat_ended" } };
  const merged = { ...old, call: { ...call, state: "ended", end_reason: "merged" } };
  assert.equal(newsBetween(old, talking), "connected");
  assert.equal(newsBetween(talking, talking), null);
  assert.equal(newsBetween(talking, old), "returned");
  assert.equal(newsBetween({ ...old, call: { ...call, state: "offered" } }, old), null);
  assert.equal(newsBetween(talking, ended), "ended");
  assert.equal(newsBetween(old, merged), "merged");
  assert.equal(newsBetween(null, old), null);
});

test("another call-taker, a room with more people, another office: told once, as it is", () => {
  const talking = { ...old, call: connected, room: { parties: [] } };
  const next = (state, entry) => {
    const after = applyEntry(state, { stream: "i1", seq: 2, ...entry });
    return [after, newsBetween(state, after, entry)];
  };
  const moved = { ...connected, seat_label: "芝罘 4", seat_label_en: "Zhifu 4" };
  const given = (how) => ({ type: "call.transferred", data: { call: moved, how } });
  assert.equal(next(talking, given("warm"))[1], "passed");
  assert.equal(next(talking, given("promoted"))[1], "rescued");
  assert.equal(next(talking, given("relief"))[1], "relieved");
  assert.equal(next(talking, { type: "call.returned", data: { call, why: "transferred" } })[1], "sent_on");
  assert.equal(next(talking, { type: "call.returned", data: { call, why: "seat_lost" } })[1], "returned");

  const party = { participant: "p1", role: "interpreter" };
  const [after, news] = next(talking, { type: "room.changed", data: { call: "c1", parties: [party] } });
  assert.equal(news, "interpreter");
  assert.deepEqual(after.room, { parties: [party] });
  assert.equal(next(after, { type: "room.changed", data: { call: "c1", parties: [party] } })[1], null);
  assert.equal(next(after, { type: "room.changed", data: { call: "c1", parties: [] } })[1], null);
  assert.equal(newsBetween(null, after), "connected", "who was there before this page is no news");
});
