// The operator's own camera: warm while a seat is held, giving stills only while a call
// needs them. One for the whole page, shown in two places. Whether it is wanted outlives
// the shift.

import { StillCamera } from "../lib/still_camera.js";
import { StillSender } from "../lib/still_sender.js";

/** @typedef {import("./models/rungs.js").Given} CameraState */

const STORED_AT = "alarm110.camera";
const LIVE_RATE = 20; // frames a second, for live video; stills need fewer

export class OwnCamera extends EventTarget {
  /** @type {CameraState} */ state = "off";
  /** Whether stills leave this computer now. */ isSending = false;
  /** Whether the other side sees this camera, by stills or live. */ isShown = false;

  #camera = new StillCamera("user");
  #sender;
  #isHeld = false;
  #needsStills = false;
  #isLive = false;

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

  /** @returns {MediaStreamTrack | null} what live video sends */
  get track() {
    return this.state === "on" ? (this.stream?.getVideoTracks()[0] ?? null) : null;
  }

  /** @returns {boolean} */
  get isWanted() {
    return localStorage.getItem(STORED_AT) !== "off";
  }

  /** @param {boolean} isHeld  whether this window holds a seat */
  hold(isHeld) {
    if (isHeld === this.#isHeld) return;
    this.#isHeld = isHeld;
    if (isHeld && this.isWanted) void this.#open();
    if (!isHeld) this.#close();
  }

  /** @param {{needsStills: boolean, isLive: boolean}} how  the other side sees it */
  show({ needsStills, isLive }) {
    this.#needsStills = needsStills;
    this.#isLive = isLive;
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
    // A camera that cannot be quicker stays as it is.
    const [track] = this.stream?.getVideoTracks() ?? [];
    await track?.applyConstraints({ frameRate: { ideal: LIVE_RATE } }).catch(() => {});
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
    const isOn = this.state === "on";
    const isSending = isOn && this.#needsStills;
    const isShown = isSending || (isOn && this.#isLive);
    if (isSending === this.isSending && isShown === this.isShown) return;
    this.isShown = isShown;
    if (isSending !== this.isSending) {
      this.isSending = isSending;
      if (isSending) this.#sender.start();
      else this.#sender.stop();
    }
    this.dispatchEvent(new CustomEvent("change"));
  }
}
