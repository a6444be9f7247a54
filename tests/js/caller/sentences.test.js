import assert from "node:assert/strict";
import { test } from "node:test";
import { newsSentence, placeSentence, truthSentence } from "../../../dispatch/static/dispatch/caller/models/sentences.js";

const call = { seat: "Seat 1", isOffered: false, phone: "110", isSilent: false };
const nobody = { place: 1, seats_open: 0, wait_seconds: null };
const LOST = /** @type {const} */ (["closed", "silent"]);

test("whoever may speak is told to phone when the line fails", () => {
  for (const is of LOST) assert.match(truthSentence({ is, seconds: 9 }, call), /Call 110/);
  assert.match(placeSentence(nobody, "110", true, false).main, /Call 110/);
});

test("in silence nobody is told to phone unless it is safe to speak", () => {
  const hiding = { ...call, isSilent: true };
  const said = [
    ...LOST.map((is) => truthSentence({ is, seconds: 9 }, hiding)),
    placeSentence(nobody, "110", true, true).main,
  ];
  for (const sentence of said) {
    assert.match(sentence, /If you can speak safely, call 110\.$/);
    assert.doesNotMatch(sentence, /Call/);
  }
  assert.match(truthSentence({ is: "silent", seconds: 9 }, hiding), /Keep writing/);
  assert.match(placeSentence(nobody, "110", true, true).more, /write/);
});

test("nobody is said to be waited for where nobody is on duty", () => {
  const waiting = /** @type {const} */ ({ is: "waiting", seconds: 0 });
  assert.match(truthSentence(waiting, call), /Waiting for a call-taker/);
  assert.equal(truthSentence(waiting, { ...call, isNobody: true }), "The connection works.");
  assert.match(truthSentence(waiting, { ...call, isNobody: true, isOffered: true }), /being asked/);
});

test("who still sees the call-taker is not told to leave them", () => {
  const cut = /** @type {const} */ ({ is: "silent", seconds: 9 });
  const said = truthSentence(cut, { ...call, isMoving: true });
  assert.match(said, /still see the call-taker/);
  assert.match(said, /If the picture stops, call 110/);
  // In silence no picture is shown; what is hidden is no reason to wait.
  assert.match(truthSentence(cut, { ...call, isMoving: true, isSilent: true }), /Keep writing/);
});

test("who cannot speak is told that words are taken", () => {
  const cut = /** @type {const} */ ({ is: "silent", seconds: 9 });
  assert.match(truthSentence(cut, call), /or keep writing/);
  assert.match(placeSentence(nobody, "110", true, false).more, /You can write/);
});

test("where no wait can be told, it is told who will answer", () => {
  const next = { place: 1, seats_open: 2, wait_seconds: null };
  assert.deepEqual(placeSentence(next, "110", true, false), {
    main: "You are next", more: "The first who is free answers.", isNobody: false,
  });
  assert.equal(placeSentence({ ...next, wait_seconds: 130 }, "110", true, false).more, "about 2 min");
  assert.equal(placeSentence(next, "110", false, false).more, "when last heard");
  // Of whoever stands before them it is true, not of them.
  assert.equal(placeSentence({ ...next, place: 5 }, "110", true, false).more, "");
});

test("who pressed Back is told that the alarm goes on, and what a second press does", () => {
  assert.equal(newsSentence("back"), "Your alarm goes on. Back again leaves this page.");
});
