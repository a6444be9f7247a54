// One quiet line at the foot: what was refused, who won, what failed. It keeps its place
// and its time, so that somebody who looked away can still read it.

import { Region } from "./region.js";
import { makeMark } from "./rows.js";
import { timeOfDay } from "../models/clock.js";

export class MessageLine extends Region {
  begin() {
    this.desk.addEventListener("say", (event) => {
      const { text, tone } = /** @type {CustomEvent} */ (event).detail;
      this.#say(text, tone);
    });
  }

  /** @param {string} text @param {string} tone */
  #say(text, tone) {
    const time = document.createElement("time");
    time.textContent = timeOfDay(this.desk.clock.now());
    const icon = tone === "warn" ? "triangle-alert" : tone === "ok" ? "check" : "info";
    this.find("said").replaceChildren(time, makeMark(tone, icon, text));
  }
}
