// Messages on their way: kept in the tab's storage with the id they were sent under, until
// the server kept them. After a reload they go out again under the same id: one message.
// And which of the kept ones are one's own: the wire names no operator.

/** @typedef {{id: string, text: string, why: string}} Outgoing  `why`: refused, and why */

const PREFIX = "alarm110.outbox.";
const MOST_OWN = 300; // as many as a thread shows, and then some

export class Outbox {
  /** @type {Outgoing[]} */ #items;
  /** @type {string} */ #unsent;
  /** @type {string[]} */ #own;
  #storage;
  #key;

  /** @param {Storage} storage @param {string} incident */
  constructor(storage, incident) {
    this.#storage = storage;
    this.#key = PREFIX + incident;
    const kept = JSON.parse(storage.getItem(this.#key) ?? "null");
    this.#items = kept?.items ?? [];
    this.#unsent = kept?.unsent ?? "";
    this.#own = kept?.own ?? [];
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

  /** @returns {string[]} ids of what the server kept */
  get own() {
    return [...this.#own];
  }

  /** The server kept it. @param {string} id */
  arrived(id) {
    this.#own = [...this.#own.filter((one) => one !== id), id].slice(-MOST_OWN);
    this.remove(id);
  }

  /** The person gave it up. @param {string} id */
  remove(id) {
    this.#items = this.#items.filter((item) => item.id !== id);
    this.#keep();
  }

  /** The call is over for this seat: nothing of it is shown again. */
  close() {
    this.#own = [];
    this.#keep();
  }

  /** @param {string} id @param {string} why */
  refuse(id, why) {
    this.#items = this.#items.map((item) => (item.id === id ? { ...item, why } : item));
    this.#keep();
  }

  #keep() {
    const kept = { items: this.#items, unsent: this.#unsent, own: this.#own };
    const isEmpty = kept.unsent === "" && !kept.items.length && !kept.own.length;
    if (isEmpty) this.#storage.removeItem(this.#key);
    else this.#storage.setItem(this.#key, JSON.stringify(kept));
  }
}
