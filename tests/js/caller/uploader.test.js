import assert from "node:assert/strict";
import { test } from "node:test";
import { choose } from "../../../dispatch/static/dispatch/caller/models/uploader.js";
import {
  begin, close, eachFresh, pass, record, server, store, told, uploader,
} from "./uploads.js";

eachFresh();

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
  close();
  assert.equal((await store.clips())[0].waiting, 2);
  server.faults = [];
  begin();
  await pass(100);
  assert.equal(server.clips.get("a").chunks.size, 3);
  assert.deepEqual(await store.clips(), []);
});

test("on a thin line only a first chunk goes; the rest follows when it may", async () => {
  await record("a", 3, { isFinished: false });
  let isThin = true;
  begin({ isThin: () => isThin });
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
  begin({ locks });
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
  begin({ locks });
  await pass(200);
  assert.ok(taken >= 3, String(taken));
  assert.equal(held, 0);
  assert.equal(server.clips.get("a").chunks.size, 1);
});
