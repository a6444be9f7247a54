// Plays the voices of a room that have no picture, each by an audio element of its own: a
// media element plays one track. What is not to be heard is not even given to an element.

export class Voices extends EventTarget {
  /** Whether the browser wants a press before it plays. */
  isBlocked = false;

  /** @type {Map<string, HTMLAudioElement>} */ #playing = new Map();

  /** @param {Map<string, MediaStreamTrack>} tracks  by who; empty: be still */
  play(tracks) {
    for (const [who, element] of this.#playing) {
      if (!tracks.has(who)) this.#end(who, element);
    }
    for (const [who, track] of tracks) {
      const element = this.#playing.get(who) ?? new Audio();
      this.#playing.set(who, element);
      const [now] = /** @type {MediaStream | null} */ (element.srcObject)?.getTracks() ?? [];
      if (now === track) continue;
      element.srcObject = new MediaStream([track]);
      void this.#start(element);
    }
    if (!tracks.size) this.#block(false);
  }

  /** In a press: what was kept back plays. */
  unblock() {
    this.#block(false);
    for (const element of this.#playing.values()) void this.#start(element);
  }

  /** @param {HTMLAudioElement} element */
  async #start(element) {
    try {
      await element.play();
    } catch (error) {
      // A play() that a newer one broke off is no failure.
      if (error instanceof DOMException && error.name === "NotAllowedError") this.#block(true);
    }
  }

  /** @param {string} who @param {HTMLAudioElement} element */
  #end(who, element) {
    element.pause();
    element.srcObject = null;
    this.#playing.delete(who);
  }

  /** @param {boolean} isBlocked */
  #block(isBlocked) {
    if (isBlocked === this.isBlocked) return;
    this.isBlocked = isBlocked;
    this.dispatchEvent(new Event("change"));
  }
}
