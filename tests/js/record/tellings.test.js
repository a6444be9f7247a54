// What is told once stands there once, whoever fetched it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { tell } from "../../../dispatch/static/dispatch/record/elements/tellings.js";

/** @type {any[]} */
let told = [];
const place = {
  get children() {
    return told;
  },
  append: (/** @type {any} */ line) => void told.push(line),
};
globalThis.document = /** @type {any} */ ({ querySelector: () => place });

function line(/** @type {string} */ textContent) {
  const one = { textContent, remove: () => (told = told.filter((other) => other !== one)) };
  return one;
}

const words = () => told.map(({ textContent }) => textContent);

test("two fetches that were told the same show it once", () => {
  told = [];
  tell(/** @type {any} */ ([line("Taken. SHA-256 1a2b")]));
  tell(/** @type {any} */ ([line("Taken. SHA-256 1a2b")]));
  assert.deepEqual(words(), ["Taken. SHA-256 1a2b"]);
});

test("another file's stands below", () => {
  told = [];
  tell(/** @type {any} */ ([line("Taken. SHA-256 1a2b"), line("Taken. SHA-256 3c4d")]));
  tell(/** @type {any} */ ([line("Taken. SHA-256 5e6f")]));
  assert.deepEqual(words(), ["Taken. SHA-256 1a2b", "Taken. SHA-256 3c4d", "Taken. SHA-256 5e6f"]);
});
