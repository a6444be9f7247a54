// What the seat says of a record, a number and a phone, and when it says nothing.

import assert from "node:assert/strict";
import { test } from "node:test";

import { stepped } from "../../../dispatch/static/dispatch/console/models/keys.js";
import { offerTitle } from "../../../dispatch/static/dispatch/console/models/room_words.js";
import { withEntry } from "../../../dispatch/static/dispatch/console/models/incident_state.js";
import { isScriptless } from "../../../dispatch/static/dispatch/console/models/scriptless.js";
import {
  foreignCode, missingWords, shortNumber,
} from "../../../dispatch/static/dispatch/console/models/words.js";
import { fromSnapshot, isAnybodyReady } from "../../../dispatch/static/dispatch/console/models/agency_state.js";
import { clip, incident, seat, snapshot } from "./cast.js";

test("a record without category or outcome says so at its end", () => {
  assert.equal(missingWords({ category: "", disposition: "" }), "Category and outcome missing");
  assert.equal(missingWords({ category: "", disposition: "advice" }), "Category missing");
  assert.equal(missingWords({ category: "0101", disposition: "" }), "Outcome missing");
  assert.equal(missingWords({ category: "0101", disposition: "advice" }), "");
});

test("two calls with one serial are told apart by their agencies' codes", () => {
  const [own, other] = ["370600-20261126-0001", "370602-20261126-0001"];
  assert.equal(shortNumber(own, "370600"), "0001");
  assert.equal(shortNumber(other, "370600"), "370602-0001");
  assert.equal(shortNumber(other), "0001", "where only one agency's calls can stand");
  assert.equal(foreignCode(own, "370600"), "");
  assert.equal(foreignCode(other, "370600"), "370602-");
  assert.equal(offerTitle({ kind: "call", number: other }, "370600"), "Call 370602-0001");
});

test("calls go to other seats only if somebody takes calls there", () => {
  const here = (seats) => [fromSnapshot(snapshot({ seats: Object.fromEntries(seats.map((one) => [one.seat, one])) }))];
  const nobody = seat(2);
  const off = seat(3, { operator_id: "wu", availability: "off" });
  const talks = seat(4, { operator_id: "ma", activity: "on_call" });
  const mine = seat(1, { operator_id: "chen" });
  assert.equal(isAnybodyReady(here([mine, nobody, off]), "seat-1"), false);
  assert.equal(isAnybodyReady(here([mine, nobody, off, talks]), "seat-1"), true);
  assert.equal(isAnybodyReady(here([seat(5, { operator_id: "li", is_active: false })])), false);
});

const plain = (call = {}, changes = {}) => {
  const state = incident("a", changes);
  state.incident.flags = ["unverified", "no_scripts"];
  state.call = { ...state.call, lost_at: "2026-08-21T00:00:01.000000Z", ...call };
  return state;
};

test("an alarm raised without scripts is no lost caller, until a page of that phone speaks", () => {
  assert.equal(isScriptless(plain()), true);
  assert.equal(isScriptless(plain({ lost_at: null })), false, "a page holds the call by now");
  assert.equal(isScriptless(plain({ state: "ended" })), false);
  assert.equal(isScriptless(plain({}, { clips: { c: clip("c") } })), false, "it has recorded");
  assert.equal(isScriptless(plain({}, { position: { lat_e7: 1 } })), false);
  const lost = plain();
  lost.incident.flags = ["unverified"];
  assert.equal(isScriptless(lost), false);
  assert.equal(isScriptless(null), false);
});

test("a phone that has shown a live page is lost like any other, by the entry that says so", () => {
  const shown = { ...plain().incident, flags: ["unverified"] };
  const state = withEntry(plain(), { stream: "a", seq: 9, type: "incident.updated", data: { incident: shown } });
  assert.equal(isScriptless(state), false);
  assert.ok(state.call.lost_at, "so that the seat says since when");
});

test("the arrows go from one to the next in a list, and stop at its ends", () => {
  assert.deepEqual(["ArrowDown", "ArrowUp", "Home", "End"].map((key) => stepped(key, 1, 4)), [2, 0, 0, 3]);
  assert.equal(stepped("ArrowDown", 3, 4), 3);
  assert.equal(stepped("ArrowUp", 0, 4), 0);
  assert.equal(stepped("Enter", 1, 4), null);
});
