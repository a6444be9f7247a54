// How long a page asks whether a copy is ready: sooner at first, and not for ever.

const AGAIN_MS = [2000, 3000, 5000, 10_000, 20_000, 30_000];
/** So often in a row nothing changed, some eight minutes: somebody has to look at it. */
export const MOST_TRIES = 20;

/** @typedef {Record<string, string>} Ways  by clip, what can be done to see it */

export class Waiting {
  #tries = 0;

  /** Something changed, or somebody asked: it is worth asking often again. */
  begin() {
    this.#tries = 0;
  }

  /** @returns {number | null} after how long to ask once more; null: no more */
  next() {
    if (this.#tries >= MOST_TRIES) return null;
    const rest = AGAIN_MS[Math.min(this.#tries, AGAIN_MS.length - 1)] ?? 0;
    this.#tries += 1;
    return rest;
  }
}

/** @param {Ways} shown @param {Ways} told @returns {boolean} whether the list is an old one */
export function haveChanged(shown, told) {
  const clips = Object.keys(told);
  return clips.length !== Object.keys(shown).length || clips.some((clip) => told[clip] !== shown[clip]);
}
