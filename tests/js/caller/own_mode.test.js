import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Outbox } from "../../../dispatch/static/dispatch/caller/models/outbox.js";
import { OwnMode } from "../../../dispatch/static/dispatch/caller/models/own_mode.js";

let outbox;
let sent; // each with the promise's two ends
let mode;
const says = () => sent.map(({ frame }) => frame.mode);
const heard = async () => {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
};

/** The page is loaded, in a call whose mode this window believes in. */
function load(kept = outbox?.call?.mode ?? "normal") {
  outbox = new Outbox(null);
  outbox.keepCall({ call: "c", incident: "i", mode: kept, epoch: 1 });
  sent = [];
  mode = new OwnMode(outbox, (frame) =>
    new Promise((ack, refuse) => sent.push({ frame, ack, refuse })));
}
beforeEach(() => load("normal"));

test("a word of silence that was lost with its page is said again", async () => {
  mode.set("silent", true); // never answered
  load("silent");
  mode.agree("normal", true, 5);
  assert.deepEqual([mode.now, says()], ["silent", ["silent"]]);
  mode.agree("normal", true, 6);
  assert.deepEqual(says(), ["silent"], "it is on its way");
  sent[0].ack({ seq: 7 });
  await heard();
  mode.agree("silent", true, 7);
  mode.agree("silent", true, 9);
  assert.deepEqual(says(), ["silent"]);
});

test("who only watches says nothing, and says it once the call is held here", async () => {
  mode.set("silent", true);
  sent[0].refuse(new Error("read_only"));
  await heard();
  mode.agree("normal", false, 5);
  assert.equal(says().length, 1);
  mode.agree("normal", true, 0);
  assert.deepEqual([mode.now, says()], ["silent", ["silent", "silent"]]);
});

test("another window of this phone fell silent: so does this one", () => {
  mode.agree("silent", false, 5);
  assert.deepEqual([mode.now, says()], ["silent", []]);
});

test("who leaves silence is not sent back by what comes before the server's word", async () => {
  load("silent");
  mode.agree("silent", true, 5);
  mode.set("normal", true);
  mode.agree("silent", true, 6); // something else that happened
  sent[0].ack({ seq: 8 });
  await heard();
  mode.agree("silent", true, 7);
  mode.agree("silent", true, 0); // welcomed without a snapshot: what is known is old
  assert.equal(mode.now, "normal");
  mode.agree("normal", true, 8);
  mode.agree("silent", true, 9); // and now another window
  assert.equal(mode.now, "silent");
});

test("the answer may come after its entry, and another window's word after both", async () => {
  load("silent");
  mode.set("normal", true);
  mode.agree("normal", true, 8);
  sent[0].ack({ seq: 8 });
  await heard();
  mode.agree("silent", true, 9);
  assert.deepEqual([mode.now, says()], ["silent", ["normal"]]);
});

test("silent and back again while the line is away: the last word stands", async () => {
  mode.set("silent", true);
  mode.set("normal", true);
  mode.agree("normal", true, 5); // welcomed: from before both
  sent[0].ack({ seq: 6 });
  await heard();
  mode.agree("silent", true, 6);
  sent[1].ack({ seq: 7 });
  await heard();
  mode.agree("normal", true, 7);
  assert.deepEqual([mode.now, says()], ["normal", ["silent", "normal"]]);
});

test("an older snapshot that comes after the answer is not the later word", async () => {
  load("silent");
  mode.set("normal", true);
  sent[0].ack({ seq: 8 });
  await heard();
  mode.agree("silent", true, 7); // read before, delivered after: the second door
  assert.equal(mode.now, "normal");
  mode.agree("silent", true, 9);
  assert.equal(mode.now, "silent");
});
