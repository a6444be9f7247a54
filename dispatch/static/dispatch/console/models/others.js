// How the other agencies stand while somebody chooses whom to ask: asked for again and
// again, waited for by nobody. What is not known leaves everything as it is.

const EVERY_MS = 5000;

/** @typedef {{free: number, is_served: boolean}} Standing  free, ready seats; of its line */
/** @typedef {Record<string, Standing>} Standings  by agency */

export class Others {
  #ask;
  #changed;
  #turn = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  /** @type {Standings} what is known; empty before the answer and without one */ known = {};

  /** @param {() => Promise<Standings>} ask @param {() => void} changed  what is known */
  constructor(ask, changed) {
    this.#ask = ask;
    this.#changed = changed;
  }

  begin() {
    this.end();
    void this.#look(this.#turn);
  }

  /** What was known is of no use when it is opened again. */
  end() {
    clearTimeout(this.#timer);
    this.#turn += 1;
    this.known = {};
  }

  /** @param {number} turn  an answer to an earlier one comes too late */
  async #look(turn) {
    /** @type {Standings} */
    const known = await this.#ask().catch(() => ({}));
    if (turn !== this.#turn) return;
    this.known = known;
    this.#timer = setTimeout(() => void this.#look(turn), EVERY_MS);
    this.#changed();
  }
}
