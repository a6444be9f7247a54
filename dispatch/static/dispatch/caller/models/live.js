// Live picture and sound in this call: when the leg is up, what travels on it, and what
// the seat says it gives. Loaded after the alarm button works. Tells "change", "tracks" and
// "voices".

import { MediaLeg } from "../../lib/media_leg.js";
import { isThinNow } from "./thin_line.js";

/** @typedef {import("../../lib/wire.js").Frame} Frame */

const LOOK_MS = 2000;
// The server let go of a leg that is still wanted: another window, or a restart.
const AGAIN_MS = 3000;

export class Live extends EventTarget {
  /** Whether the uplink bears little more than the picture. */
  isThin = false;

  #leg;
  #isWanted = false;
  /** @type {{audio: MediaStreamTrack | null, video: MediaStreamTrack | null}} */
  #tracks = { audio: null, video: null };
  /** @type {ReturnType<typeof setInterval> | undefined} */ #looking;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #again;
  /** @type {import("./thin_line.js").Sample | null} */ #last = null;

  /** @param {(frame: Frame) => boolean} send */
  constructor(send) {
    super();
    this.#leg = new MediaLeg({ send });
    this.#leg.addEventListener("change", () => this.#changed());
    for (const type of ["tracks", "voices"])
      this.#leg.addEventListener(type, () => this.dispatchEvent(new Event(type)));
  }

  get state() {
    return this.#leg.state;
  }

  get why() {
    return this.#leg.why;
  }

  get isUp() {
    return this.#leg.state === "up";
  }

  /** @returns {MediaStream} the call-taker's picture and sound */
  get remote() {
    return this.#leg.remote;
  }

  /** @returns {Map<string, MediaStreamTrack>} who speaks besides the call-taker */
  get voices() {
    return this.#leg.voices;
  }

  /**
   * @param {boolean} isWanted  a seat is asked or speaks, and this phone gives something
   * @param {{audio: MediaStreamTrack | null, video: MediaStreamTrack | null}} tracks
   */
  follow(isWanted, tracks) {
    if (!isWanted) return this.#stop();
    if (!this.#isWanted) {
      this.#isWanted = true;
      this.#tracks = tracks;
      this.#looking = setInterval(() => this.#look(), LOOK_MS);
      return this.#leg.start(tracks);
    }
    for (const kind of /** @type {const} */ (["audio", "video"])) {
      if (tracks[kind] !== this.#tracks[kind]) this.#leg.setTrack(kind, tracks[kind]);
    }
    this.#tracks = tracks;
    this.#leg.flush();
  }

  /**
   * Be ready for the seat's answer while the call waits.
   * @param {{audio: MediaStreamTrack | null, video: MediaStreamTrack | null} | null} tracks
   *   null: there is no such call
   */
  prepare(tracks) {
    if (this.#isWanted) return;
    if (tracks) this.#leg.prepare(tracks);
    else this.#leg.unprepare();
  }

  /** @param {Frame} frame  any; those that are not the leg's are ignored */
  take(frame) {
    this.#leg.take(frame);
  }

  /** The page is visible again, or the network is back. */
  check() {
    this.#leg.check();
  }

  #stop() {
    if (!this.#isWanted) return;
    this.#isWanted = false;
    this.isThin = false;
    this.#last = null;
    clearInterval(this.#looking);
    clearTimeout(this.#again);
    this.#leg.stop();
  }

  #changed() {
    clearTimeout(this.#again);
    if (this.#isWanted && this.#leg.state === "stopped") {
      this.#again = setTimeout(() => this.#isWanted && this.#leg.start(this.#tracks), AGAIN_MS);
    }
    if (!this.isUp) this.isThin = false;
    this.dispatchEvent(new Event("change"));
  }

  async #look() {
    if (!this.isUp) {
      this.#last = null;
      return;
    }
    const figures = await this.#leg.stats();
    const now = { ...figures, at: performance.now() };
    const hasVideo = this.#tracks.video !== null;
    if (this.#last && this.isUp) this.isThin = isThinNow(this.#last, now, hasVideo);
    this.#last = now;
  }
}
