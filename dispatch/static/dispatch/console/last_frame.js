// The last frame of the caller's video. A video element turns black when its track ends, as
// when the relay goes away; what it showed before is then all there is, and must stay.

const MOVING_MS = 1000; // older than this, the element may hold black already
const PAUSE_MS = 500;
const EMPTY_PX = 2; // the size of the black that a browser puts in place of an ended track

export class LastFrame {
  #video;
  #canvas;
  #drawnAt = -Infinity;
  /** Whether the element has a picture of a track that lives. */
  isThere = false;

  /** @param {HTMLVideoElement} video @param {HTMLCanvasElement} canvas */
  constructor(video, canvas) {
    this.#video = video;
    this.#canvas = canvas;
  }

  /** @returns {boolean} whether there is a frame to show */
  get isKept() {
    return this.#drawnAt > -Infinity;
  }

  /** @param {MediaStream | null} stream @param {number} ageMs  of its newest frame */
  keep(stream, ageMs) {
    const [track] = stream?.getVideoTracks() ?? [];
    const { videoWidth: width, videoHeight: height } = this.#video;
    const isLive = track?.readyState === "live" && !track.muted;
    this.isThere = isLive && width > EMPTY_PX;
    const now = performance.now();
    if (!this.isThere || ageMs > MOVING_MS || now - this.#drawnAt < PAUSE_MS) return;
    Object.assign(this.#canvas, { width, height });
    this.#canvas.getContext("2d")?.drawImage(this.#video, 0, 0, width, height);
    this.#drawnAt = now;
  }

  /** Nothing of one caller stays for the next. */
  clear() {
    this.isThere = false;
    this.#drawnAt = -Infinity;
    Object.assign(this.#canvas, { width: 0, height: 0 });
  }
}
