import assert from "node:assert/strict";
import { mock, test } from "node:test";
import {
  begin, CLIP_FULL, CLOSED, CONFLICT, eachFresh, INCIDENT_FULL, pass, record, refusal,
  server, store, told, uploader, wipe,
} from "./uploads.js";

eachFresh();

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
      wipe();
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

test("a page that some filter puts in our server's place takes nothing", async () => {
  await record("a", 2);
  const page = { status: 200, body: null }; // HTML is no body here
  server.faults = [page, page, undefined, page, page, undefined, undefined, page];
  begin();
  await pass(1500);
  assert.ok(await store.next("a"), "the only copy");
  await pass(60_000);
  assert.equal(server.clips.get("a").chunks.size, 2);
  assert.deepEqual(told, ["kept a", "kept a", "delivered a"]);
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
