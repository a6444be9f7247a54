// Whether somebody is in the middle of a word: a call that comes by itself must not have
// the rest of a sentence about another one.

const PAUSE_MS = 1500;

export class Typing {
  #at = -Infinity;

  /**
   * A key went down.
   * @param {{key: string, altKey: boolean, ctrlKey: boolean, metaKey: boolean}} event
   * @param {boolean} isField  in something one types into
   * @param {boolean} isButton  it presses that
   * @param {number} now  in ms
   */
  key({ key, altKey, ctrlKey, metaKey }, isField, isButton, now) {
    const isCommand = altKey || ctrlKey || metaKey || isButton || key === "Escape" || key === "Tab";
    // What falls beside every field (its view has gone) is the rest of a word, too.
    if (!isCommand && (isField || key.length === 1)) this.#at = now;
  }

  /** @param {number} now @returns {boolean} the last letter is younger than a pause */
  isGoingOn(now) {
    return now - this.#at < PAUSE_MS;
  }
}
