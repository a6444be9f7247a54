// Grabs still pictures from a running camera, whoever opened it: a call's video and its
// stills come from the same stream, because many phones open their camera only once.

import { MAX_STILL_BYTES } from "./wire.js";

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

export class StillGrabber {
  /** @type {MediaStream | null} */ #stream = null;
  #video = document.createElement("video");
  #canvas = document.createElement("canvas");

  constructor() {
    this.#video.muted = true;
    this.#video.playsInline = true;
  }

  /** @returns {MediaStream | null} what it grabs from; never stopped here */
  get stream() {
    return this.#stream;
  }

  get isOn() {
    return this.#track?.readyState === "live";
  }

  /** Whether the picture stands: a phone call or another app may hold the camera. */
  get isMuted() {
    return this.#track?.muted ?? false;
  }

  get #track() {
    return this.#stream?.getVideoTracks()[0];
  }

  /** Grab from this stream from now on, or from none. @param {MediaStream | null} stream */
  async watch(stream) {
    if (stream === this.#stream) return;
    this.#stream = stream;
    this.#video.srcObject = stream;
    if (stream) await this.#video.play().catch(() => {});
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
