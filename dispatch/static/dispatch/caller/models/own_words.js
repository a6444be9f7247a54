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
