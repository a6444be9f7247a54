// The list of keys, and the way to change them. `?` opens it where nobody is typing, and
// can be turned off: a bare key must not surprise who speaks to the computer (WCAG 2.1.4).

import { Region } from "./region.js";
import { DEFAULT_KEYS, keyName, loadKeys, remap, saveKeys } from "../models/keys.js";
import { fill, gettext } from "../../lib/words.js";

const STORED_AT = "alarm110.question-mark";

export class KeySheet extends Region {
  #keys = loadKeys(localStorage);
  /** @type {string | null} the action whose key is being changed */ #changing = null;

  begin() {
    const box = this.#questionBox;
    box.checked = localStorage.getItem(STORED_AT) !== "off";
    box.addEventListener("change", () =>
      localStorage.setItem(STORED_AT, box.checked ? "on" : "off"),
    );
    this.#dialog.addEventListener("keydown", (event) => this.#pressed(event));
    this.#dialog.addEventListener("close", () => this.#stop());
    this.#label();
  }

  /** @returns {import("../models/keys.js").KeyMap} */
  get keys() {
    return this.#keys;
  }

  /** @returns {boolean} whether a bare `?` opens this */
  get isQuestionMarkOn() {
    return this.#questionBox.checked;
  }

  /** @returns {boolean} */
  get isOpen() {
    return this.#dialog.open;
  }

  /** @param {string} act @param {HTMLElement | null} button */
  act(act, button) {
    if (act === "keys") this.#toggle();
    else if (act === "close-keys") this.#dialog.close();
    else if (act === "change-key") this.#change(button?.dataset.action ?? "");
    else if (act === "reset-keys") this.#use({ ...DEFAULT_KEYS });
    else if (act === "test-ring") this.ring.once();
    else return false;
    return true;
  }

  #toggle() {
    if (this.#dialog.open) this.#dialog.close();
    else this.#dialog.showModal();
  }

  /** @param {string} action */
  #change(action) {
    this.#changing = action;
    this.#hint(
      fill(gettext("Press the new key for %(key)s."), {
        key: keyName(this.#keys[action] ?? ""),
      }),
    );
  }

  #stop() {
    this.#changing = null;
    this.#label();
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (!this.#changing || ["Alt", "Shift", "Control", "Meta", "Tab"].includes(event.key))
      return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") return this.#stop();
    const keys = remap(this.#keys, this.#changing, event.code);
    if (!keys)
      return this.#hint(gettext("This key cannot be used. Press a letter or a digit."));
    this.#changing = null;
    this.#use(keys);
    this.#hint(gettext("Changed. If another act had this key, it got the old one."));
  }

  /** @param {import("../models/keys.js").KeyMap} keys */
  #use(keys) {
    this.#keys = keys;
    saveKeys(localStorage, keys);
    this.#label();
  }

  /** Every key printed on the page, as this person set it. */
  #label() {
    for (const printed of document.querySelectorAll("kbd[data-key]")) {
      printed.textContent = keyName(this.#keys[printed.getAttribute("data-key") ?? ""] ?? "");
    }
  }

  /** @param {string} words */
  #hint(words) {
    this.write("hint", words);
    this.announce(words);
  }

  get #dialog() {
    return /** @type {HTMLDialogElement} */ (this.find("dialog"));
  }

  get #questionBox() {
    return /** @type {HTMLInputElement} */ (this.find("question-mark"));
  }
}
