// Notices that entries are missing and asks for them: a hole gets a moment to close by
// itself, a head that stays ahead of us gets one heartbeat.

import { ageMs, mark } from "./age.js";

/** @typedef {import("./wire.js").Entry} Entry */

const GAP_PATIENCE_MS = 300;
const BEHIND_PATIENCE_MS = 1000;

export class CatchUp {
  /** @type {import("./cursors.js").Cursors} */ #cursors;
  /** @type {() => void} */ #ask;
  /** @type {import("./age.js").Mark | null} */ #behindSince = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #gap;

  /** @param {import("./cursors.js").Cursors} cursors @param {() => void} ask */
  constructor(cursors, ask) {
    this.#cursors = cursors;
    this.#ask = ask;
  }

  /** @param {Entry} entry @returns {Entry[]} what may be applied now, in order */
  take(entry) {
    const ready = this.#cursors.take(entry);
    if (!this.#cursors.hasGap) this.rest();
    else this.#gap ??= setTimeout(() => this.#askNow(), GAP_PATIENCE_MS);
    return ready;
  }

  /** @param {Record<string, number>} heads what a heartbeat says */
  compare(heads) {
    if (!this.#cursors.isBehind(heads)) this.#behindSince = null;
    else if (!this.#behindSince) this.#behindSince = mark();
    else if (ageMs(this.#behindSince) > BEHIND_PATIENCE_MS) this.#askNow();
  }

  /** Nothing is missing, or the line is gone and hello will ask anyway. */
  rest() {
    clearTimeout(this.#gap);
    this.#gap = undefined;
    this.#behindSince = null;
  }

  #askNow() {
    this.rest();
    this.#cursors.forgetAhead();
    this.#ask();
  }
}
