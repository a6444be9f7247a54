import assert from "node:assert/strict";
import { test } from "node:test";

import { withEntry } from "../../../dispatch/static/dispatch/console/models/incident_state.js";
import { incident } from "./cast.js";

const entry = (type, data, seq = 1) => ({ type, stream: "s", seq, at: "2026-08-21T00:00:00.000000Z", data });

test("words come at the end, with their number and the id they were sent under", () => {
  const data = { side: "seat", text: "Are you alone?", client_id: "c" };
  const { messages } = withEntry(incident("a"), entry("message.posted", data, 9));
  assert.deepEqual(messages, [{ seq: 9, at: "2026-08-21T00:00:00.000000Z", ...data }]);
});

test("a position is the last one, and the trail keeps fifty", () => {
  let state = incident("a");
  for (let n = 0; n < 60; n += 1) state = withEntry(state, entry("position.reported", { position: { lat_e7: n } }));
  assert.equal(state.position.lat_e7, 59);
  assert.equal(state.trail.length, 50);
  assert.equal(state.trail[0].lat_e7, 10);
});

test("a call, a caller, a form replace what was there", () => {
  let state = withEntry(incident("a"), entry("call.caller_lost", { call: { lost_at: "x" } }));
  state = withEntry(state, entry("caller.verified", { caller: { assurance: "phone" } }));
  state = withEntry(state, entry("incident.updated", { incident: { notes: "n" } }));
  assert.equal(state.call.lost_at, "x");
  assert.equal(state.caller.assurance, "phone");
  assert.equal(state.incident.notes, "n");
});

test("a hidden entry changes nothing", () => {
  const state = incident("a");
  assert.equal(withEntry(state, { stream: "s", seq: 4, skip: true }), state);
});
