import assert from "node:assert/strict";
import { test } from "node:test";
import { Outbox } from "../../../dispatch/static/dispatch/caller/models/outbox.js";

function memory() {
  const kept = new Map();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
  };
}
const tap = { id: "t1", mode: "silent" };
const call = { call: "c1", number: "n", stream: "i1", epoch: 3, capability: "x", mode: "silent" };

test("a tap nobody confirmed survives a reload; the answer takes its place", () => {
  const storage = memory();
  new Outbox(storage).keepTap(tap);
  const reloaded = new Outbox(storage);
  assert.deepEqual(reloaded.tap, tap);
  reloaded.keepCall(call);
  assert.equal(new Outbox(storage).tap, null);
  assert.deepEqual(new Outbox(storage).call, call);
});

test("words stay until they are acknowledged", () => {
  const storage = memory();
  const outbox = new Outbox(storage);
  outbox.keepCall(call);
  outbox.add({ id: "m1", text: "help" });
  assert.deepEqual(new Outbox(storage).unsent, [{ id: "m1", text: "help" }]);
  outbox.drop("m1");
  assert.deepEqual(new Outbox(storage).unsent, []);
});

test("the epoch follows the server; silence and the end are kept", () => {
  const storage = memory();
  const outbox = new Outbox(storage);
  outbox.keepCall(call);
  outbox.keepEpoch(4);
  outbox.keepMode("normal");
  assert.deepEqual([outbox.call.epoch, outbox.call.mode], [4, "normal"]);
  outbox.keepEnded({ call: { number: "n" } });
  assert.equal(new Outbox(storage).ended.call.number, "n");
  outbox.clear();
  assert.equal(new Outbox(storage).call, null);
});

test("a browser that refuses storage, or holds rubbish, costs nothing", () => {
  const broken = {
    getItem: () => "not json",
    setItem: () => {
      throw new DOMException("full", "QuotaExceededError");
    },
  };
  const outbox = new Outbox(broken);
  outbox.keepTap(tap);
  assert.deepEqual(outbox.tap, tap);
  const none = new Outbox(null);
  none.keepTap(tap);
  assert.deepEqual(none.tap, tap);
});

test("a tap knows how old it is after a reload, and never of the future", () => {
  const storage = memory();
  new Outbox(storage).keepTap(tap);
  const kept = JSON.parse(storage.getItem("alarm110.caller"));
  const again = (tappedAt) => {
    storage.setItem("alarm110.caller", JSON.stringify({ ...kept, tappedAt }));
    return new Outbox(storage).tapAgeMs;
  };
  assert.ok(again(Date.now() - 60_000) >= 60_000);
  assert.equal(again(Date.now() + 60_000), 0);
  assert.equal(again(undefined), 0);
});

test("into another incident words go along, and no photo that lies with the first", () => {
  const outbox = new Outbox(memory());
  outbox.keepCall({ call: "a", incident: "one", mode: "silent" });
  outbox.add({ id: "m1", text: "by the river" });
  outbox.add({ id: "m2", text: "", clip: "c1" });
  outbox.moveTo({ call: "a2", incident: "one", mode: "normal" });
  assert.equal(outbox.unsent.length, 2);
  outbox.moveTo({ call: "b", incident: "two", mode: "normal" });
  assert.deepEqual(outbox.unsent.map(({ id }) => id), ["m1"]);
  assert.equal(outbox.call.mode, "silent");
});
