// Keeps the screen on while a call is live: a phone that locks itself stops its camera.

export class WakeLock {
  #isWanted = false;
  /** @type {WakeLockSentinel | null} */ #lock = null;

  /** @param {boolean} isWanted */
  set(isWanted) {
    this.#isWanted = isWanted;
    this.renew();
  }

  /** The system drops it whenever the page is hidden: call this when it is visible again. */
  async renew() {
    if (!this.#isWanted) {
      const lock = this.#lock;
      this.#lock = null;
      await lock?.release();
    } else if (!this.#lock || this.#lock.released) {
      // Refused on low battery, or unknown to this browser: the call goes on without.
      this.#lock = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
    }
  }
}
