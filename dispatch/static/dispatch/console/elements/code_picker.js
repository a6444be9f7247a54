// A select one can search by typing a word or a code (ARIA combobox with a list). Its
// `value` is the code; it tells "change" when a person chose, and "unknown" with the words
// that were left there and are no choice.

import { isComposing } from "../models/keys.js";
import { gettext } from "../../lib/words.js";

/** @typedef {{code: string, label: string, search: string}} Choice */

const MOST_SHOWN = 60;

export class CodePicker extends HTMLElement {
  /** @type {Choice[]} */ #choices = [];
  /** @type {Choice[]} */ #shown = [];
  #value = "";
  #active = -1;
  /** The code when the list was opened: another may come from a colleague meanwhile. */
  #began = "";
  #isEmptied = false;
  #isTyped = false;

  connectedCallback() {
    const input = this.#input;
    input.addEventListener("input", () => {
      this.#isEmptied = input.value.trim() === "";
      this.#isTyped = true;
      this.#open(input.value);
    });
    input.addEventListener("click", () => this.#open(""));
    input.addEventListener("keydown", (event) => this.#pressed(event));
    input.addEventListener("blur", () => this.#close());
    this.#list.addEventListener("pointerdown", (event) => this.#pointed(event));
  }

  /** @returns {string} the code */
  get value() {
    return this.#value;
  }

  set value(code) {
    this.#value = code;
    if (this.#list.hidden) this.#writeLabel();
  }

  /** @param {string} code @returns {string} as it is shown */
  labelOf(code) {
    return this.#choices.find((choice) => choice.code === code)?.label ?? code;
  }

  /** @param {Choice[]} choices */
  set choices(choices) {
    this.#choices = choices;
    if (this.#list.hidden) this.#writeLabel();
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (isComposing(event) || event.altKey) return;
    const isOpen = !this.#list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!isOpen) this.#open("");
      else this.#move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && isOpen) this.#choose(this.#shown[this.#active]);
    else if (event.key === "Escape" && isOpen) {
      this.#close();
      event.stopPropagation();
    } else return;
    event.preventDefault();
  }

  /** @param {PointerEvent} event */
  #pointed(event) {
    event.preventDefault(); // the input keeps the focus
    const option = event.target instanceof Element ? event.target.closest("li") : null;
    const index = option ? [...this.#list.children].indexOf(option) : -1;
    if (index >= 0) this.#choose(this.#shown[index]);
  }

  /** @param {string} typed */
  #open(typed) {
    if (this.#list.hidden) this.#began = this.#value;
    const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
    this.#shown = this.#choices
      .filter(({ search }) => words.every((word) => search.includes(word)))
      .slice(0, MOST_SHOWN);
    const rows = this.#shown.map((choice, index) => this.#option(choice, index));
    this.#list.replaceChildren(...(rows.length > 0 ? rows : [nothing()]));
    this.#list.hidden = this.#choices.length === 0;
    this.#input.setAttribute("aria-expanded", String(!this.#list.hidden));
    this.#active = -1;
    const chosen = this.#shown.findIndex(({ code }) => code === this.#value);
    this.#move(words.length ? 1 : chosen + 1);
    if (typed === "" && document.activeElement === this.#input) this.#input.select();
  }

  #close() {
    this.#list.hidden = true;
    this.#input.setAttribute("aria-expanded", "false");
    this.#input.removeAttribute("aria-activedescendant");
    // Emptied by hand means "no category"; half a word means nothing, and nor does a field
    // that was empty before a colleague chose.
    const left = this.#input.value.trim();
    const isMeant = this.#isEmptied && this.#value === this.#began;
    const isUnknown = this.#isTyped && left !== "" && left !== this.labelOf(this.#value);
    this.#isEmptied = this.#isTyped = false;
    if (isMeant && left === "") this.#become("");
    this.#writeLabel();
    if (isUnknown)
      this.dispatchEvent(new CustomEvent("unknown", { bubbles: true, detail: left }));
  }

  /** @param {number} by */
  #move(by) {
    const next = Math.max(0, Math.min(this.#shown.length - 1, this.#active + by));
    this.#list.children[this.#active]?.setAttribute("aria-selected", "false");
    this.#active = next;
    const option = this.#list.children[next];
    if (!option || this.#shown.length === 0) return;
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.#input.setAttribute("aria-activedescendant", option.id);
  }

  /** @param {Choice | undefined} choice */
  #choose(choice) {
    if (!choice) return; // nothing is found: the words stay, and the row says so
    this.#input.value = choice.label;
    this.#isTyped = false;
    this.#become(choice.code);
    this.#close();
  }

  /** @param {string} code */
  #become(code) {
    if (code === this.#value) return;
    this.#value = code;
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #writeLabel() {
    const choice = this.#choices.find(({ code }) => code === this.#value);
    this.#input.value = choice?.label ?? this.#value;
  }

  /** @param {Choice} choice @param {number} index @returns {HTMLLIElement} */
  #option(choice, index) {
    const option = document.createElement("li");
    option.id = `${this.#list.id}-${index}`;
    option.role = "option";
    option.setAttribute("aria-selected", "false");
    option.textContent = choice.label;
    return option;
  }

  get #input() {
    return /** @type {HTMLInputElement} */ (this.querySelector("input"));
  }

  get #list() {
    return /** @type {HTMLElement} */ (this.querySelector("[role=listbox]"));
  }
}

/** @returns {HTMLLIElement} */
function nothing() {
  const row = document.createElement("li");
  row.role = "option";
  row.setAttribute("aria-disabled", "true");
  row.setAttribute("aria-selected", "false");
  row.textContent = gettext("Nothing found. Try another word or a number.");
  return row;
}
