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

// A server with the doors of the contract; `faults` are answered first, in order: a
// status, "lost" (the request never arrived), or "unheard" (only the answer got lost).
class FakeServer {
  clips = new Map();
  requests = [];
  faults = [];
  atOnce = 0;

  ask = async (url, options) => {
    this.atOnce += 1;
    assert.equal(this.atOnce, 1, "two requests at once");
    const path = url.replace("/api/v1/incidents/i1/clips/", "");
    this.requests.push(path);
    assert.equal(options.headers["Alarm110-Evidence"], "right");
    await Promise.resolve();
    this.atOnce -= 1;
    const fault = this.faults.shift();
    if (fault === "lost") throw new TypeError("Failed to fetch");
    if (typeof fault === "number") return { status: fault, body: null, retryAfterMs: 0 };
    if (typeof fault === "object") return { body: null, ...fault };
    const answer = { status: this.#answer(path, options), body: null, retryAfterMs: 0 };
    if (fault === "unheard") throw new TypeError("Failed to fetch");
    return answer;
  };

  #answer(path, options) {
    const [id, , segment, , index] = path.split("/");
    if (!path.includes("/")) {
      assert.equal(options.method, "PUT");
      if (!this.clips.has(id)) this.clips.set(id, { chunks: new Map(), closed: null });
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
    if (clip.chunks.has(place)) return clip.chunks.get(place) === digest ? 200 : 409;
    if (clip.closed) return 409;
    clip.chunks.set(place, digest);
    return 200;
  }
}

async function record(clip, chunks, { isFinished = true, kind = "video" } = {}) {
  await store.begin({
    clip, incident: "i1", evidence: "right", call: "c1", kind, mime: "video/webm", name: "",
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
  server.faults = [undefined, 409];
  begin();
  await pass(100);
  assert.equal(uploader.lost, 1);
  assert.deepEqual(told, ["lost a", "kept a", "delivered a"]);
  assert.deepEqual(server.clips.get("a").closed.segments, [{ segment: 0, chunks: 2 }]);
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
  server.faults = [404];
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
