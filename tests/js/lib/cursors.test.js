import assert from "node:assert/strict";
import { test } from "node:test";
import { Cursors } from "../../../dispatch/static/dispatch/lib/cursors.js";

const entry = (seq, stream = "a") => ({ stream, seq, type: "message.posted" });
const seqs = (entries) => entries.map(({ seq }) => seq);

test("each number is handed out once and in order", () => {
  const cursors = new Cursors();
  cursors.stand("a", 3);
  assert.deepEqual(seqs(cursors.take(entry(3))), []);
  assert.deepEqual(seqs(cursors.take(entry(4))), [4]);
  assert.deepEqual(seqs(cursors.take(entry(4))), []);
});

test("what came too early waits for what is missing", () => {
  const cursors = new Cursors();
  cursors.stand("a", 0);
  assert.deepEqual(seqs(cursors.take(entry(3))), []);
  assert.deepEqual(seqs(cursors.take(entry(2))), []);
  assert.equal(cursors.hasGap, true);
  assert.deepEqual(seqs(cursors.take(entry(1))), [1, 2, 3]);
  assert.equal(cursors.hasGap, false);
});

test("a hidden entry counts, a stream that is not followed does not", () => {
  const cursors = new Cursors();
  cursors.stand("a", 0);
  assert.deepEqual(seqs(cursors.take({ stream: "a", seq: 1, skip: true })), [1]);
  assert.deepEqual(seqs(cursors.take(entry(1, "b"))), []);
  assert.deepEqual(cursors.toJSON(), { a: 1 });
});

test("a welcome without a snapshot keeps our number, a missing stream is left", () => {
  const cursors = new Cursors();
  cursors.stand("a", 5);
  cursors.stand("gone", 9);
  cursors.welcome({ cursors: { a: 8, b: 2 }, snapshots: { b: {} } });
  assert.deepEqual(cursors.toJSON(), { a: 5, b: 2 });
  assert.equal(cursors.isBehind({ a: 6, b: 2 }), true);
  assert.equal(cursors.isBehind({ a: 5, b: 2, unknown: 7 }), false);
});
