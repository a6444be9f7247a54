// The phone's camera in the call: opened after the question, sent as the line bears,
// closed when it must be, brought back when the phone comes back.

import { StillCamera } from "../../lib/still_camera.js";
import { StillSender } from "../../lib/stills.js";

/** @typedef {import("./position_watch.js").Sense} Sense */

const TALKING_GAP_MS = 250;
const WAITING_GAP_MS = 5000;
const BUSY_TRIES = 2;
const BUSY_REST_MS = 1000;

export class Pictures {
  /** @type {Sense} */ state = "off";
  /** Whether the call-taker's screen has shown one in this conversation. */
  isSeen = false;
  /** @type {() => void} */ onState = () => {};

  // The scene first: a person in danger points the phone, not at themselves.
  #camera = new StillCamera("environment");
  #sender;
  #isWanted = false;

  /** @param {(frame: import("../../lib/wire.js").Frame) => boolean} send */
  constructor(send) {
    this.#sender = new StillSender({ grab: (level) => this.#camera.grab(level), send });
    this.#camera.onLost = () => this.#lost();
  }

  get stream() {
    return this.#camera.stream;
  }

  get isMirrored() {
    return this.#camera.facing === "user";
  }

  /** Open the camera; may show the browser's question. Settles once it is answered. */
  async start() {
    this.#isWanted = true;
    if (!StillCamera.isPossible) return this.#become("none");
    this.#become("asking");
    for (let tries = 0; ; tries += 1) {
      try {
        await this.#camera.start();
        break;
      } catch (error) {
        const name = error instanceof DOMException ? error.name : "";
        if (!this.#isWanted) return;
        // Another app may hold it for a moment.
        if (name === "NotReadableError" && tries < BUSY_TRIES) {
          await new Promise((done) => setTimeout(done, BUSY_REST_MS));
          continue;
        }
        return this.#become(name === "NotAllowedError" ? "refused" : "none");
      }
    }
    if (!this.#isWanted) return this.#camera.stop();
    this.#sender.start();
    this.#become("on");
  }

  /** The caller switches it off, or the call is over. */
  stop() {
    this.#isWanted = false;
    this.isSeen = false;
    this.#sender.stop();
    this.#camera.stop();
    if (this.state === "on" || this.state === "asking") this.#become("off");
  }

  async flip() {
    try {
      await this.#camera.flip();
    } catch {
      // No second camera: back to the first.
      await this.#camera.flip().catch(() => this.#lost());
    }
    this.onState();
  }

  /** @param {boolean} isTalking */
  pace(isTalking) {
    const gapMs = isTalking ? TALKING_GAP_MS : WAITING_GAP_MS;
    if (gapMs === this.#sender.gapMs) return;
    this.#sender.gapMs = gapMs;
    this.isSeen = false;
    if (!isTalking || this.state !== "on") return;
    // Somebody is looking now: do not let them wait out the long gap.
    this.#sender.stop();
    this.#sender.start();
  }

  /** @param {number} n */
  seen(n) {
    this.#sender.seen(n);
    if (this.#sender.gapMs !== TALKING_GAP_MS || this.isSeen) return;
    this.isSeen = true;
    this.onState();
  }

  /** The page is visible again: a phone takes the camera from hidden pages. */
  revive() {
    if (!this.#isWanted || this.state === "asking" || this.state === "refused") return;
    if (!this.#camera.isOn || this.#camera.isMuted) this.start();
  }

  #lost() {
    this.#sender.stop();
    this.isSeen = false;
    if (document.hidden) this.#become("off");
    else if (this.#isWanted) this.start();
  }

  /** @param {Sense} state */
  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.onState();
  }
}
