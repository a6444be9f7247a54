// Messages on their way: kept in the tab's storage with the id they were sent under, until
// the server kept them. After a reload they go out again under the same id: one message.

/** @typedef {{id: string, text: string, why: string}} Outgoing  `why`: refused, and why */

const PREFIX = "alarm110.outbox.";

export class Outbox {
  /** @type {Outgoing[]} */ #items;
  /** @type {string} */ #unsent;
  #storage;
  #key;

  /** @param {Storage} storage @param {string} incident */
  constructor(storage, incident) {
    this.#storage = storage;
    this.#key = PREFIX + incident;
    const kept = JSON.parse(storage.getItem(this.#key) ?? "null");
    this.#items = kept?.items ?? [];
    this.#unsent = kept?.unsent ?? "";
  }

  /** @returns {Outgoing[]} oldest first */
  get items() {
    return [...this.#items];
  }

  /** @returns {string} what stands in the text box */
  get unsent() {
    return this.#unsent;
  }

  set unsent(text) {
    this.#unsent = text;
    this.#keep();
  }

  /** @param {string} id @param {string} text */
  add(id, text) {
    this.#items.push({ id, text, why: "" });
    this.#keep();
  }

  /** The server kept it, or the person gave it up. @param {string} id */
  remove(id) {
    this.#items = this.#items.filter((item) => item.id !== id);
    this.#keep();
  }

  /** @param {string} id @param {string} why */
  refuse(id, why) {
    this.#items = this.#items.map((item) => (item.id === id ? { ...item, why } : item));
    this.#keep();
  }

  #keep() {
    const isEmpty = this.#items.length === 0 && this.#unsent === "";
    if (isEmpty) this.#storage.removeItem(this.#key);
    else
      this.#storage.setItem(
        this.#key,
        JSON.stringify({ items: this.#items, unsent: this.#unsent }),
      );
  }
}
