// <warning-question>: the call-taker would speak to whoever threatens the caller. Only the
// caller can say yes; the harmless answer has the focus.

import { find } from "../../lib/dom.js";

/** @typedef {import("../models/alarm.js").Alarm} Alarm */

export class WarningQuestion extends HTMLElement {
  #isAnswered = false;

  /** @param {Alarm} alarm */
  begin(alarm) {
    alarm.addEventListener("change", () => this.#render(alarm));
    this.addEventListener("click", (event) => {
      if (!(/** @type {Element} */ (event.target).closest("button"))) return;
      this.#isAnswered = true; // the server's word takes a moment
      this.hidden = true;
    });
    this.#render(alarm);
  }

  /** @param {Alarm} alarm */
  #render({ phase, state, isHeld }) {
    const isAsked = phase === "talking" && isHeld && state?.warning === "asked";
    if (!isAsked) this.#isAnswered = false;
    const isShown = isAsked && !this.#isAnswered;
    if (this.hidden !== isShown) return;
    this.hidden = !isShown;
    if (isShown) find(this, "button", HTMLButtonElement).focus({ preventScroll: true });
  }
}
