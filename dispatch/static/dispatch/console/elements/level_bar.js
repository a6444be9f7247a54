// A bar that moves with a sound. It is for the eye alone; words stand beside it.

import { SoundLevel } from "../sound_level.js";

const EVERY_MS = 100;

export class LevelBar extends HTMLElement {
  #level = new SoundLevel();
  /** @type {MediaStream | null} */ #stream = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */ #timer;

  connectedCallback() {
    this.setAttribute("aria-hidden", "true");
    this.#timer ??= setInterval(() => this.#show(), EVERY_MS);
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#level.listen(null);
  }

  /** @param {MediaStream | null} stream */
  set stream(stream) {
    this.#stream = stream;
  }

  #show() {
    const isSeen = this.offsetParent !== null;
    this.#level.listen(isSeen ? this.#stream : null);
    if (!isSeen) return;
    const level = this.#level.read().toFixed(2);
    if (this.dataset.level === level) return;
    this.dataset.level = level;
    this.style.setProperty("--level", level);
  }
}
