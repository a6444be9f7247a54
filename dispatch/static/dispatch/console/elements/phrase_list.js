// Sentences an operator sends with one click, in the language the caller reads.

import { Region } from "./region.js";
import { tellMoreBelow } from "./more_below.js";
import { isComposing, stepped } from "../models/keys.js";
import { fill, gettext } from "../../lib/words.js";

export class PhraseList extends Region {
  #isOpen = false;
  /** @type {"zh" | "en" | null} */ #chosen = null;
  #stamp = "";
  #tellMore = () => {};

  begin() {
    this.#tellMore = tellMoreBelow(this.find("phrase-list"));
    this.desk.addEventListener("cleared", () => this.#reset());
    this.find("phrase-list").addEventListener("keydown", (event) => this.#pressed(event));
  }

  show() {
    const { incident } = this.desk;
    if (!incident) return;
    const language = this.#chosen ?? languageOf(incident.caller.language);
    this.find("in-zh").setAttribute("aria-pressed", String(language === "zh"));
    this.find("in-en").setAttribute("aria-pressed", String(language === "en"));
    this.write("caller-language", speaks(incident.caller.language));
    this.#fill(language);
    this.reveal("phrases", this.#isOpen);
    const button = /** @type {HTMLButtonElement} */ (this.find("phrases-button"));
    button.setAttribute("aria-expanded", String(this.#isOpen));
    button.disabled = this.desk.isOver;
  }

  /** @param {string} act @param {HTMLElement | null} button */
  act(act, button) {
    if (act === "phrases") this.#open(!this.#isOpen);
    else if (act === "escape" && this.#isOpen) this.#open(false);
    else if (act === "phrases-zh") this.#speak("zh");
    else if (act === "phrases-en") this.#speak("en");
    else if (act === "phrase" && button) this.#send(button.dataset.text ?? "");
    else return false;
    return true;
  }

  /** From phrase to phrase by the arrows; Enter sends the one that has the focus. */
  #pressed(/** @type {KeyboardEvent} */ event) {
    const phrases = /** @type {HTMLElement[]} */ ([...this.querySelectorAll("li button")]);
    const at = phrases.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const next = at < 0 || isComposing(event) ? null : stepped(event.key, at, phrases.length);
    if (next === null) return;
    event.preventDefault(); // the list would scroll away under the focus
    phrases[next].focus();
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
    const stamp = language + JSON.stringify(phrases);
    if (stamp === this.#stamp) return;
    this.#stamp = stamp;
    const list = this.find("phrase-list");
    list.replaceChildren(...phrases.map((phrase) => makeItem(phrase, language)));
    this.#tellMore();
  }

  #reset() {
    this.#isOpen = false;
    this.#chosen = null;
  }
}

/** @param {string} tag BCP 47 @returns {string} */
function speaks(tag) {
  if (!tag) return "";
  const names = new Intl.DisplayNames([document.documentElement.lang], {
    type: "language",
    fallback: "code",
  });
  return fill(gettext("The caller's phone speaks %(language)s."), {
    language: names.of(tag) ?? tag,
  });
}

/** @param {string} language a BCP 47 tag @returns {"zh" | "en"} */
function languageOf(language) {
  return language === "" || language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

/**
 * What will be sent, and under it the same in the other language, to know what one says.
 * @param {import("../models/shapes.js").Phrase} phrase @param {"zh" | "en"} language
 * @returns {HTMLElement}
 */
function makeItem({ text, text_en: english }, language) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  const [sent, other] = [document.createElement("span"), document.createElement("small")];
  const isChinese = language === "zh" || !english;
  sent.textContent = isChinese ? text : english;
  sent.lang = isChinese ? "zh-Hans" : "en";
  other.textContent = isChinese ? english : text;
  other.lang = isChinese ? "en" : "zh-Hans";
  button.type = "button";
  button.className = "button-quiet";
  button.dataset.act = "phrase";
  button.dataset.text = sent.textContent;
  button.append(sent, other);
  item.append(button);
  return item;
}
