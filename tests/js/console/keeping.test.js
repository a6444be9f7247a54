// Nothing typed is lost: drafts, the saver, messages on their way.

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { Draft, incidentsWithDrafts } from "../../../dispatch/static/dispatch/console/models/draft.js";
import { Outbox } from "../../../dispatch/static/dispatch/console/models/outbox.js";
import { Saver } from "../../../dispatch/static/dispatch/console/models/saver.js";
import { MemoryStorage } from "./cast.js";

/** Let what was promised happen. */
const settle = async () => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};

test("a draft outlives a reload and knows its incident's number", () => {
  const storage = new MemoryStorage();
  new Draft(storage, "i", "0017").write("notes", "hammer");
  const again = new Draft(storage, "i");
  assert.deepEqual(again.fields, { notes: "hammer" });
  assert.equal(again.number, "0017");
  assert.deepEqual(incidentsWithDrafts(storage), ["i"]);
});

test("only what the server confirmed leaves the draft", () => {
  const storage = new MemoryStorage();
  const draft = new Draft(storage, "i", "1");
  draft.write("notes", "ham");
  draft.write("place", "door");
  const sent = draft.fields;
  draft.write("notes", "hammer");
  draft.confirm(sent);
  assert.deepEqual(draft.fields, { notes: "hammer" });
  draft.confirm({ notes: "hammer" });
  assert.deepEqual(incidentsWithDrafts(storage), []);
});

test("it saves once, 600 ms after the last key", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const saves = [];
  const saver = new Saver(new Draft(new MemoryStorage(), "i"), async (fields) => void saves.push(fields), () => {});
  saver.typed("notes", "h");
  mock.timers.tick(500);
  saver.typed("notes", "ha");
  mock.timers.tick(500);
  assert.deepEqual(saves, []);
  mock.timers.tick(100);
  await settle();
  assert.deepEqual(saves, [{ notes: "ha" }]);
  assert.equal(saver.state, "saved");
  mock.timers.reset();
});

test("a refusal is told, tried again, and the words stay", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  let tries = 0;
  const draft = new Draft(new MemoryStorage(), "i");
  const saver = new Saver(draft, async () => {
    tries += 1;
    if (tries === 1) throw Object.assign(new Error("later"), { code: "busy" });
  }, () => {});
  saver.typed("notes", "h");
  mock.timers.tick(600);
  await settle();
  assert.equal(saver.state, "failed");
  assert.deepEqual(draft.fields, { notes: "h" });
  mock.timers.tick(2000);
  await settle();
  assert.equal(saver.state, "saved");
  assert.ok(draft.isEmpty);
  mock.timers.reset();
});

test("what will be refused again waits for the person", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  let tries = 0;
  const saver = new Saver(new Draft(new MemoryStorage(), "i"), async () => {
    tries += 1;
    throw Object.assign(new Error("too long"), { code: "malformed" });
  }, () => {});
  saver.typed("notes", "h");
  mock.timers.tick(600);
  await settle();
  mock.timers.tick(60_000);
  await settle();
  assert.equal(tries, 1);
  mock.timers.reset();
});

test("what was typed while a save ran is saved after it", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const saves = [];
  let answer = () => {};
  const save = (fields) => new Promise((done) => {
    saves.push(fields);
    answer = done;
  });
  const saver = new Saver(new Draft(new MemoryStorage(), "i"), save, () => {});
  saver.typed("notes", "one");
  mock.timers.tick(600);
  saver.typed("notes", "two");
  const flushed = saver.flush();
  answer();
  await settle();
  answer();
  await flushed;
  assert.deepEqual(saves, [{ notes: "one" }, { notes: "two" }]);
  assert.equal(saver.state, "saved");
  mock.timers.reset();
});

test("a message keeps its id over a reload until it is kept", () => {
  const storage = new MemoryStorage();
  const outbox = new Outbox(storage, "i");
  outbox.add("m1", "we are coming");
  outbox.unsent = "half a sen";
  const again = new Outbox(storage, "i");
  assert.deepEqual(again.items, [{ id: "m1", text: "we are coming", why: "" }]);
  assert.equal(again.unsent, "half a sen");
  again.refuse("m1", "call over");
  assert.equal(new Outbox(storage, "i").items[0].why, "call over");
  again.remove("m1");
  again.unsent = "";
  assert.equal(storage.length, 0);
});
