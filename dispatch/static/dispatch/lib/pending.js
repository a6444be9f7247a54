// Commands not yet answered. Each is sent again, with the same id, until the server says
// ack or error: the id makes every repetition free.

import { ageMs, mark } from "./age.js";
import { PASSING, PUT_OFF_MS, Refused, newId } from "./wire.js";

/** @typedef {import("./wire.js").Frame} Frame */
/** @typedef {import("./wire.js").Command} Command */
/** @typedef {import("./wire.js").Ack} Ack */
/**
 * @typedef {object} Waiting
 * @property {Command} frame
 * @property {Promise<Ack>} answered
 * @property {(ack: Ack) => void} resolve
 * @property {(refusal: Refused) => void} reject
 * @property {import("./age.js").Mark | null} since  when it was last sent or put off
 * @property {number} restMs  how long it then rests
 */

const UNANSWERED_MS = 5000;

export class Pending {
  /** @type {Map<string, Waiting>} */ #waiting = new Map();

  get size() {
    return this.#waiting.size;
  }

  /**
   * @param {Frame} frame  without an id it gets one; with a known id it is not added twice
   * @returns {Promise<Ack>} rejects with `Refused`
   */
  add(frame) {
    const command = /** @type {Command} */ ({ ...frame, id: frame.id ?? newId() });
    const known = this.#waiting.get(command.id);
    if (known) return known.answered;
    /** @type {(ack: Ack) => void} */ let resolve = () => {};
    /** @type {(refusal: Refused) => void} */ let reject = () => {};
    /** @type {Promise<Ack>} */
    const answered = new Promise((yes, no) => {
      resolve = yes;
      reject = no;
    });
    this.#waiting.set(command.id, {
      frame: command, answered, resolve, reject, since: null, restMs: 0,
    });
    return answered;
  }

  /** @param {Frame} answer @returns {boolean} whether it was for one of these */
  answer(answer) {
    const waiting = this.#waiting.get(answer.id);
    if (!waiting) return false;
    if (answer.type === "error" && PASSING.has(answer.code)) {
      waiting.since = mark();
      waiting.restMs = PUT_OFF_MS;
      return true;
    }
    this.#waiting.delete(answer.id);
    if (answer.type === "ack") waiting.resolve(/** @type {Ack} */ (answer));
    else waiting.reject(new Refused(/** @type {any} */ (answer)));
    return true;
  }

  /** @returns {Command[]} what should be sent now, oldest first; marks it as sent */
  takeDue() {
    const due = [...this.#waiting.values()].filter(
      ({ since, restMs }) => since === null || ageMs(since) >= restMs,
    );
    for (const waiting of due) {
      waiting.since = mark();
      waiting.restMs = UNANSWERED_MS;
    }
    return due.map((waiting) => waiting.frame);
  }

  /** A new connection: nothing sent on the old one counts. */
  allDue() {
    for (const waiting of this.#waiting.values()) waiting.since = null;
  }
}
