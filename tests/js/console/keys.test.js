import assert from "node:assert/strict";
import { test } from "node:test";

import {
  DEFAULT_KEYS, keyName, loadKeys, match, remap, saveKeys,
} from "../../../dispatch/static/dispatch/console/models/keys.js";
import { MemoryStorage } from "./cast.js";

const press = (code, changes = {}) => ({
  code, altKey: true, ctrlKey: false, metaKey: false, shiftKey: false, isComposing: false, keyCode: 65, repeat: false, ...changes,
});

test("Alt and the place of the key", () => {
  assert.equal(match(press("KeyA"), DEFAULT_KEYS), "accept");
  assert.equal(match(press("KeyA", { altKey: false }), DEFAULT_KEYS), null);
  assert.equal(match(press("KeyU"), DEFAULT_KEYS), null);
});

test("not AltGr, not with Shift, not while the key is held down", () => {
  for (const change of [{ ctrlKey: true }, { shiftKey: true }, { metaKey: true }, { repeat: true }]) {
    assert.equal(match(press("KeyE", change), DEFAULT_KEYS), null);
  }
});

test("never while an input method composes", () => {
  assert.equal(match(press("KeyE", { isComposing: true }), DEFAULT_KEYS), null);
  assert.equal(match(press("KeyE", { keyCode: 229 }), DEFAULT_KEYS), null);
});

test("no two acts share a key, and later acts find theirs free", () => {
  const codes = Object.values(DEFAULT_KEYS);
  assert.equal(new Set(codes).size, codes.length);
  assert.ok(!codes.includes("KeyU"));
  for (const field of ["category", "priority", "place", "notes", "persons", "outcome"])
    assert.ok(DEFAULT_KEYS[field], `every field of the form has a key: ${field}`);
});

test("an act that came later does not take the key of somebody's own choice", () => {
  const storage = new MemoryStorage();
  const { transfer: _later, ...before } = { ...DEFAULT_KEYS, veil: "KeyT" };
  saveKeys(storage, before);
  const keys = loadKeys(storage);
  assert.equal(match(press("KeyT"), keys), "veil");
  assert.equal(keys.transfer, DEFAULT_KEYS.veil);
});

test("a changed key is kept, and who had it gets the old one", () => {
  const storage = new MemoryStorage();
  const keys = remap(loadKeys(storage), "accept", DEFAULT_KEYS.end);
  saveKeys(storage, keys);
  const loaded = loadKeys(storage);
  assert.equal(loaded.accept, DEFAULT_KEYS.end);
  assert.equal(loaded.end, DEFAULT_KEYS.accept);
  assert.equal(remap(loaded, "accept", "Enter"), null);
});

test("keys are named as printed", () => {
  assert.equal(keyName("KeyA"), "Alt A");
  assert.equal(keyName("Slash"), "Alt /");
});
