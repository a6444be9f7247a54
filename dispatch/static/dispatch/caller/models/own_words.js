// The caller's own words on their way: kept until the server has them, sent again after a
// reload, marked when they were refused.

import { newId } from "../../lib/wire.js";

/** @typedef {import("./outbox.js").Unsent} Unsent */

export class OwnWords {
  /** @type {Set<string>} ids of words the server refused */ #refused = new Set();
  #outbox;
  #send;
  #changed;

  /**
   * @param {import("./outbox.js").Outbox} outbox
   * @param {(frame: import("../../lib/wire.js").Frame) => Promise<unknown>} send
   * @param {() => void} changed
   */
  constructor(outbox, send, changed) {
    this.#outbox = outbox;
    this.#send = send;
    this.#changed = changed;
  }

  get unsent() {
    return this.#outbox.unsent;
  }

  /** @param {string} id */
  isRefused(id) {
    return this.#refused.has(id);
  }

  /** @param {string} text */
  say(text) {
    const words = { id: newId(), text };
    this.#outbox.add(words);
    this.#post(words);
    this.#changed();
  }

  /** Speak of a photo or file that the server has. @param {string} clip @param {string} id */
  show(clip, id) {
    const words = { id, text: "", clip };
    this.#outbox.add(words);
    this.#post(words);
    this.#changed();
  }

  /** A new line: what no server has acknowledged goes first. */
  resend() {
    this.#refused.clear();
    this.unsent.forEach((words) => this.#post(words));
  }

  /** The server has it. @param {string | undefined} id */
  arrived(id) {
    if (id) this.#outbox.drop(id);
  }

  /** @param {Unsent} words */
  async #post({ id, text, clip }) {
    try {
      await this.#send({ type: "post_message", id, text, ...(clip && { clip }) });
      this.#outbox.drop(id);
    } catch {
      this.#refused.add(id);
    }
    this.#changed();
  }
}

// So long the line of a call that is over waits.
const LAST_WORDS_MS = 30_000;

/**
 * The words of a call that is over: the server takes them after the end too, so the line
 * waits until the last of them is there, or until nobody will take it any more.
 */
export class LastWords {
  /** Some of them will not reach the police any more. */
  haveFailed = false;

  #words;
  #leave;
  #isOver = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;

  /**
   * @param {OwnWords} words
   * @param {() => void} leave  nothing is awaited any more: let the line go, and look again
   */
  constructor(words, leave) {
    this.#words = words;
    this.#leave = leave;
  }

  /** The call is over; told again with each entry that still comes. */
  begin() {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.giveUp(), LAST_WORDS_MS);
    this.look();
  }

  /** One of them was taken, or refused. */
  look() {
    const isOwed = this.#words.unsent.some(({ id }) => !this.#words.isRefused(id));
    if (this.#isOver && !isOwed) this.giveUp();
  }

  /** Another call. */
  forget() {
    clearTimeout(this.#timer);
    this.#isOver = this.haveFailed = false;
  }

  /** What has not arrived by now never will. */
  giveUp() {
    clearTimeout(this.#timer);
    this.haveFailed = this.#words.unsent.length > 0;
    this.#leave();
  }
}
