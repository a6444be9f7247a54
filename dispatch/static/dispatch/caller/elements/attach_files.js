// <attach-files>: choose a photo or a file for the police; what may be sent is said first.

import { part, write } from "../../lib/dom.js";
import { fill, gettext } from "../../lib/words.js";

/** @typedef {import("../models/senses.js").Senses} Senses */

export class AttachFiles extends HTMLElement {
  /** @type {Senses | null} */ #senses = null;

  /** @param {Senses} senses */
  begin(senses) {
    this.#senses = senses;
    this.addEventListener("click", (event) => {
      const button = /** @type {Element} */ (event.target).closest("button[data-pick]");
      const name = button?.getAttribute("data-pick");
      if (name) /** @type {HTMLInputElement} */ (this.querySelector(`[name="${name}"]`)).click();
    });
    this.addEventListener("change", (event) => this.#chosen(event));
  }

  /** @param {Event} event */
  #chosen(event) {
    const field = /** @type {HTMLInputElement} */ (event.target);
    const [file] = field.files ?? [];
    const { evidence, owner } = this.#senses ?? {};
    if (!file) return;
    const trouble = evidence && owner ? evidence.attachments.trouble(file) : "away";
    this.#say(trouble, file.name);
    if (!trouble && evidence && owner) {
      evidence.attachments.send(file, owner);
      this.hidden = true;
    }
    field.value = "";
  }

  /** @param {string} trouble @param {string} name */
  #say(trouble, name) {
    const sentence = {
      large: gettext("%(name)s is larger than 200 MB and cannot be sent."),
      empty: gettext("%(name)s is empty."),
      away: gettext("Photos and files cannot be sent now. Write instead."),
    }[trouble];
    write(part(this, "attach-trouble"), sentence ? fill(sentence, { name }) : "");
  }
}
