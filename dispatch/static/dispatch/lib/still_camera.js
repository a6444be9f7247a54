// The device's camera as a giver of still pictures: open, close, turn round, grab one.
// It plays and records nothing.

import { StillGrabber } from "./still_grabber.js";

/** @typedef {"user" | "environment"} Facing */

export class StillCamera {
  /** Called when the system takes the camera away. */
  onLost = () => {};

  #grabber = new StillGrabber();
  /** @type {Facing} */ #facing;

  /** @param {Facing} facing  the way it looks first */
  constructor(facing) {
    this.#facing = facing;
  }

  /** Whether this browser can open a camera on this page at all. */
  static get isPossible() {
    return Boolean(navigator.mediaDevices?.getUserMedia);
  }

  get stream() {
    return this.#grabber.stream;
  }

  get facing() {
    return this.#facing;
  }

  get isOn() {
    return this.#grabber.isOn;
  }

  /** Whether the picture moves: a phone call or another app may hold the camera still. */
  get isMuted() {
    return this.#grabber.isMuted;
  }

  /** Open it; may show the browser's question. Rejects with the DOMException as it is. */
  async start() {
    // The old one first: iOS silences one of two captures.
    this.stop();
    // Never `exact`: an impossible wish must not cost the picture.
    const video = {
      facingMode: { ideal: this.#facing },
      width: { ideal: 800 },
      frameRate: { ideal: 10 },
    };
    const stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
    this.stop();
    const [track] = stream.getVideoTracks();
    track.onended = () => {
      if (this.stream === stream) this.onLost();
    };
    await this.#grabber.watch(stream);
  }

  stop() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.#grabber.watch(null);
  }

  /** Look the other way. */
  async flip() {
    this.#facing = this.#facing === "user" ? "environment" : "user";
    await this.start();
  }

  /** @param {number} level  of LEVELS */
  grab(level) {
    return this.#grabber.grab(level);
  }
}
