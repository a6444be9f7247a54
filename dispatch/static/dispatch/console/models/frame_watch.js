// Whether the picture moves, by the number of decoded frames: `requestVideoFrameCallback`
// sleeps in a hidden tab, and a `<video>` shows its last frame for ever.

/** After so long without a new frame the picture is said to stand, and stills may show. */
export const STANDS_AFTER_MS = 3000;

export class FrameWatch {
  #frames = 0;
  #movedAt = -Infinity;

  /** @param {number} frames  decoded so far; a fresh leg counts anew @param {number} now  ms */
  note(frames, now) {
    if (frames > 0 && frames !== this.#frames) this.#movedAt = now;
    this.#frames = frames;
  }

  /** @param {number} now  ms @returns {number} since the last new frame; Infinity: never one */
  ageMs(now) {
    return now - this.#movedAt;
  }

  /** Another call: nothing was seen yet. */
  clear() {
    this.#frames = 0;
    this.#movedAt = -Infinity;
  }
}

/** @typedef {"video" | "kept" | "still" | "none"} Shown  kept: the video's last frame */

/**
 * Video while it moves; else whatever is younger.
 * @param {number} videoMs  age of the newest frame @param {number} stillMs  of the still
 * @returns {Shown}
 */
export function choosePicture(videoMs, stillMs) {
  if (videoMs <= STANDS_AFTER_MS) return "video";
  if (videoMs === Infinity && stillMs === Infinity) return "none";
  return stillMs < videoMs ? "still" : "video";
}
