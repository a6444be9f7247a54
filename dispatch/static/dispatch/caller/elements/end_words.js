// <end-words>: why the call is over, and whether all that was written has reached it.

import { part, write } from "../../lib/dom.js";
import { endSentence, owedSentence } from "../models/late_sentences.js";

/** @typedef {import("../models/alarm.js").Alarm} Alarm */

export class EndWords extends HTMLElement {
  /** @param {Alarm} alarm */
  begin(alarm) {
    const render = () => this.#render(alarm);
    alarm.addEventListener("change", render);
    render();
  }

  /** @param {Alarm} alarm */
  #render({ phase, state, hasNoOther, hasGivenUp, words }) {
    if (phase !== "ended" || !state) return;
    const hasPhone = Boolean(state.caller.phone_masked);
    write(part(this, "end-why"), endSentence(state.call.end_reason, hasPhone, hasNoOther));
    part(this, "end-owed").hidden = !hasGivenUp;
    if (hasGivenUp) write(part(this, "end-owed-words"), owedSentence(words.unsent.length));
  }
}
