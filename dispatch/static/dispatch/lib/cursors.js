// Where a page stands in each stream it follows: hands out entries in order, each number
// once, holds what came too early, and knows when something is missing.

/** @typedef {import("./wire.js").Entry} Entry */
/** @typedef {import("./wire.js").Welcome} Welcome */

// More than this held back means the gap will not close by itself: ask again instead.
const MOST_AHEAD = 200;

export class Cursors {
  /** @type {Map<string, number>} */ #seqs = new Map();
  /** @type {Map<string, Map<number, Entry>>} */ #ahead = new Map();

  /** @returns {Record<string, number>} what `hello` sends */
  toJSON() {
    return Object.fromEntries(this.#seqs);
  }

  /** @returns {boolean} whether an entry is held back because an earlier one is missing */
  get hasGap() {
    return [...this.#ahead.values()].some((held) => held.size > 0);
  }

  /** @param {string} stream @returns {number} the last number taken; -1: none yet */
  at(stream) {
    return this.#seqs.get(stream) ?? -1;
  }

  /** Stand at `seq`: a snapshot came. @param {string} stream @param {number} seq */
  stand(stream, seq) {
    this.#seqs.set(stream, seq);
    this.#ahead.delete(stream);
  }

  /** @param {string} stream */
  leave(stream) {
    this.#seqs.delete(stream);
    this.#ahead.delete(stream);
  }

  /**
   * Stand where the server says. A stream without a snapshot keeps its own number: what
   * it missed follows as entries. A stream the server no longer names is left.
   * @param {Welcome} welcome
   */
  welcome(welcome) {
    for (const stream of [...this.#seqs.keys()]) {
      if (!(stream in welcome.cursors)) this.leave(stream);
    }
    for (const [stream, seq] of Object.entries(welcome.cursors)) {
      if (stream in welcome.snapshots || !this.#seqs.has(stream)) this.stand(stream, seq);
    }
    this.forgetAhead();
  }

  /** @param {Entry} entry @returns {Entry[]} what may be applied now, in order */
  take(entry) {
    const seq = this.#seqs.get(entry.stream);
    if (seq === undefined || entry.seq <= seq) return [];
    const held = this.#ahead.get(entry.stream) ?? new Map();
    this.#ahead.set(entry.stream, held);
    if (held.size < MOST_AHEAD) held.set(entry.seq, entry);
    const ready = [];
    for (let next = seq + 1; held.has(next); next += 1) {
      ready.push(held.get(next));
      held.delete(next);
      this.#seqs.set(entry.stream, next);
    }
    return ready;
  }

  /** The server is asked again from the cursors; it will send all of it. */
  forgetAhead() {
    this.#ahead.clear();
  }

  /** @param {Record<string, number>} heads @returns {boolean} */
  isBehind(heads) {
    return Object.entries(heads).some(
      ([stream, head]) => head > (this.#seqs.get(stream) ?? head),
    );
  }
}
