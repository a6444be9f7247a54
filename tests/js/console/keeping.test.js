// Nothing typed is lost: drafts, the saver, messages on their way.

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { Draft, incidentsWithDrafts } from "../../../dispatch/static/dispatch/console/models/draft.js";
import { caretIn, joined } from "../../../dispatch/static/dispatch/console/models/merge.js";
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
  draft.confirm(sent, 5);
  assert.deepEqual(draft.fields, { notes: "hammer" });
  draft.confirm({ notes: "hammer" }, 6);
  assert.deepEqual(incidentsWithDrafts(storage), []);
});

test("it saves once, 600 ms after the last key", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const saves = [];
  const saver = new Saver(new Draft(new MemoryStorage(), "i"), async (fields) => ({ seq: saves.push(fields) }), () => {});
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
    return { seq: 1 };
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
  answer({ seq: 1 });
  await settle();
  answer({ seq: 2 });
  await flushed;
  assert.deepEqual(saves, [{ notes: "one" }, { notes: "two" }]);
  assert.equal(saver.state, "saved");
  mock.timers.reset();
});

// --- Two who write -----------------------------------------------------------------------

test("two texts are joined, and nothing of either is missing", () => {
  for (const [base, mine, theirs, both] of [
    ["", "two men", "knife", "knife\ntwo men"],
    ["Old.", "Old. Mine.", "Old. Theirs.", "Old. Theirs.\nMine."],
    ["kni", "knife", "kni\ntwo men", "knife\ntwo men"],
    ["kni", "kni\ntwo men", "knife", "knife\ntwo men"],
    ["a b c", "a B c", "a b C", "a B C"],
    ["a b c", "a b C", "A b c", "A b C"],
    ["first", "0 first", "first 2", "0 first 2"],
    ["abc", "", "abc!", "!"],
    ["word", "ward", "wird", "wird\nward"],
    ["", "same", "same", "same"],
    ["x", "x", "y", "y"],
    ["x", "y", "x", "y"],
    ["😀", "😁", "😂", "😂\n😁"],
    ["", "one\n", "two\n", "two\none\n"],
  ])
    assert.equal(joined(base, mine, theirs), both, `${base}|${mine}|${theirs}`);
});

test("the caret stays at its words", () => {
  const end = "two men".length;
  assert.equal(caretIn("two men", "knife\ntwo men", end), "knife\ntwo men".length);
  assert.equal(caretIn("two men", "two men\nknife", 3), 3);
  assert.equal(caretIn("", "knife", 0), 5);
});

/** A draft of a form that stands at number 1. */
const begun = (form = { notes: "", place: "", priority: 2 }) => {
  const draft = new Draft(new MemoryStorage(), "i", "1");
  draft.rebase(form, 1);
  return draft;
};

test("each field goes out with what its edit began from", () => {
  const draft = begun({ notes: "old", place: "" });
  draft.write("notes", "older");
  draft.write("notes", "oldest");
  assert.deepEqual(draft.toSave(), { fields: { notes: "oldest" }, base: { notes: "old" } });
  draft.confirm({ notes: "oldest" }, 2);
  draft.write("notes", "oldest of all"); // before the entry is here
  assert.deepEqual(draft.toSave().base, { notes: "oldest" });
});

test("one's own words come back as an entry and are no colleague's", () => {
  for (const order of ["entry first", "answer first"]) {
    const draft = begun();
    draft.write("notes", "a");
    draft.toSave();
    draft.write("notes", "ab");
    const entry = () => assert.deepEqual(draft.rebase({ notes: "a" }, 2), []);
    const answer = () => draft.confirm({ notes: "a" }, 2);
    for (const comes of order === "entry first" ? [entry, answer] : [answer, entry]) comes();
    assert.deepEqual(draft.toSave(), { fields: { notes: "ab" }, base: { notes: "a" } }, order);
  }
});

test("a colleague's words after one's own are joined, though the answer comes last", () => {
  const draft = begun();
  draft.write("notes", "a");
  draft.toSave();
  draft.write("notes", "ab");
  draft.rebase({ notes: "a" }, 2);
  assert.deepEqual(draft.rebase({ notes: "aX" }, 3), ["notes"]);
  draft.confirm({ notes: "a" }, 2);
  assert.deepEqual(draft.toSave(), { fields: { notes: "aX\nb" }, base: { notes: "aX" } });
});

test("an older state that comes late changes nothing", () => {
  const draft = begun();
  draft.write("notes", "a");
  draft.rebase({ notes: "X" }, 5);
  assert.deepEqual(draft.rebase({ notes: "" }, 4), []);
  assert.deepEqual(draft.toSave(), { fields: { notes: "X\na" }, base: { notes: "X" } });
});

test("where one value can stand the person decides", () => {
  const draft = begun();
  draft.write("place", "door");
  draft.write("notes", "a");
  assert.deepEqual(draft.rebase({ notes: "", place: "gate", priority: 2 }, 2, "Wu"), []);
  assert.deepEqual(draft.clashes, { place: { theirs: "gate", who: "Wu" } });
  assert.deepEqual(draft.toSave().fields, { notes: "a" });
  draft.confirm({ notes: "a" }, 3);
  assert.ok(draft.isAtRest && !draft.isEmpty);
  draft.rebase({ notes: "a", place: "gate" }, 3, "Chen"); // one's own save of another field
  assert.equal(draft.clashes.place.who, "Wu");
  draft.insist("place");
  assert.deepEqual(draft.toSave(), { fields: { place: "door" }, base: { place: "gate" } });
  draft.rebase({ place: "yard" }, 4);
  draft.drop("place");
  assert.ok(draft.isEmpty);
  assert.equal(draft.value("place"), "yard");
});

test("a kept draft is not saved over what a colleague wrote meanwhile", () => {
  const storage = new MemoryStorage();
  const before = new Draft(storage, "i", "1");
  before.rebase({ notes: "old" }, 1);
  before.write("notes", "old mine");
  const again = new Draft(storage, "i");
  assert.deepEqual(again.rebase({ notes: "old theirs" }, 9), ["notes"]);
  assert.deepEqual(again.toSave().base, { notes: "old theirs" });
  assert.match(String(again.fields.notes), /theirs[^]*mine/);
});

test("a stale save is joined and sent again, and never in a tight circle", async () => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const draft = begun();
  const sent = [];
  const saver = new Saver(draft, async (fields, base) => {
    sent.push({ fields, base });
    if (sent.length > 1) return { seq: 3 };
    const facts = { fields: { notes: "knife" }, seq: 2, saved_by: "Wu" };
    throw Object.assign(new Error("changed"), { code: "form_changed", facts });
  }, () => {}, (facts) => {
    draft.rebase(facts.fields, facts.seq);
    saver.again();
  });
  saver.typed("notes", "two men");
  mock.timers.tick(600);
  await settle();
  assert.equal(sent.length, 1);
  mock.timers.tick(600);
  await settle();
  assert.deepEqual(sent[1], { fields: { notes: "knife\ntwo men" }, base: { notes: "knife" } });
  assert.equal(saver.state, "saved");
  mock.timers.reset();
});

test("a saver of words that were kept tells nothing while it is being made", async () => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const kept = begun();
  kept.write("notes", "kept");
  let told = 0;
  const saver = new Saver(kept, async () => ({ seq: 2 }), () => {
    told += 1;
  }, () => {});
  assert.equal(told, 0, "its form would make another, and another");
  assert.equal(saver.state, "unsaved");
  mock.timers.tick(0);
  await settle();
  assert.equal(saver.state, "saved");
  mock.timers.reset();
});

test("a form that was closed hears of no refusal, and sets no timer", async () => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  let refuse = () => {};
  const told = [];
  const saver = new Saver(begun(), () => new Promise((_, no) => {
    refuse = no;
  }), () => {}, (facts) => told.push(facts));
  saver.typed("notes", "of this call");
  mock.timers.tick(600);
  await settle();
  saver.stop();
  const facts = { fields: { notes: "of this call too" }, seq: 90 };
  refuse(Object.assign(new Error("changed"), { code: "form_changed", facts }));
  await settle();
  assert.deepEqual(told, [], "it would be taken for the next call's");
  saver.again();
  mock.timers.tick(60_000);
  await settle();
  mock.timers.reset();
});

test("words sent before a reload come back as one's own", () => {
  const storage = new MemoryStorage();
  const before = new Draft(storage, "i", "1");
  before.rebase({ notes: "" }, 1);
  before.write("notes", "a");
  before.toSave();
  before.write("notes", "ab");
  const again = new Draft(storage, "i");
  assert.deepEqual(again.rebase({ notes: "a" }, 2), []);
  assert.deepEqual(again.toSave(), { fields: { notes: "ab" }, base: { notes: "a" } });
});

test("of two who save one draft the second waits for the first", async () => {
  const draft = begun();
  draft.write("notes", "a");
  const sent = [];
  const answers = [];
  const save = (fields, base) => new Promise((done) => {
    sent.push({ fields, base });
    answers.push(done);
  });
  const both = [draft.save(save), draft.save(save)];
  draft.write("notes", "ab");
  await settle();
  assert.equal(sent.length, 1);
  answers[0]({ seq: 2 });
  await settle();
  assert.deepEqual(sent[1], { fields: { notes: "ab" }, base: { notes: "a" } });
  answers[1]({ seq: 3 });
  await Promise.all(both);
  assert.ok(draft.isEmpty);
});

test("what one saved once, chosen by a colleague later, is the colleague's", () => {
  const draft = begun();
  draft.write("place", "A");
  draft.toSave();
  draft.confirm({ place: "A" }, 2);
  draft.rebase({ place: "B" }, 3, "Wu");
  draft.write("place", "C");
  draft.rebase({ place: "A" }, 4, "Wu");
  assert.deepEqual(draft.clashes, { place: { theirs: "A", who: "Wu" } });
});

test("two texts that are too long together are asked about", () => {
  const draft = begun({ notes: "" });
  draft.write("notes", "m".repeat(2001));
  assert.deepEqual(draft.rebase({ notes: "t".repeat(2001) }, 2), []);
  assert.deepEqual(Object.keys(draft.clashes), ["notes"]);
  assert.ok(draft.isAtRest);
});

test("before the record is left, newer words are joined and saved", async () => {
  const draft = begun();
  const sent = [];
  const saver = new Saver(draft, async (fields) => {
    sent.push(fields);
    if (sent.length > 1) return { seq: 3 };
    throw Object.assign(new Error("x"), { code: "form_changed", facts: {} });
  }, () => {}, () => {
    draft.rebase({ notes: "knife" }, 2);
    saver.again();
  });
  saver.typed("notes", "two men");
  await saver.flush();
  assert.deepEqual(sent[1], { notes: "knife\ntwo men" });
  assert.ok(draft.isEmpty);
});

test("who types without a pause is saved every two seconds", async () => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const saves = [];
  const saver = new Saver(begun(), async (fields) => ({ seq: saves.push(fields) + 1 }), () => {}, () => {});
  for (let n = 0; n < 9; n += 1) {
    saver.typed("notes", "x".repeat(n + 1));
    mock.timers.tick(250);
    await settle();
  }
  assert.equal(saves.length, 1);
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
  again.arrived("m1");
  again.unsent = "";
  assert.deepEqual(new Outbox(storage, "i").own, ["m1"], "one's own, after a reload too");
  assert.deepEqual(new Outbox(storage, "i").items, []);
  again.close();
  assert.equal(storage.length, 0);
});
