// One quiet line at the foot: what was refused, who won, what failed. It keeps its place
// and its time, so that somebody who looked away can still read it.

import { Region } from "./region.js";
import { makeMark } from "./rows.js";
import { timeOfDay } from "../models/clock.js";

const FRESH_MS = 30_000;
const NEWS_MS = 10_000; // what was said longer ago belongs to the call that is over

export class MessageLine extends Region {
  #saidAt = 0;
  #hadSeat = false;

  begin() {
    this.desk.addEventListener("say", (event) => {
      const { text, tone } = /** @type {CustomEvent} */ (event).detail;
      this.#say(text, tone);
    });
    this.desk.addEventListener("cleared", () => {
      if (Date.now() - this.#saidAt > NEWS_MS) this.find("said").replaceChildren();
    });
  }

  /** What was said at a seat that is gone, "Choose Ready", is no advice any more. */
  show() {
    const hasSeat = this.desk.seat !== null;
    if (this.#hadSeat && !hasSeat) this.find("said").replaceChildren();
    this.#hadSeat = hasSeat;
  }

  /** Old news turns grey; it stays, with its time. */
  tick() {
    this.find("said").dataset.old = String(Date.now() - this.#saidAt > FRESH_MS);
  }

  /** @param {string} text @param {string} tone */
  #say(text, tone) {
    const time = document.createElement("time");
    time.textContent = timeOfDay(this.desk.clock.now());
    const icon = tone === "warn" ? "triangle-alert" : tone === "ok" ? "check" : "info";
    this.#saidAt = Date.now();
    this.find("said").replaceChildren(time, makeMark(tone, icon, text));
    this.tick();
  }
}
