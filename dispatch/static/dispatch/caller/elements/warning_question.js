// <warning-question>: the call-taker would speak to whoever threatens the caller. Only the
// caller can say yes; the harmless answer has the focus, and a thumb that was on its way to
// something else answers nothing: a yes by accident would end silence.

import { SETTLE_MS, find } from "../../lib/dom.js";

/** @typedef {import("../models/alarm.js").Alarm} Alarm */

export class WarningQuestion extends HTMLElement {
  #shownAt = -SETTLE_MS;

  /** @param {Alarm} alarm */
  begin(alarm) {
    alarm.addEventListener("change", () => this.#render(alarm));
    this.addEventListener("click", (event) => {
      if (!(/** @type {Element} */ (event.target).closest("button"))) return;
      if (performance.now() - this.#shownAt < SETTLE_MS) event.stopPropagation();
    });
    this.#render(alarm);
  }

  /** @param {Alarm} alarm */
  #render({ phase, state, isHeld, isWarningAnswered }) {
    const isAsked = phase === "talking" && isHeld && state?.warning === "asked";
    const isShown = isAsked && !isWarningAnswered;
    if (this.hasAttribute("hidden") !== isShown) return;
    this.toggleAttribute("hidden", !isShown);
    if (!isShown) return;
    this.#shownAt = performance.now();
    find(this, "button", HTMLButtonElement).focus({ preventScroll: true });
  }
}
