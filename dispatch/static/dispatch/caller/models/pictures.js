// Still pictures of the phone's camera to the seat: the rung below live video. They rest
// while live video is up, and go on at once when it falls.

import { StillGrabber } from "../../lib/still_grabber.js";
import { StillSender } from "../../lib/still_sender.js";

const TALKING_GAP_MS = 250;
const WAITING_GAP_MS = 5000;

export class Pictures {
  /** Whether the call-taker's screen has shown one in this conversation. */
  isSeen = false;
  /** @type {() => void} */ onSeen = () => {};

  #grabber = new StillGrabber();
  #sender;

  /** @param {(frame: import("../../lib/wire.js").Frame) => boolean} send */
  constructor(send) {
    this.#sender = new StillSender({ grab: (level) => this.#grabber.grab(level), send });
  }

  /**
   * @param {MediaStream | null} stream  of the camera, if it is on
   * @param {{isTalking: boolean, isLive: boolean}} facts  `isLive`: video reaches the server
   */
  follow(stream, { isTalking, isLive }) {
    this.#pace(isTalking);
    this.#grabber.watch(stream);
    if (stream && !isLive) return this.#sender.start();
    this.#sender.stop();
    this.isSeen = false;
  }

  /** @param {number} n */
  seen(n) {
    this.#sender.seen(n);
    if (this.#sender.gapMs !== TALKING_GAP_MS || this.isSeen) return;
    this.isSeen = true;
    this.onSeen();
  }

  /** @param {boolean} isTalking */
  #pace(isTalking) {
    const gapMs = isTalking ? TALKING_GAP_MS : WAITING_GAP_MS;
    if (gapMs === this.#sender.gapMs) return;
    this.#sender.gapMs = gapMs;
    this.isSeen = false;
    // Somebody is looking now: do not let them wait out the long gap.
    if (isTalking) this.#sender.stop();
  }
}
