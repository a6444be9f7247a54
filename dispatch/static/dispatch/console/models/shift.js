// What this tab remembers of its place: which seat, with which epoch. It outlives a
// reload, not the tab. A duplicated tab starts with a copy; the server settles who holds.

const STORED_AT = "alarm110.shift";

/** @typedef {{seat: string | null, epoch: number | null}} Place */

export class Shift {
  /** @type {Storage} */ #storage;

  /** @param {Storage} storage */
  constructor(storage) {
    this.#storage = storage;
  }

  /** @returns {Place} */
  get place() {
    return (
      JSON.parse(this.#storage.getItem(STORED_AT) ?? "null") ?? { seat: null, epoch: null }
    );
  }

  /** @returns {{seat?: string, epoch?: number}} what `hello` says; nothing without an epoch */
  get hello() {
    const { seat, epoch } = this.place;
    return seat && epoch !== null ? { seat, epoch } : {};
  }

  /** @param {string} seat @param {number} epoch */
  hold(seat, epoch) {
    this.#storage.setItem(STORED_AT, JSON.stringify({ seat, epoch }));
  }

  /** The place is gone; which seat it was is kept, to take it again with one key. */
  lose() {
    const { seat } = this.place;
    this.#storage.setItem(STORED_AT, JSON.stringify({ seat, epoch: null }));
  }

  /** Left on purpose. */
  leave() {
    this.#storage.removeItem(STORED_AT);
  }
}
