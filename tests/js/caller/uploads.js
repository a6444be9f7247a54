// A phone with recordings on it, and a server that misbehaves as a test wants.

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { EvidenceDoor } from "../../../dispatch/static/dispatch/caller/models/evidence_door.js";
import { EvidenceStore } from "../../../dispatch/static/dispatch/caller/models/evidence_store.js";
import { MemoryTables } from "../../../dispatch/static/dispatch/caller/models/evidence_tables.js";
import { Uploader } from "../../../dispatch/static/dispatch/caller/models/uploader.js";

let tables;
export let store;
export let server;
export let uploader;
export let told;

export const refusal = (status, code, facts) => ({ status, body: { type: "error", code, facts } });
const STORED = { status: 200, body: { stored: true } };
export const CONFLICT = refusal(409, "chunk_conflict");
export const CLOSED = refusal(409, "clip_closed");
export const CLIP_FULL = refusal(413, "over_quota", { of: "clip" });
export const INCIDENT_FULL = refusal(413, "over_quota", { of: "incident" });

// A server with the doors of the contract; `faults` are answered first, in order: a
// status, "lost" (the request never arrived), or "unheard" (only the answer got lost).
// What `refuses` answers, it answers for ever.
class FakeServer {
  clips = new Map();
  requests = [];
  faults = [];
  refuses = () => null;
  atOnce = 0;

  ask = async (url, options) => {
    this.atOnce += 1;
    assert.equal(this.atOnce, 1, "two requests at once");
    const path = url.replace(/^.api.v1.incidents.i\d.clips./, "");
    this.requests.push(path);
    assert.equal(options.headers["Alarm110-Evidence"], "right");
    await Promise.resolve();
    this.atOnce -= 1;
    const fault = this.faults.shift();
    if (fault === "lost") throw new TypeError("Failed to fetch");
    if (typeof fault === "number") return { status: fault, body: null, retryAfterMs: 0 };
    if (typeof fault === "object") return { body: null, retryAfterMs: 0, ...fault };
    const refused = this.refuses(url, options) ?? this.#answer(path, options);
    const answer = typeof refused === "number"
      ? { status: refused, body: null, retryAfterMs: 0 } : { retryAfterMs: 0, ...refused };
    if (fault === "unheard") throw new TypeError("Failed to fetch");
    return answer;
  };

  #answer(path, options) {
    const [id, , segment, , index] = path.split("/");
    if (!path.includes("/")) {
      assert.equal(options.method, "PUT");
      const { name } = options.body;
      if (!this.clips.has(id)) this.clips.set(id, { chunks: new Map(), closed: null, name });
      return { status: 200, body: { clip: { clip: id } } };
    }
    const clip = this.clips.get(id);
    if (!clip) return 404;
    if (path.endsWith("/close")) {
      clip.closed = options.body;
      return { status: 200, body: { clip: { clip: id } } };
    }
    const digest = options.headers["Content-Digest"];
    const place = `${segment}/${index}`;
    if (clip.chunks.has(place)) return clip.chunks.get(place) === digest ? STORED : CONFLICT;
    if (clip.closed) return CLOSED;
    clip.chunks.set(place, digest);
    return STORED;
  }
}

/** Let so many chunks of a clip wait on the phone. */
export async function record(clip, chunks, more = {}) {
  const { isFinished = true, kind = "video", incident = "i1", name = "" } = more;
  await store.begin({
    clip, incident, evidence: "right", call: "c1", kind, mime: "video/webm", name,
  });
  for (let index = 0; index < chunks; index += 1) {
    const bytes = new ArrayBuffer(8);
    await store.keep({ clip, segment: 0, index, digest: `${clip}${index}`, bytes });
  }
  if (isFinished) await store.finish(clip, "finished");
}

/** Open the page: its uploader begins. */
export function begin({ locks = null, isThin = null } = {}) {
  uploader = new Uploader({ store, door: new EvidenceDoor(server.ask), locks });
  if (isThin) uploader.isThin = isThin;
  for (const name of ["kept", "lost", "delivered"]) {
    uploader.addEventListener(name, ({ detail }) => told.push(`${name} ${detail.clip}`));
  }
  uploader.start();
}

/** Let time pass for whatever waits on timers or on promises. */
export async function pass(ms) {
  for (let step = 0; step <= ms; step += 100) {
    for (let turn = 0; turn < 200; turn += 1) await Promise.resolve();
    mock.timers.tick(100);
  }
  for (let turn = 0; turn < 200; turn += 1) await Promise.resolve();
}

/** Close the page; what it kept is there for the next one. */
export function close() {
  uploader.stop();
  store = new EvidenceStore(tables);
}

/** Wipe the phone. */
export function wipe() {
  tables = new MemoryTables();
  store = new EvidenceStore(tables);
}

/** A fresh phone and a fresh server for each test of the file. */
export function eachFresh() {
  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout"] });
    wipe();
    server = new FakeServer();
    told = [];
  });
  afterEach(() => {
    uploader?.stop();
    mock.timers.reset();
  });
}
