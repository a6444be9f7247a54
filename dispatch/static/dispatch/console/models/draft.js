// Words typed and not yet known to be saved. They live in the tab's storage until the
// server confirmed exactly these words, so a reload, a cut line or a refusal loses none.

/** @typedef {Record<string, string | number>} Fields */
/** @typedef {{number: string, fields: Fields}} Kept */

const PREFIX = "alarm110.draft.";

export class Draft {
  /** @type {Storage} */ #storage;
  /** @type {string} */ #key;
  /** @type {Fields} */ #fields;
  /** The incident's number, for people. */ number;

  /** @param {Storage} storage @param {string} incident @param {string} [number] */
  constructor(storage, incident, number) {
    this.#storage = storage;
    this.#key = PREFIX + incident;
    /** @type {Kept | null} */
    const kept = JSON.parse(storage.getItem(this.#key) ?? "null");
    this.#fields = kept?.fields ?? {};
    this.number = number ?? kept?.number ?? "";
  }

  /** @returns {boolean} */
  get isEmpty() {
    return Object.keys(this.#fields).length === 0;
  }

  /** @returns {Fields} what still has to be saved */
  get fields() {
    return { ...this.#fields };
  }

  /** @param {string} field @returns {boolean} */
  has(field) {
    return field in this.#fields;
  }

  /** @param {string} field @param {string | number} value */
  write(field, value) {
    this.#fields[field] = value;
    this.#keep();
  }

  /** The server has `saved`; what was typed meanwhile stays. @param {Fields} saved */
  confirm(saved) {
    for (const [field, value] of Object.entries(saved)) {
      if (this.#fields[field] === value) delete this.#fields[field];
    }
    this.#keep();
  }

  /** The person decided not to keep it. */
  discard() {
    this.#fields = {};
    this.#keep();
  }

  #keep() {
    /** @type {Kept} */
    const kept = { number: this.number, fields: this.#fields };
    if (this.isEmpty) this.#storage.removeItem(this.#key);
    else this.#storage.setItem(this.#key, JSON.stringify(kept));
  }
}

/** @param {Storage} storage @returns {string[]} incidents with unsaved words */
export function incidentsWithDrafts(storage) {
  return Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? "")
    .filter((key) => key.startsWith(PREFIX))
    .map((key) => key.slice(PREFIX.length));
}
