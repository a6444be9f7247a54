import assert from "node:assert/strict";
import { test } from "node:test";
import { Attachments } from "../../../dispatch/static/dispatch/caller/models/attachments.js";
import { EvidenceStore } from "../../../dispatch/static/dispatch/caller/models/evidence_store.js";
import { upload } from "../../../dispatch/static/dispatch/caller/models/upload_step.js";
import { MemoryTables } from "../../../dispatch/static/dispatch/caller/models/evidence_tables.js";

const OWNER = { incident: "i1", evidence: "right", call: "c1" };
const photo = () => new File([new Uint8Array(1000)], "wrong.jpg", { type: "image/jpeg" });

/** A sender that sends nothing, and a store that may take its time to begin. */
function phone() {
  const store = new EvidenceStore(new MemoryTables());
  const uploader = Object.assign(new EventTarget(), { wake: () => {} });
  return { store, uploader, attachments: new Attachments(store, uploader) };
}

test("a photo is kept whole, with the message that will tell of it", async () => {
  const { store, attachments } = phone();
  await attachments.send(photo(), OWNER);
  const [clip] = await store.clips();
  assert.deepEqual([clip.waiting, clip.reason], [1, "finished"]);
  assert.equal(clip.message, attachments.all[0].message);
});

test("what is taken back while the phone's store is slow is not sent all the same", async () => {
  const { store, attachments } = phone();
  const begin = store.begin.bind(store);
  let open = () => {};
  const gate = new Promise((done) => (open = done));
  store.begin = async (facts) => {
    await gate;
    return begin(facts);
  };
  const sending = attachments.send(photo(), OWNER);
  const [{ clip }] = attachments.all;
  await attachments.cancel(clip);
  open();
  await sending;
  const [left] = await store.clips();
  assert.deepEqual([left.waiting, left.reason, left.message], [0, "cancelled", ""]);
  assert.equal(attachments.all[0].fate, "cancelled");
});

test("what was taken back between two looks is closed as taken back, and tells nobody", async () => {
  const { store, attachments } = phone();
  await attachments.send(photo(), OWNER);
  await store.opened((await store.clips())[0]);
  const [seen] = await store.clips();
  await attachments.cancel(seen.clip);
  const closed = [];
  const door = {
    close: async (clip) => {
      closed.push([clip.reason, clip.message]);
      return { is: "taken", retryAfterMs: 0 };
    },
  };
  await upload(seen, store, door);
  assert.deepEqual(closed, [["cancelled", ""]]);
});

test("what was taken back too late is said to be there", async () => {
  const { store, uploader, attachments } = phone();
  await attachments.send(photo(), OWNER);
  const [clip] = await store.clips();
  await attachments.cancel(clip.clip);
  const delivered = (detail) =>
    uploader.dispatchEvent(new CustomEvent("delivered", { detail }));
  delivered({ ...clip, reason: "cancelled" });
  assert.equal(attachments.all[0].fate, "cancelled");
  delivered(clip);
  assert.equal(attachments.all[0].fate, "kept");
});
