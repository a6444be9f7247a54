import assert from "node:assert/strict";
import { test } from "node:test";
import { Pending } from "../../../dispatch/static/dispatch/lib/pending.js";

test("a command is sent, rests, and is due again on a new line with the same id", async () => {
  const pending = new Pending();
  const answered = pending.add({ type: "post_message", text: "help" });
  const [first] = pending.takeDue();
  assert.equal(pending.takeDue().length, 0);
  pending.allDue();
  const [again] = pending.takeDue();
  assert.equal(again.id, first.id);
  assert.equal(pending.answer({ type: "ack", id: first.id, seq: 7 }), true);
  assert.equal((await answered).seq, 7);
  assert.equal(pending.size, 0);
});

test("the same id is one command", () => {
  const pending = new Pending();
  const one = pending.add({ type: "hang_up", id: "1" });
  assert.equal(pending.add({ type: "hang_up", id: "1" }), one);
  assert.equal(pending.size, 1);
});

test("a refusal says why; 'not now' keeps the command", async () => {
  const pending = new Pending();
  const answered = pending.add({ type: "hang_up", id: "1" });
  pending.takeDue();
  assert.equal(pending.answer({ type: "error", id: "1", code: "try_again" }), true);
  assert.equal(pending.size, 1);
  pending.answer({ type: "error", id: "1", code: "call_ended", detail: "Over.", facts: { a: 1 } });
  await assert.rejects(answered, { code: "call_ended", message: "Over.", facts: { a: 1 } });
  assert.equal(pending.answer({ type: "ack", id: "unknown" }), false);
});
