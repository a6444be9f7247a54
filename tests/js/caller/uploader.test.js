import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { EvidenceDoor } from "../../../dispatch/static/dispatch/caller/models/evidence_door.js";
import { EvidenceStore } from "../../../dispatch/static/dispatch/caller/models/evidence_store.js";
import { MemoryTables } from "../../../dispatch/static/dispatch/caller/models/evidence_tables.js";
import { choose, Uploader } from "../../../dispatch/static/dispatch/caller/models/uploader.js";

let tables;
let store;
let server;
let uploader;
let told;

const refusal = (status, code, facts) => ({ status, body: { type: "error", code, facts } });
const CONFLICT = refusal(409, "chunk_conflict");
const CLOSED = refusal(409, "clip_closed");
const CLIP_FULL = refusal(413, "over_quota", { of: "clip" });
const INCIDENT_FULL = refusal(413, "over_quota", { of: "incident" });

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
      return 200;
    }
    const clip = this.clips.get(id);
    if (!clip) return 404;
    if (path.endsWith("/close")) {
      clip.closed = options.body;
      return 200;
    }
    const digest = options.headers["Content-Digest"];
    const place = `${segment}/${index}`;
    if (clip.chunks.has(place)) return clip.chunks.get(place) === digest ? 200 : CONFLICT;
    if (clip.closed) return CLOSED;
    clip.chunks.set(place, digest);
    return 200;
  }
}

async function record(clip, chunks, more = {}) {
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

function begin() {
  uploader = new Uploader({ store, door: new EvidenceDoor(server.ask), locks: null });
  for (const name of ["kept", "lost", "delivered"]) {
    uploader.addEventListener(name, ({ detail }) => told.push(`${name} ${detail.clip}`));
  }
  uploader.start();
}

/** Let time pass for whatever waits on timers or on promises. */
async function pass(ms) {
  for (let step = 0; step <= ms; step += 100) {
    for (let turn = 0; turn < 200; turn += 1) await Promise.resolve();
    mock.timers.tick(100);
  }
  for (let turn = 0; turn < 200; turn += 1) await Promise.resolve();
}

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  tables = new MemoryTables();
  store = new EvidenceStore(tables);
  server = new FakeServer();
  told = [];
});

afterEach(() => {
  uploader?.stop();
  mock.timers.reset();
});

test("a clip is opened, sent in order, closed with its counts, and wiped", async () => {
  await record("a", 3);
  begin();
  await pass(100);
  assert.deepEqual(server.requests, [
    "a", "a/segments/0/chunks/0", "a/segments/0/chunks/1", "a/segments/0/chunks/2", "a/close",
  ]);
  assert.deepEqual(server.clips.get("a").closed, {
    segments: [{ segment: 0, chunks: 3 }], reason: "finished",
  });
  assert.equal(server.clips.get("a").chunks.get("0/1"), "sha-256=:a1:");
  assert.deepEqual(await store.clips(), []);
  assert.deepEqual(told, ["kept a", "kept a", "kept a", "delivered a"]);
  assert.deepEqual([uploader.state, uploader.waiting], ["idle", 0]);
});

test("a lost request and a lost answer cost time, never a chunk", async () => {
  await record("a", 2);
  server.faults = ["lost", undefined, "lost", "unheard"];
  begin();
  await pass(20_000);
  assert.equal(server.clips.get("a").chunks.size, 2);
  assert.deepEqual(await store.clips(), []);
  assert.equal(uploader.lost, 0);
});

test("while the line is down nothing is dropped; back online it goes on at once", async () => {
  await record("a", 2);
  server.faults = Array(6).fill("lost");
  begin();
  await pass(8000);
  const before = server.requests.length;
  assert.equal(uploader.state, "later");
  assert.equal((await store.clips())[0].waiting, 2);
  server.faults = [];
  uploader.hurry();
  await pass(100);
  assert.ok(server.requests.length > before);
  assert.deepEqual(await store.clips(), []);
});

test("the page is loaded again: another uploader delivers what the first left", async () => {
  await record("a", 3);
  server.faults = [undefined, undefined, ...Array(100).fill("lost")];
  begin();
  await pass(3000);
  uploader.stop();
  assert.equal((await store.clips())[0].waiting, 2);
  server.faults = [];
  store = new EvidenceStore(tables);
  begin();
  await pass(100);
  assert.equal(server.clips.get("a").chunks.size, 3);
  assert.deepEqual(await store.clips(), []);
});

test("409: something else stands there, the chunk is let go and noted", async () => {
  await record("a", 2);
  server.faults = [undefined, CONFLICT];
  begin();
  await pass(100);
  assert.equal(uploader.lost, 1);
  assert.deepEqual(told, ["lost a", "kept a", "delivered a"]);
  assert.deepEqual(server.clips.get("a").closed.segments, [{ segment: 0, chunks: 2 }]);
});

/** What the server has that was not opened by this name. */
const others = (name) => [...server.clips].filter(([id]) => id !== name);

test("closed while the phone was away: all that waits goes on in a new clip", async () => {
  await record("a", 4);
  server.faults = [undefined, undefined, ...Array(100).fill("lost")];
  begin();
  await pass(3000);
  uploader.stop();
  server.faults = [];
  server.clips.get("a").closed = { reason: "lost" }; // a day or a week later
  begin();
  await pass(2000);
  assert.deepEqual([...server.clips.get("a").chunks.keys()], ["0/0"]);
  const [[id, next], ...more] = others("a");
  assert.deepEqual(more, []);
  assert.match(id, /^[0-9a-f-]{36}$/);
  assert.equal(next.name, "continues a");
  assert.deepEqual([...next.chunks.keys()], ["0/1", "0/2", "0/3"]);
  assert.deepEqual(next.closed, { segments: [{ segment: 0, chunks: 4 }], reason: "finished" });
  assert.deepEqual(await store.clips(), []);
  assert.equal(uploader.lost, 0);
});

test("a clip that is full goes on in a new one, while it is still recorded", async () => {
  await record("a", 2, { isFinished: false });
  server.faults = [undefined, undefined, CLIP_FULL];
  begin();
  await pass(100);
  server.clips.get("a").closed = { reason: "over_quota" };
  // Whoever records knows the clip by its first id.
  const bytes = new ArrayBuffer(8);
  assert.ok(await store.keep({ clip: "a", segment: 1, index: 0, digest: "a10", bytes }));
  await store.finish("a", "switched_off");
  await pass(3000);
  const [[, next]] = others("a");
  assert.deepEqual([...next.chunks.keys()], ["0/1", "1/0"]);
  assert.deepEqual(next.closed.segments, [
    { segment: 0, chunks: 2 }, { segment: 1, chunks: 1 },
  ]);
  assert.deepEqual(await store.clips(), []);
  assert.equal(uploader.lost, 0);
});

test("a continued clip keeps its name, and speaks of no segment that lies elsewhere", async () => {
  await record("a", 0, { isFinished: false, kind: "file", name: "report.pdf" });
  const bytes = new ArrayBuffer(8);
  await store.keep({ clip: "a", segment: 3, index: 0, digest: "x", bytes });
  await store.keep({ clip: "a", segment: 2, index: 0, digest: "y", bytes });
  await store.finish("a", "finished");
  server.faults = [undefined, undefined, CLOSED];
  begin();
  await pass(3000);
  const [[, next]] = others("a");
  assert.equal(next.name, "report.pdf");
  assert.deepEqual(next.closed.segments, [{ segment: 3, chunks: 1 }]);
});

test("an id that was begun as something else costs nothing either", async () => {
  await record("a", 1);
  server.faults = [refusal(409, "clip_conflict")];
  begin();
  await pass(2000);
  assert.deepEqual(others("a").map(([, { chunks }]) => chunks.size), [1]);
  assert.deepEqual(await store.clips(), []);
});

test("two windows move a clip once", async () => {
  await record("a", 1);
  const [clip] = await store.clips();
  await store.moveOn(clip, "first");
  await store.moveOn(clip, "second");
  await store.opened(clip); // an answer about the old id, heard late
  const [{ remote, isOpened }] = await store.clips();
  assert.deepEqual([remote, isOpened], ["first", false]);
});

test("whatever the server answers, only two answers let go of a chunk", async () => {
  const lettingGo = [];
  const codes = ["chunk_conflict", "clip_closed", "clip_conflict", "over_quota", "x", null];
  for (const status of [301, 400, 401, 403, 404, 409, 413, 418, 429, 500, 502, 503, 507]) {
    for (const code of codes) {
      tables = new MemoryTables();
      store = new EvidenceStore(tables);
      await record("a", 1);
      server.faults = [undefined, code ? refusal(status, code) : status];
      for (let n = 0; n < 50; n += 1) server.faults.push("lost");
      begin();
      await pass(1500);
      uploader.stop();
      if (!(await store.next("a"))) lettingGo.push(`${status} ${code}`);
    }
  }
  assert.deepEqual(lettingGo, ["409 chunk_conflict"]);
});

test("every fresh clip closed at once: tried ever more slowly, and nothing is lost", async () => {
  await record("a", 1);
  await record("b", 1, { incident: "i2" });
  server.refuses = (url) => (/i1.*chunks/.test(url) ? CLOSED : null);
  begin();
  await pass(60_000);
  assert.equal(server.clips.get("b").chunks.size, 1);
  assert.ok(server.clips.size < 12, String(server.clips.size));
  assert.deepEqual((await store.clips()).map(({ waiting }) => waiting), [1]);
});

test("a full incident holds up no other, and is asked once a visit", async () => {
  await record("a", 2);
  await record("also", 1);
  await record("b", 2, { incident: "i2" });
  server.refuses = (url) => (/i1.*chunks/.test(url) ? INCIDENT_FULL : null);
  begin();
  await pass(30_000);
  assert.equal(server.clips.get("b").chunks.size, 2);
  assert.ok(server.clips.get("b").closed);
  assert.equal(server.requests.filter((path) => /^a/.test(path)).length, 2);
  assert.deepEqual((await store.clips()).map(({ waiting }) => waiting), [2, 1]);
  assert.equal(uploader.troubleOf("a", "i1"), "full");
  assert.equal(uploader.troubleOf("b", "i2"), null);
  assert.equal(uploader.state, "refused");
  uploader.stop();

  server.refuses = () => null; // there is room again, at the next visit
  begin();
  await pass(100);
  assert.equal(server.clips.get("a").chunks.size, 2);
  assert.deepEqual(await store.clips(), []);
});

test("an incident of too many clips: those that are open still grow", async () => {
  await record("a", 1);
  await record("b", 1);
  server.refuses = (url) => (url.endsWith("/a") ? INCIDENT_FULL : null);
  begin();
  await pass(100);
  assert.equal(server.clips.get("b").chunks.size, 1);
  assert.deepEqual((await store.clips()).map(({ clip }) => clip), ["a"]);
});

test("a chunk that a proxy finds too large holds up nobody else", async () => {
  await record("a", 1);
  await record("b", 1);
  server.refuses = (url) => (url.includes("/a/") ? { status: 413, body: null } : null);
  begin();
  await pass(3000);
  assert.equal(server.clips.get("b").chunks.size, 1);
  assert.equal(uploader.state, "later");
  server.refuses = () => null;
  uploader.hurry();
  await pass(100);
  assert.deepEqual(await store.clips(), []);
});

test("507 is everybody's trouble: all wait", async () => {
  await record("a", 1);
  await record("b", 1, { incident: "i2" });
  server.refuses = (url) => (url.includes("chunks") ? { status: 507, body: null } : null);
  begin();
  await pass(800);
  assert.deepEqual(server.requests, ["a", "a/segments/0/chunks/0"]);
  assert.equal(uploader.state, "full");
});

test("422: spoilt on its way, sent again from the store", async () => {
  await record("a", 1);
  server.faults = [undefined, 422];
  begin();
  await pass(100);
  assert.equal(server.requests.filter((path) => path.includes("chunks")).length, 2);
  assert.equal(server.clips.get("a").chunks.size, 1);
});

test("422 for ever: the phone's own disk; the rest is not held up", async () => {
  await record("a", 2);
  server.faults = [undefined, ...Array(6).fill(422)];
  begin();
  await pass(60_000);
  assert.equal(uploader.lost, 1);
  assert.deepEqual([...server.clips.get("a").chunks.keys()], ["0/1"]);
});

test("507 and 503 keep everything, and wait as long as the server asks", async () => {
  await record("a", 1);
  server.faults = [undefined, { status: 507, retryAfterMs: 15_000 }];
  begin();
  await pass(100);
  assert.equal(uploader.state, "full");
  await pass(14_000);
  assert.equal(server.requests.length, 2);
  await pass(1500);
  assert.equal(server.clips.get("a").chunks.size, 1);
  assert.equal(uploader.lost, 0);
});

test("404: not ours; it is left for the next visit and holds nobody up", async () => {
  await record("a", 1);
  await record("b", 1);
  server.faults = [404];
  begin();
  await pass(100);
  assert.equal(uploader.state, "refused");
  assert.deepEqual((await store.clips()).map(({ clip }) => clip), ["a"]);
  assert.equal(server.clips.get("b").chunks.size, 1);
});

test("a week later, what the server never knew is wiped", async () => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 0 });
  await record("a", 1);
  mock.timers.setTime(8 * 24 * 60 * 60 * 1000);
  server.faults = [404]; // not in our words: a proxy's
  begin();
  await pass(100);
  uploader.stop();
  assert.equal((await store.clips())[0].waiting, 1);
  server.faults = [refusal(404, "not_found")];
  begin();
  await pass(100);
  assert.deepEqual(await store.clips(), []);
  assert.deepEqual(told, ["lost a"]);
});

test("on a thin line only a first chunk goes; the rest follows when it may", async () => {
  await record("a", 3, { isFinished: false });
  let isThin = true;
  uploader = new Uploader({ store, door: new EvidenceDoor(server.ask), locks: null });
  uploader.isThin = () => isThin;
  uploader.start();
  await pass(5000);
  assert.equal(server.clips.get("a").chunks.size, 1);
  assert.equal(uploader.state, "held");
  isThin = false;
  await pass(2000);
  assert.equal(server.clips.get("a").chunks.size, 3);
  assert.equal(server.clips.get("a").closed, null);
});

test("a new recording's first chunk, then photos, then what is older", () => {
  const clip = (id, kind, more = {}) => ({
    clip: id, kind, waiting: 1, stored: 5, isFinished: false, ...more,
  });
  const old = clip("old", "video", { isFinished: true });
  const photo = clip("photo", "photo");
  const fresh = clip("fresh", "video", { stored: 0 });
  assert.equal(choose([old, photo, fresh], false).clip, "fresh");
  assert.equal(choose([old, photo], false).clip, "photo");
  assert.equal(choose([old], false).clip, "old");
  assert.equal(choose([old, photo, fresh], true).clip, "fresh");
  assert.equal(choose([old, photo], true).clip, "photo");
  assert.equal(choose([old], true), undefined);
});

test("a window that holds the lock for ever stops nobody", async () => {
  await record("a", 1);
  const locks = {
    request: (_name, { signal }) => new Promise((_done, fail) => {
      signal.onabort = () => fail(Object.assign(new Error(), { name: "AbortError" }));
    }),
  };
  uploader = new Uploader({ store, door: new EvidenceDoor(server.ask), locks });
  uploader.start();
  await pass(61_000);
  assert.equal(server.clips.get("a").chunks.size, 1);
});

test("each request is made under the lock, and lets go of it", async () => {
  await record("a", 1);
  let held = 0;
  let taken = 0;
  const locks = {
    request: async (_name, _options, work) => {
      held += 1;
      taken += 1;
      assert.equal(held, 1);
      const result = await work();
      held -= 1;
      return result;
    },
  };
  uploader = new Uploader({ store, door: new EvidenceDoor(server.ask), locks });
  uploader.start();
  await pass(200);
  assert.ok(taken >= 3, String(taken));
  assert.equal(held, 0);
  assert.equal(server.clips.get("a").chunks.size, 1);
});
