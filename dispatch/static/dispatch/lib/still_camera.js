// The device's camera as a giver of still pictures: open, close, turn round, grab one.
// It plays and records nothing.

import { MAX_STILL_BYTES } from "./wire.js";

/** @typedef {"user" | "environment"} Facing */
/**
 * @typedef {object} Picture
 * @property {string} jpeg  base64
 * @property {number} bytes  of JPEG, before base64
 */

// From poor to good; the sender climbs by what the line bears.
export const LEVELS = [
  { width: 320, quality: 0.4 },
  { width: 400, quality: 0.5 },
  { width: 480, quality: 0.5 },
  { width: 640, quality: 0.55 },
  { width: 640, quality: 0.7 },
  { width: 800, quality: 0.7 },
];

export class StillCamera {
  /** Called when the system takes the camera away. */
  onLost = () => {};

  /** @type {MediaStream | null} */ #stream = null;
  #video = document.createElement("video");
  #canvas = document.createElement("canvas");
  /** @type {Facing} */ #facing;

  /** @param {Facing} facing  the way it looks first */
  constructor(facing) {
    this.#facing = facing;
    this.#video.muted = true;
    this.#video.playsInline = true;
  }

  /** Whether this browser can open a camera on this page at all. */
  static get isPossible() {
    return Boolean(navigator.mediaDevices?.getUserMedia);
  }

  get stream() {
    return this.#stream;
  }

  get facing() {
    return this.#facing;
  }

  get isOn() {
    return this.#stream?.getVideoTracks()[0]?.readyState === "live";
  }

  /** Whether the picture moves: a phone call or another app may hold the camera still. */
  get isMuted() {
    return this.#stream?.getVideoTracks()[0]?.muted ?? false;
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
    this.#stream = stream;
    const [track] = stream.getVideoTracks();
    track.onended = () => {
      if (this.#stream === stream) this.onLost();
    };
    this.#video.srcObject = stream;
    await this.#video.play().catch(() => {});
  }

  stop() {
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#stream = null;
    this.#video.srcObject = null;
  }

  /** Look the other way. */
  async flip() {
    this.#facing = this.#facing === "user" ? "environment" : "user";
    await this.start();
  }

  /**
   * @param {number} level  of LEVELS; lowered until the picture fits the wire
   * @returns {Promise<Picture | null>} null while there is no picture
   */
  async grab(level) {
    // A camera the system holds still gives its last picture again: that is no picture.
    if (!this.isOn || this.isMuted || !this.#video.videoWidth) return null;
    if (this.#video.paused) await this.#video.play().catch(() => {});
    for (let step = Math.min(level, LEVELS.length - 1); step >= 0; step -= 1) {
      const blob = await this.#encode(LEVELS[step]);
      if (blob && blob.size <= MAX_STILL_BYTES) {
        return { jpeg: await toBase64(blob), bytes: blob.size };
      }
    }
    return null;
  }

  /** @param {{width: number, quality: number}} level @returns {Promise<Blob | null>} */
  #encode({ width, quality }) {
    const { videoWidth, videoHeight } = this.#video;
    const scale = Math.min(1, width / Math.max(videoWidth, videoHeight));
    this.#canvas.width = Math.round(videoWidth * scale);
    this.#canvas.height = Math.round(videoHeight * scale);
    const context = this.#canvas.getContext("2d");
    context?.drawImage(this.#video, 0, 0, this.#canvas.width, this.#canvas.height);
    return new Promise((done) => this.#canvas.toBlob(done, "image/jpeg", quality));
  }
}

/** @param {Blob} blob @returns {Promise<string>} */
function toBase64(blob) {
  return new Promise((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result).split(",", 2)[1]);
    reader.onerror = () => fail(reader.error);
    reader.readAsDataURL(blob);
  });
}
