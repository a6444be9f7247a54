// Still pictures, the showing end: newest wins, always with its age.
//
//   const view = new StillView({ image, age, onSeen: (n) => send({ type: "still_seen", n }) });
//   view.show(frame)  on still;   view.clear()  when the call is over

import { ageMs, mark } from "./age.js";
import { fill, gettext } from "./words.js";

/** @typedef {import("./wire.js").Frame} Frame */

const STALE_SECONDS = 5;

export class StillView {
  #image;
  #age;
  #onSeen;
  #takenMs = 0;
  /** @type {import("./age.js").Mark | null} */ #shownAt = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */ #ticking;
  #newest = 0;

  /**
   * @param {{image: HTMLImageElement, age?: HTMLElement | null,
   *          onSeen: (n: number) => void}} options  `age` gets the words and data-stale
   */
  constructor({ image, age = null, onSeen }) {
    this.#image = image;
    this.#age = age;
    this.#onSeen = onSeen;
  }

  /** @returns {number} how old the picture on the screen is; Infinity without one */
  get ageMs() {
    return this.#shownAt ? this.#takenMs + ageMs(this.#shownAt) : Infinity;
  }

  /** @param {Frame} frame */
  async show(frame) {
    this.#newest += 1;
    const mine = this.#newest;
    const arrivedAt = mark();
    const next = new Image();
    next.src = `data:image/jpeg;base64,${frame.jpeg}`;
    try {
      await next.decode();
    } catch {
      // Not a picture after all: say "go on" so that one bad frame does not end them.
      this.#onSeen(frame.n);
      return;
    }
    if (mine !== this.#newest) return;
    this.#image.src = next.src;
    this.#image.hidden = false;
    this.#takenMs = frame.age_ms;
    this.#shownAt = arrivedAt;
    this.#ticking ??= setInterval(() => this.#tellAge(), 1000);
    this.#tellAge();
    this.#onSeen(frame.n);
  }

  clear() {
    this.#newest += 1;
    this.#shownAt = null;
    clearInterval(this.#ticking);
    this.#ticking = undefined;
    this.#image.removeAttribute("src");
    this.#image.hidden = true;
    if (this.#age) this.#age.textContent = "";
  }

  #tellAge() {
    if (!this.#age) return;
    const seconds = Math.floor(this.ageMs / 1000);
    this.#age.toggleAttribute("data-stale", seconds >= STALE_SECONDS);
    this.#age.textContent = seconds < 2
      ? gettext("now")
      : fill(gettext("%(seconds)s s ago"), { seconds });
  }
}
