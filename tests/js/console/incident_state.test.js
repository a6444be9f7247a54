import assert from "node:assert/strict";
import { test } from "node:test";

import { withEntry } from "../../../dispatch/static/dispatch/console/models/incident_state.js";
import { clip, incident } from "./cast.js";

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

test("a warning and a muting are the call's, and another call begins without", () => {
  let state = withEntry(incident("a"), entry("call.warning", { call: "a", state: "asked" }));
  state = withEntry(state, entry("media.muted", { call: "a", who: "guest", track: "audio", is_muted: true }));
  assert.equal(state.call.call, "a");
  assert.equal(state.warning, "asked");
  assert.deepEqual(state.muted, { guest: { audio: true, video: false }, host: { audio: false, video: false } });
  state = withEntry(state, entry("call.caller_lost", { call: { ...state.call, lost_at: "x" } }));
  assert.equal(state.warning, "asked");
  state = withEntry(state, entry("call.queued", { call: { ...state.call, call: "b" } }));
  assert.equal(state.warning, "");
  assert.equal(state.muted.guest.audio, false);
});

test("what a host stopped of their own ends with them; what they stopped of the caller stays", () => {
  let state = incident("a");
  const stop = (who) => entry("media.muted", { call: "a", who, track: "audio", is_muted: true });
  for (const type of ["call.transferred", "call.connected"]) {
    state = withEntry(withEntry(state, stop("host")), stop("guest"));
    state = withEntry(state, entry("call.caller_lost", { call: state.call }));
    assert.equal(state.muted.host.audio, true);
    state = withEntry(state, entry(type, { call: { ...state.call, seat: "seat-8" } }));
    assert.deepEqual([state.muted.host.audio, state.muted.guest.audio], [false, true], type);
  }
});

test("a clip opens, grows, closes and gets its copy", () => {
  let state = withEntry(incident("a"), entry("clip.opened", { clip: clip("c1") }));
  state = withEntry(state, entry("chunks.stored", { clip: "c1", chunks: [], bytes: 2048, chunk_count: 2 }));
  assert.equal(state.clips.c1.bytes, 2048);
  assert.equal(state.clips.c1.chunk_count, 2);
  assert.equal(state.clips.c1.state, "open");
  state = withEntry(state, entry("clip.closed", { clip: clip("c1", { state: "closed", bytes: 2048, chunk_count: 2 }) }));
  const view = { view: "v", state: "ready", chunk_count: 2 };
  state = withEntry(state, entry("clip.view_changed", { clip: clip("c1", { state: "closed", view }) }));
  assert.deepEqual(Object.keys(state.clips), ["c1"]);
  assert.equal(state.clips.c1.view.state, "ready");
});

test("the newest sixty clips are kept, by their opening; of others nothing but their number", () => {
  const at = (n) => `2026-08-21T00:00:00.${String(n).padStart(6, "0")}Z`;
  const opened = (n) => entry("clip.opened", { clip: clip(`c${n}`, { opened_at: at(n) }) });
  let state = incident("a");
  for (let n = 1; n <= 60; n += 1) state = withEntry(state, opened(n));
  assert.equal(Object.keys(state.clips).length, 60);
  state = withEntry(state, opened(60)); // told twice
  assert.equal(state.clips_older ?? 0, 0);
  state = withEntry(state, opened(0)); // told late, and older than all of them
  assert.equal(state.clips_older, 1);
  state = withEntry(state, opened(119));
  assert.equal(state.clips_older, 2);
  assert.equal(Object.keys(state.clips).length, 60);
  assert.ok(!("c0" in state.clips) && !("c1" in state.clips) && "c119" in state.clips);
  const closed = entry("clip.closed", { clip: clip("c1", { opened_at: at(1), state: "closed" }) });
  assert.equal(withEntry(state, closed), state);
});

test("chunks of a clip nobody told of, and a look at one, change nothing", () => {
  const state = incident("a");
  assert.equal(withEntry(state, entry("chunks.stored", { clip: "c9", bytes: 1, chunk_count: 1 })), state);
  assert.equal(withEntry(state, entry("clip.viewed", { clip: "c9", viewer: "x" })), state);
});

test("a photo's message names its clip", () => {
  const data = { side: "caller", text: "", client_id: "c", clip: "c1" };
  assert.equal(withEntry(incident("a"), entry("message.posted", data)).messages[0].clip, "c1");
});

test("a hidden entry changes nothing", () => {
  const state = incident("a");
  assert.equal(withEntry(state, { stream: "s", seq: 4, skip: true }), state);
});
