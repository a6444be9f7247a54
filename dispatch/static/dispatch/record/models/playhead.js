// The hand of the clock: where it stands, and whether it goes. Time is told to it, so it
// runs in tests as on a page.

/** Tells "change" when it was moved, started or stopped; not as it goes. */
export class Playhead extends EventTarget {
  /** @type {number} */ at;
  rate = 1;
  isPlaying = false;

  /** @type {number} */ #begins;
  /** @type {number} */ #ends;
  /** @type {number | null} */ #last = null;

  /** @param {{begins: number, ends: number}} clock @param {Playhead | null} [before]  goes on */
  constructor({ begins, ends }, before = null) {
    super();
    this.#begins = begins;
    this.#ends = ends;
    this.at = begins;
    if (!before) return;
    this.rate = before.rate;
    this.isPlaying = before.isPlaying;
    this.seek(before.at);
  }

  get isAtEnd() {
    return this.at >= this.#ends;
  }

  /** @param {number} moment  on the clock; beyond it, its nearest end */
  seek(moment) {
    this.at = Math.min(this.#ends, Math.max(this.#begins, moment));
    this.#changed();
  }

  /** From the end it begins anew. */
  play() {
    if (this.isAtEnd) this.at = this.#begins;
    this.isPlaying = true;
    this.#last = null;
    this.#changed();
  }

  pause() {
    this.isPlaying = false;
    this.#changed();
  }

  toggle() {
    if (this.isPlaying) this.pause();
    else this.play();
  }

  /**
   * @param {number} now  milliseconds of any clock that never jumps
   * @param {boolean} isHeld  the recording that leads is not there yet: wait for it
   * @param {number | null} [led]  where the recording that leads has come to; none: time goes
   */
  tick(now, isHeld, led = null) {
    if (!this.isPlaying) return;
    const gone = this.#last === null ? 0 : now - this.#last;
    this.#last = now;
    if (isHeld) return;
    // Recordings start late and stutter: a hand that ran ahead would tear them about.
    const at = led === null ? this.at + gone * this.rate : Math.max(this.at, led);
    this.at = Math.min(this.#ends, at);
    if (this.isAtEnd) this.pause();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
