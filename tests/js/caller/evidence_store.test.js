import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { EvidenceStore } from "../../../dispatch/static/dispatch/caller/models/evidence_store.js";
import { MemoryTables, openTables } from "../../../dispatch/static/dispatch/caller/models/evidence_tables.js";

const facts = (clip, kind = "video") => ({
  clip, incident: "i1", evidence: "right", call: "c1", kind, mime: "video/webm", name: "",
});
const chunk = (clip, segment, index) => ({
  clip, segment, index, digest: `d${index}`, bytes: new ArrayBuffer(4),
});
const only = async (store) => (await store.clips())[0];

test("chunks come back in order of segment and number, whatever order they came in", async () => {
  const store = new EvidenceStore(new MemoryTables());
  await store.begin(facts("a"));
  for (const [segment, index] of [[1, 0], [0, 10], [0, 2], [0, 0]]) {
    assert.equal(await store.keep(chunk("a", segment, index)), true);
  }
  const order = [];
  for (let next = await store.next("a"); next; next = await store.next("a")) {
    order.push([next.segment, next.index]);
    await store.wipe(next, { isStored: true });
  }
  assert.deepEqual(order, [[0, 0], [0, 2], [0, 10], [1, 0]]);
});

test("a clip counts its segments, what waits and what is stored", async () => {
  const store = new EvidenceStore(new MemoryTables());
  await store.begin(facts("a"));
  await store.keep(chunk("a", 0, 0));
  await store.keep(chunk("a", 0, 1));
  await store.keep(chunk("a", 2, 0));
  await store.wipe(chunk("a", 0, 0), { isStored: true });
  await store.wipe(chunk("a", 0, 1), { isStored: false });
  const { segments, waiting, stored } = await only(store);
  assert.deepEqual([segments, waiting, stored], [[2, 0, 1], 1, 1]);
});

test("what another window wiped meanwhile is not counted twice", async () => {
  const store = new EvidenceStore(new MemoryTables());
  await store.begin(facts("a"));
  await store.keep(chunk("a", 0, 0));
  await store.wipe(chunk("a", 0, 0), { isStored: true });
  await store.wipe(chunk("a", 0, 0), { isStored: true });
  const { waiting, stored } = await only(store);
  assert.deepEqual([waiting, stored], [0, 1]);
});

test("a finished clip takes nothing more, and keeps its first reason", async () => {
  const store = new EvidenceStore(new MemoryTables());
  await store.begin(facts("a"));
  await store.finish("a", "switched_off");
  await store.finish("a", "page_gone");
  assert.equal(await store.keep(chunk("a", 0, 0)), false);
  assert.equal(await store.keep(chunk("unknown", 0, 0)), false);
  assert.equal((await only(store)).reason, "switched_off");
});

test("a clip that this window still writes waits for room as long as it takes", async () => {
  const store = new EvidenceStore(new MemoryTables());
  mock.timers.enable({ apis: ["Date"], now: 1_800_000_000_000 });
  await store.begin(facts("a"));
  await store.begin(facts("b"));
  mock.timers.tick(60_000);
  await store.finishDead((clip) => clip === "a");
  assert.deepEqual((await store.clips()).map(({ isFinished }) => isFinished), [false, true]);
  mock.timers.reset();
});

test("who went cold died with its page; who is warm is another window's", async () => {
  const store = new EvidenceStore(new MemoryTables());
  let now = 1_000_000;
  mock.method(Date, "now", () => now);
  await store.begin(facts("cold"));
  now += 15_000;
  await store.begin(facts("warm"));
  now += 6000;
  await store.finishDead();
  mock.restoreAll();
  const reasons = Object.fromEntries(
    (await store.clips()).map(({ clip, isFinished, reason }) => [clip, [isFinished, reason]]),
  );
  assert.deepEqual(reasons, { cold: [true, "page_gone"], warm: [false, ""] });
});

test("cancelled and forgotten leave nothing behind", async () => {
  const store = new EvidenceStore(new MemoryTables());
  for (const clip of ["a", "b"]) {
    await store.begin(facts(clip, "photo"));
    await store.keep(chunk(clip, 0, 0));
  }
  await store.cancel("a");
  await store.forget("b");
  const left = await only(store);
  assert.deepEqual([left.clip, left.waiting, left.reason], ["a", 0, "cancelled"]);
  assert.equal(await store.next("a"), undefined);
  assert.equal(await store.next("b"), undefined);
});

test("a change is all or nothing, one after another", async () => {
  const store = new EvidenceStore(new MemoryTables());
  await store.begin(facts("a"));
  await Promise.all([0, 1, 2, 3].map((index) => store.keep(chunk("a", 0, index))));
  const { segments, waiting } = await only(store);
  assert.deepEqual([segments, waiting], [[4], 4]);
});

test("a browser that refuses IndexedDB is answered by memory, and honestly", async () => {
  const refusing = { open: () => { throw new DOMException("no", "SecurityError"); } };
  const failing = {
    open() {
      const request = { error: new Error("private window") };
      queueMicrotask(() => request.onerror());
      return request;
    },
  };
  for (const factory of [refusing, failing]) {
    const tables = await openTables(factory);
    assert.equal(tables.isLasting, false);
    assert.equal(new EvidenceStore(tables).isLasting, false);
  }
});
