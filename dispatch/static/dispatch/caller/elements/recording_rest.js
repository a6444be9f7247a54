// <recording-rest>: what of a recording still waits on this phone when the call is over,
// and when it is all delivered. Nothing else tells: the recorder is long gone.

import { find, part, write } from "../../lib/dom.js";
import { restSentence } from "../models/late_sentences.js";

/** @typedef {import("../models/alarm.js").Alarm} Alarm */
/** @typedef {import("../models/senses.js").Senses} Senses */

export class RecordingRest extends HTMLElement {
  /** @param {Alarm} alarm @param {Senses} senses */
  begin(alarm, senses) {
    const render = () => this.#render(alarm, senses);
    alarm.addEventListener("change", render);
    senses.addEventListener("change", render);
    addEventListener("online", render);
    addEventListener("offline", render);
    render();
  }

  /** @param {Alarm} alarm @param {Senses} senses */
  #render({ phase }, { evidence }) {
    const isHere = phase === "idle" || phase === "ended";
    this.hidden = !isHere || !evidence || (evidence.waiting === 0 && !evidence.hasSent);
    if (this.hidden || !evidence) return;
    this.toggleAttribute("data-done", evidence.isDone);
    const shape = evidence.isDone ? "check" : "circle-dot";
    find(this, "use", SVGUseElement).setAttribute("href", `#icon-${shape}`);
    write(part(this, "rest"), restSentence(evidence, navigator.onLine));
  }
}
