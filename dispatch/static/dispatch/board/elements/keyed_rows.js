// Rows kept by key, made for hundreds: a row is filled only when its item is another
// object than before, its slots are looked up once, and it moves only if it must. Focus
// and what somebody is about to press stay where they are.

import { icon } from "../../console/elements/rows.js";

/** @typedef {import("../models/words.js").Look} Look */

export class Row {
  /** @type {Map<string, HTMLElement>} */ #slots = new Map();
  /** @type {unknown} what it shows */ item = undefined;
  isStale = true;

  /** @param {HTMLElement} element @param {string} key */
  constructor(element, key) {
    this.element = element;
    element.dataset.key = key;
    for (const slot of element.querySelectorAll("[data-slot]")) {
      this.#slots.set(slot.getAttribute("data-slot") ?? "", /** @type {HTMLElement} */ (slot));
    }
  }

  /** @param {string} name @returns {HTMLElement} */
  slot(name) {
    const slot = this.#slots.get(name);
    if (!slot) throw new Error(`a row has no slot ${name}`);
    return slot;
  }

  /** @param {string} name @param {string} words */
  write(name, words) {
    const slot = this.slot(name);
    if (slot.textContent !== words) slot.textContent = words;
  }

  /**
   * What may be cut or small where it stands can be read whole by pointing at it.
   * @param {string} name @param {string} words
   */
  writeName(name, words) {
    this.write(name, words);
    const slot = this.slot(name);
    if (slot.title !== words) slot.title = words;
  }

  /** @param {string} name @param {Look} look */
  mark(name, look) {
    writeLook(this.slot(name), look);
  }

  /** @param {string} name @param {Look[]} looks */
  marks(name, looks) {
    this.slot(name).replaceChildren(...looks.map(makeLook));
  }
}

/** @template Item */
export class KeyedRows {
  /** @type {Map<string, Row>} */ #rows = new Map();
  #list;
  #template;

  /** @param {HTMLElement} list @param {HTMLTemplateElement} template */
  constructor(list, template) {
    this.#list = list;
    this.#template = template;
  }

  /**
   * @param {Item[]} items @param {(item: Item) => string} keyOf
   * @param {(row: Row, item: Item) => void} fill  only for new or changed items
   */
  show(items, keyOf, fill) {
    const gone = new Set(this.#rows.keys());
    /** @type {Element | null} */ let previous = null;
    for (const item of items) {
      const key = keyOf(item);
      gone.delete(key);
      const row = this.#rows.get(key) ?? this.#add(key);
      if (row.isStale || row.item !== item) {
        row.item = item;
        row.isStale = false;
        fill(row, item);
      }
      const next = /** @type {Element | null} */ (
        previous ? previous.nextElementSibling : this.#list.firstElementChild
      );
      if (next !== row.element) this.#list.insertBefore(row.element, next);
      previous = row.element;
    }
    for (const key of gone) {
      this.#rows.get(key)?.element.remove();
      this.#rows.delete(key);
    }
  }

  /** Fill all again at the next showing: what they are drawn from has changed. */
  forget() {
    for (const row of this.#rows.values()) row.isStale = true;
  }

  /** @param {(row: Row, item: Item) => void} act */
  each(act) {
    for (const row of this.#rows.values()) act(row, /** @type {Item} */ (row.item));
  }

  /** @param {string} key @returns {Row} */
  #add(key) {
    const element = this.#template.content.firstElementChild?.cloneNode(true);
    if (!(element instanceof HTMLElement)) throw new Error("a row template is empty");
    const row = new Row(element, key);
    this.#rows.set(key, row);
    return row;
  }
}

/** @param {HTMLElement} target @param {Look} look */
export function writeLook(target, { tone, icon: name, words }) {
  const stamp = `${tone}|${name}|${words}`;
  if (target.dataset.stamp === stamp) return;
  target.dataset.stamp = stamp;
  target.dataset.tone = tone;
  target.classList.add("b-mark");
  const label = document.createElement("span");
  label.textContent = words;
  target.replaceChildren(icon(name), label);
}

/** @param {Look} look @returns {HTMLElement} */
function makeLook(look) {
  const mark = document.createElement("span");
  writeLook(mark, look);
  return mark;
}
