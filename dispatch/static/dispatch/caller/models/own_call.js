// Whether this phone has a live call that this window does not know: another window's, one
// raised by the plain form, or the one that its own was merged into. While nobody answers
// it asks on: the page must say when the line is back.

import { findMine } from "../../lib/tap.js";

const AGAIN_MS = [1000, 2000, 3000, 5000, 10_000];

export class OwnCall {
  /** The server does not answer; a page kept on the phone knows nothing yet. */
  isOut = document.documentElement.hasAttribute("data-kept");

  #hooks;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #asking;

  /**
   * @param {object} hooks
   * @param {() => boolean} hooks.isWanted  whether this window still has none of its own
   * @param {(mine: import("../../lib/tap.js").Tapped) => void} hooks.onFound
   * @param {() => void} hooks.onNone  the server knows of none
   * @param {() => void} hooks.onChange
   */
  constructor(hooks) {
    this.#hooks = hooks;
  }

  /** Ask now. @param {number} [tries]  that brought no answer */
  async look(tries = 0) {
    clearTimeout(this.#asking);
    const { isWanted, onFound, onNone, onChange } = this.#hooks;
    if (!isWanted()) return;
    try {
      const mine = await findMine();
      this.isOut = false;
      if (isWanted()) {
        if (mine) onFound(mine);
        else onNone();
      }
    } catch {
      this.isOut = true;
      const step = Math.min(tries, AGAIN_MS.length - 1);
      clearTimeout(this.#asking);
      this.#asking = setTimeout(() => this.look(tries + 1), AGAIN_MS[step]);
    }
    onChange();
  }
}
