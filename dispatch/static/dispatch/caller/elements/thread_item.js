// One line of the conversation on the screen.

import { write } from "../../lib/dom.js";
import { gettext } from "../../lib/words.js";

/** @typedef {import("../models/thread_lines.js").Line} Line */

export class ThreadItem {
  element = document.createElement("li");
  #words = document.createElement("p");
  #note = document.createElement("small");
  /** @type {HTMLButtonElement | null} */ #cancel = null;

  /** @param {Line} line */
  constructor({ side, picture }) {
    const who = document.createElement("span");
    who.className = "visually-hidden";
    who.textContent = side === "caller" ? gettext("You:") : gettext("Police:");
    this.element.dataset.side = side;
    this.element.append(who, this.#words, this.#note);
    if (picture) {
      const image = new Image();
      image.src = picture;
      image.alt = "";
      this.element.prepend(image);
    }
  }

  /** @param {Line} line */
  show({ text, note, tone, cancel }) {
    this.element.dataset.tone = tone;
    write(this.#words, text);
    write(this.#note, tone === "received" ? `${note} ✓` : note);
    if (cancel && !this.#cancel) this.#offerCancel(cancel);
    else if (!cancel) {
      this.#cancel?.remove();
      this.#cancel = null;
    }
  }

  /** @param {string} clip */
  #offerCancel(clip) {
    this.#cancel = document.createElement("button");
    this.#cancel.type = "button";
    this.#cancel.className = "button-quiet";
    this.#cancel.dataset.cancel = clip;
    this.#cancel.textContent = gettext("Cancel");
    this.element.append(this.#cancel);
  }
}
