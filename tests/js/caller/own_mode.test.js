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

test("a word of silence that was lost with its page is said again", () => {
  mode.set("silent", true); // never answered
  load("silent");
  mode.agree("normal", true, true);
  assert.deepEqual([mode.now, says()], ["silent", ["silent"]]);
  mode.agree("normal", true, false);
  assert.deepEqual(says(), ["silent"], "it is on its way");
  mode.agree("silent", true, false);
  mode.agree("silent", true, true);
  assert.deepEqual(says(), ["silent"]);
});

test("who only watches says nothing, and says it once the call is held here", async () => {
  mode.set("silent", true);
  sent[0].refuse(new Error("read_only"));
  await heard();
  mode.agree("normal", false, true);
  assert.equal(says().length, 1);
  mode.agree("normal", true, false);
  assert.deepEqual([mode.now, says()], ["silent", ["silent", "silent"]]);
});

test("another window of this phone fell silent: so does this one", () => {
  mode.agree("silent", false, false);
  assert.deepEqual([mode.now, says()], ["silent", []]);
});

test("who leaves silence is not sent back by what comes before the server's word", async () => {
  load("silent");
  mode.agree("silent", true, true);
  mode.set("normal", true);
  sent[0].ack({});
  await heard();
  mode.agree("silent", true, false); // some other entry
  assert.equal(mode.now, "normal");
  mode.agree("normal", true, false);
  mode.agree("silent", true, false); // and now another window
  assert.equal(mode.now, "silent");
});

test("a whole snapshot after the answer is the later word", async () => {
  load("silent");
  mode.set("normal", true);
  mode.agree("silent", true, true); // from before the answer
  assert.equal(mode.now, "normal");
  sent[0].ack({});
  await heard();
  mode.agree("silent", true, true);
  assert.equal(mode.now, "silent");
});
