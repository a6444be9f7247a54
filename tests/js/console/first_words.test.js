// Where words go when one call follows the other: none to the wrong caller, none lost.

import assert from "node:assert/strict";
import { test } from "node:test";

import { regionOf } from "./parts.js";
import { incident } from "./cast.js";

const console_ = "../../../dispatch/static/dispatch/console";
const { TextThread } = await import(`${console_}/elements/text_thread.js`);
const { Typing } = await import(`${console_}/models/typing.js`);

const key = (name, more = {}) => ({ key: name, altKey: false, ctrlKey: false, metaKey: false, ...more });

test("whoever types is not given the next caller's box; a pause, a command, a button: they are", () => {
  const typing = new Typing();
  assert.equal(typing.isGoingOn(0), false);
  typing.key(key("a"), true, false, 1000);
  assert.equal(typing.isGoingOn(2400), true);
  assert.equal(typing.isGoingOn(2600), false);
  typing.key(key("Enter"), true, false, 5000); // in the notes, or of a Chinese word
  assert.equal(typing.isGoingOn(5100), true);
  typing.key(key("b"), false, false, 9000); // the field went away under it
  assert.equal(typing.isGoingOn(9100), true);
  for (const [name, more, isField, isButton] of [
    ["a", { altKey: true }, false, false], ["Enter", {}, false, false],
    [" ", {}, false, true], ["Escape", {}, true, false], ["Tab", {}, true, false],
  ]) {
    const other = new Typing();
    other.key(key(name, more), isField, isButton, 1000);
    assert.equal(other.isGoingOn(1001), false, name);
  }
});

test("what is typed before the incident is there stays, and outlives a reload", () => {
  const kept = new Map();
  globalThis.sessionStorage = {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, text) => kept.set(name, text),
    removeItem: (name) => kept.delete(name),
  };
  globalThis.ResizeObserver = class {
    observe() {}
  };
  const desk = Object.assign(new EventTarget(), { incident: null, isOver: false, send() {} });
  const open = () => {
    const thread = regionOf(TextThread, { desk });
    Object.assign(thread.part("words"), { value: "" });
    Object.assign(thread.part("messages"), { querySelectorAll: () => [] });
    return thread;
  };
  const thread = open();
  const words = thread.part("words");
  words.value = "Hello, where are";
  words.dispatchEvent(new Event("input"));
  desk.incident = incident("a");
  thread.show();
  assert.equal(words.value, "Hello, where are");
  const again = open();
  again.show();
  assert.equal(again.part("words").value, "Hello, where are");

  desk.incident = null;
  desk.dispatchEvent(new Event("cleared"));
  assert.equal(words.value, "");
  desk.incident = incident("b");
  thread.show();
  assert.equal(words.value, "", "no word of one call in the next");
});
