// Sentences an operator sends with one click, in the language the caller reads.

import { Region } from "./region.js";
import { fill, gettext } from "../../lib/words.js";

export class PhraseList extends Region {
  #isOpen = false;
  /** @type {"zh" | "en" | null} */ #chosen = null;
  #stamp = "";

  begin() {
    this.desk.addEventListener("cleared", () => this.#reset());
  }

  show() {
    const { incident } = this.desk;
    if (!incident) return;
    const language = this.#chosen ?? languageOf(incident.caller.language);
    this.find("in-zh").setAttribute("aria-pressed", String(language === "zh"));
    this.find("in-en").setAttribute("aria-pressed", String(language === "en"));
    this.write("caller-language", incident.caller.language
      ? fill(gettext("The caller's phone speaks %(language)s."), { language: incident.caller.language })
      : "");
    this.#fill(language);
    this.reveal("phrases", this.#isOpen);
    const button = /** @type {HTMLButtonElement} */ (this.find("phrases-button"));
    button.setAttribute("aria-expanded", String(this.#isOpen));
    button.disabled = incident.call.state === "ended";
  }

  /** @param {string} act @param {HTMLElement | null} button */
  act(act, button) {
    if (act === "phrases") this.#open(!this.#isOpen);
    else if (act === "escape" && this.#isOpen) this.#open(false);
    else if (act === "phrases-zh") this.#speak("zh");
    else if (act === "phrases-en") this.#speak("en");
    else if (act === "phrase" && button) this.#send(button.textContent ?? "");
    else return false;
    return true;
  }

  /** @param {string} text */
  #send(text) {
    this.dispatchEvent(new CustomEvent("phrase", { bubbles: true, detail: text }));
    this.#open(false);
  }

  /** @param {boolean} isOpen */
  #open(isOpen) {
    this.#isOpen = isOpen && this.desk.incident?.call.state !== "ended";
    this.show();
    if (this.#isOpen) this.querySelector("li button")?.scrollIntoView({ block: "nearest" });
    const first = /** @type {HTMLElement | null} */ (this.querySelector("li button"));
    (this.#isOpen && first ? first : this.find("phrases-button")).focus();
  }

  /** @param {"zh" | "en"} language */
  #speak(language) {
    this.#chosen = language;
    this.show();
  }

  /** @param {"zh" | "en"} language */
  #fill(language) {
    const phrases = this.desk.agency?.phrases ?? [];
    const texts = phrases.map(({ text, text_en: english }) => (language === "zh" ? text : english || text));
    const stamp = texts.join("\n");
    if (stamp === this.#stamp) return;
    this.#stamp = stamp;
    const list = this.find("phrase-list");
    list.lang = language === "zh" ? "zh-Hans" : "en";
    list.replaceChildren(...texts.map(makeItem));
  }

  #reset() {
    this.#isOpen = false;
    this.#chosen = null;
  }
}

/** @param {string} language a BCP 47 tag @returns {"zh" | "en"} */
function languageOf(language) {
  return language === "" || language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

/** @param {string} text @returns {HTMLElement} */
function makeItem(text) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button-quiet";
  button.dataset.act = "phrase";
  button.textContent = text;
  item.append(button);
  return item;
}
