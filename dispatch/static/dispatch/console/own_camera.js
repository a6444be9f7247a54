// The operator's own camera: warm while a seat is held, sending only during a call. One
// for the whole page, shown in two places. Whether it is wanted outlives the shift.

import { StillCamera } from "../lib/still_camera.js";
import { StillSender } from "../lib/stills.js";

/** @typedef {"off" | "asking" | "on" | "refused" | "none"} CameraState */

const STORED_AT = "alarm110.camera";

export class OwnCamera extends EventTarget {
  /** @type {CameraState} */ state = "off";
  /** Whether pictures leave this computer now. */ isSending = false;

  #camera = new StillCamera("user");
  #sender;
  #isHeld = false;
  #isInCall = false;

  /** @param {(frame: import("../lib/wire.js").Frame) => boolean} send */
  constructor(send) {
    super();
    this.#sender = new StillSender({ grab: (level) => this.#camera.grab(level), send });
    this.#camera.onLost = () => this.#become("none");
  }

  /** @returns {MediaStream | null} */
  get stream() {
    return this.#camera.stream;
  }

  /** @returns {boolean} */
  get isWanted() {
    return localStorage.getItem(STORED_AT) !== "off";
  }

  /** @param {boolean} isHeld  whether this window holds a seat @param {boolean} isInCall */
  place(isHeld, isInCall) {
    const isNew = isHeld !== this.#isHeld;
    this.#isHeld = isHeld;
    this.#isInCall = isInCall;
    if (isNew && isHeld && this.isWanted) void this.#open();
    if (isNew && !isHeld) this.#close();
    this.#direct();
  }

  /** On or off, by the person; remembered. */
  toggle() {
    const isOff = this.state !== "on";
    localStorage.setItem(STORED_AT, isOff ? "on" : "off");
    if (isOff) void this.#open();
    else this.#close();
  }

  /** The phone shows picture `n`. @param {number} n */
  seen(n) {
    this.#sender.seen(n);
  }

  async #open() {
    if (!StillCamera.isPossible) return this.#become("none");
    this.#become("asking");
    try {
      await this.#camera.start();
    } catch (error) {
      const name = error instanceof DOMException ? error.name : "";
      return this.#become(name === "NotAllowedError" ? "refused" : "none");
    }
    // Meanwhile the seat may have been left, or the person pressed "off".
    if (this.#isHeld && this.isWanted) this.#become("on");
    else this.#close();
  }

  #close() {
    this.#camera.stop();
    this.#become("off");
  }

  /** @param {CameraState} state */
  #become(state) {
    this.state = state;
    this.#direct();
    this.dispatchEvent(new CustomEvent("change"));
  }

  #direct() {
    const isSending = this.state === "on" && this.#isInCall;
    if (isSending === this.isSending) return;
    this.isSending = isSending;
    if (isSending) this.#sender.start();
    else this.#sender.stop();
    this.dispatchEvent(new CustomEvent("change"));
  }
}
