import assert from "node:assert/strict";
import { test } from "node:test";
import { linesOf } from "../../../dispatch/static/dispatch/caller/models/thread_lines.js";

globalThis.document = { documentElement: { lang: "en" } };

const words = (unsent = [], refused = []) => ({
  unsent, isRefused: (id) => refused.includes(id),
});
const message = (seq, more = {}) => ({
  seq, at: "2026-08-21T01:41:10.000000Z", side: "caller", text: "help", ...more,
});
const photo = (clip, more = {}) => ({
  clip, message: "m9", kind: "photo", name: "door.jpg", url: "blob:1", total: 3, sent: 1,
  fate: "sending", ...more,
});

test("what arrived comes first, then what is on its way", () => {
  const state = { messages: [message(3), message(4, { side: "seat", text: "where?" })] };
  const lines = linesOf({ state, words: words([{ id: "m1", text: "here" }], ["m1"]) }, [photo("p")]);
  assert.deepEqual(lines.map(({ key, tone }) => [key, tone]), [
    ["seq-3", "received"], ["seq-4", ""], ["m1", "refused"], ["p", "sending"],
  ]);
});

test("a photo on its way tells how far it is, and can be taken back", () => {
  const [line] = linesOf({ state: null, words: words() }, [photo("p")]);
  assert.deepEqual([line.note, line.cancel, line.picture], ["Sending… 1 of 3 MB", "p", "blob:1"]);
  for (const fate of ["kept", "cancelled", "failed"]) {
    assert.equal(linesOf({ state: null, words: words() }, [photo("p", { fate })])[0].cancel, undefined);
  }
});

test("once its message arrived it stands there once, with its picture", () => {
  const state = { messages: [message(5, { text: "", clip: "p" })] };
  const unsent = [{ id: "m9", text: "", clip: "p" }];
  const lines = linesOf({ state, words: words(unsent) }, [photo("p", { fate: "kept" })]);
  assert.deepEqual(lines.map(({ key, text, picture }) => [key, text, picture]), [
    ["seq-5", "door.jpg", "blob:1"],
  ]);
});

test("after a reload the picture is gone, the fact is not", () => {
  const state = { messages: [message(5, { text: "", clip: "p" })] };
  const [line] = linesOf({ state, words: words() }, []);
  assert.deepEqual([line.text, line.tone, line.picture], ["Photo or file", "received", undefined]);
});
