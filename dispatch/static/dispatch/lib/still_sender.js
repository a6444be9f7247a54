// Still pictures, the sending end: one picture in flight, and learning what the line bears.
//
//   const sender = new StillSender({ grab: (level) => camera.grab(level), send });
//   sender.start();   sender.seen(frame.n)   on still_seen;   sender.stop();

import { ageMs, mark } from "./age.js";
import { LEVELS } from "./still_grabber.js";

/** @typedef {import("./wire.js").Frame} Frame */

const UNSEEN_MS = 5000;
const NOT_YET_MS = 500;
const SLOW_MS = 1200;
const QUICK_MS = 350;
const QUICK_IN_A_ROW = 4;

export class StillSender {
  /** Milliseconds from one picture to the next at least: 250 in a conversation. */
  gapMs = 250;

  #n = 0;
  #level = 2;
  #quick = 0;
  /** @type {{n: number, sentAt: import("./age.js").Mark} | null} */ #inFlight = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #isOn = false;
  #grab;
  #send;

  /**
   * @param {{grab: (level: number) => Promise<{jpeg: string} | null>,
   *          send: (frame: Frame) => boolean}} options
   */
  constructor({ grab, send }) {
    this.#grab = grab;
    this.#send = send;
  }

  get level() {
    return this.#level;
  }

  start() {
    if (this.#isOn) return;
    this.#isOn = true;
    this.#next(0);
  }

  stop() {
    this.#isOn = false;
    this.#inFlight = null;
    clearTimeout(this.#timer);
  }

  /** The other side shows picture `n`, or may be sent the next. @param {number} n */
  seen(n) {
    if (!this.#isOn || this.#inFlight?.n !== n) return;
    const tookMs = ageMs(this.#inFlight.sentAt);
    this.#inFlight = null;
    this.#learn(tookMs);
    this.#next(Math.max(0, this.gapMs - tookMs));
  }

  /** @param {number} tookMs */
  #learn(tookMs) {
    // A patient gap means nobody hurries to show it: its time says nothing of the line.
    if (this.gapMs > 1000) return;
    this.#quick = tookMs < QUICK_MS ? this.#quick + 1 : 0;
    if (tookMs > SLOW_MS) this.#step(tookMs > 2 * SLOW_MS ? -2 : -1);
    else if (this.#quick >= QUICK_IN_A_ROW) this.#step(1);
  }

  /** @param {number} by */
  #step(by) {
    this.#quick = 0;
    this.#level = Math.max(0, Math.min(LEVELS.length - 1, this.#level + by));
  }

  /** @param {number} ms */
  #next(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#shoot(), ms);
  }

  async #shoot() {
    const takenAt = mark();
    const picture = await this.#grab(this.#level);
    if (!this.#isOn) return;
    const n = this.#n + 1;
    const sent = picture && this.#send({
      type: "still", n, age_ms: Math.round(ageMs(takenAt)), jpeg: picture.jpeg,
    });
    if (!sent) return this.#next(NOT_YET_MS);
    // Unanswered since the last one: the line does not bear this size.
    if (this.#inFlight && this.gapMs <= 1000) this.#step(-1);
    this.#n = n;
    this.#inFlight = { n, sentAt: mark() };
    this.#next(Math.max(UNSEEN_MS, this.gapMs));
  }
}
