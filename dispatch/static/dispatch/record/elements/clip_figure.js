// One recording on the stage: fetched when the clock first comes to it, then held to the
// clock. The first on the stage leads while it plays; the others keep to the clock, by a
// jump where they are far off.

import { placeIn } from "../models/one_clock.js";
import { gettext } from "../../lib/words.js";

/** @typedef {import("../models/one_clock.js").Clip} Clip */
/** @typedef {import("../models/playhead.js").Playhead} Playhead */

const DRIFT_SECONDS = 0.4; // while it plays; jumping more finely would stutter
const STILL_SECONDS = 0.04;
const HOLD_MS = 6000; // so long the clock waits for a recording

export class ClipFigure {
  element = document.createElement("figure");
  isHeard = false;

  /** @type {Clip} */ #clip;
  #address;
  /** @type {HTMLMediaElement | null} */ #media = null;
  #caption = document.createElement("figcaption");
  #words = document.createElement("p");
  #isBroken = false;
  #waitsSince = 0;
  /** Where it was when it last moved, and when that was. */
  #moved = { to: -1, at: 0 };
  /** From its own seconds to the clock's milliseconds. */
  #offset = 0;

  /** @param {Clip} clip @param {string} address  of its copy @param {string} name */
  constructor(clip, address, name) {
    this.#clip = clip;
    this.#address = address;
    this.#caption.textContent = name;
    this.#words.className = "figure-words";
    this.#words.hidden = true;
    this.element.className = `figure figure-${clip.kind}`;
    this.element.hidden = true;
    this.element.append(this.#words, this.#caption);
  }

  /** @returns {boolean} whether it is on the stage and can be played */
  get isPlayable() {
    return this.element.dataset.is === "piece" && !this.#isBroken && this.#media !== null;
  }

  /** @returns {number | null} the moment it shows; null: it does not go, so nobody follows */
  get moment() {
    const media = this.#media;
    if (!media || media.paused || media.ended) return null;
    const now = performance.now();
    if (media.currentTime !== this.#moved.to) this.#moved = { to: media.currentTime, at: now };
    if (now - this.#moved.at > HOLD_MS) return null;
    return this.#offset + media.currentTime * 1000;
  }

  /** @returns {boolean} whether the clock should wait a moment for it */
  get isLate() {
    const media = this.#media;
    if (!media || this.element.hidden || this.#isBroken) return false;
    const isThere = !media.seeking && media.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
    if (isThere || this.element.dataset.is !== "piece") {
      this.#waitsSince = 0;
      return false;
    }
    this.#waitsSince ||= performance.now();
    return performance.now() - this.#waitsSince < HOLD_MS;
  }

  /**
   * @param {Playhead} playhead @param {boolean} isHeld  the clock waits
   * @returns {boolean} whether it is on the stage
   */
  follow(playhead, isHeld) {
    const place = placeIn(this.#clip, playhead.at);
    this.element.dataset.is = place.is;
    this.element.hidden = place.is === "outside";
    if (place.is === "piece") {
      this.#say(this.#isBroken ? gettext("It could not be shown here. Download the original.") : "");
      this.#offset = playhead.at - place.seconds * 1000;
      this.#keepTo(place.seconds, playhead, isHeld);
    } else {
      this.#media?.pause();
      this.#say(place.is === "gap" ? place.words : gettext("This part cannot be played."));
    }
    return place.is !== "outside";
  }

  /** The page lets go of it. */
  end() {
    this.#media?.pause();
    this.#media?.removeAttribute("src");
    this.#media?.load(); // else the rest is fetched all the same
    this.element.remove();
  }

  /** @param {number} seconds @param {Playhead} playhead @param {boolean} isHeld */
  #keepTo(seconds, { isPlaying, rate }, isHeld) {
    const media = (this.#media ??= this.#fetch());
    if (this.#isBroken) return;
    media.muted = !this.isHeard;
    media.playbackRate = rate;
    const drift = Math.abs(media.currentTime - seconds);
    const mayDrift = isPlaying ? DRIFT_SECONDS * rate : STILL_SECONDS;
    // The last picture stays: a seek to the very end shows nothing in some browsers.
    const most = Number.isFinite(media.duration) ? media.duration - 0.05 : seconds;
    if (drift > mayDrift && !media.seeking) media.currentTime = Math.max(0, Math.min(seconds, most));
    if (!isPlaying || isHeld) media.pause();
    else if (media.paused && !media.ended) {
      media.play().catch(() => {
        media.muted = true; // some browsers play nothing loud by themselves
        media.play().catch(() => {});
      });
    }
  }

  #fetch() {
    const media = document.createElement(this.#clip.kind === "audio" ? "audio" : "video");
    media.preload = "auto";
    media.muted = !this.isHeard;
    media.setAttribute("playsinline", "");
    media.setAttribute("aria-label", this.#caption.textContent ?? "");
    media.addEventListener("error", () => {
      this.#isBroken = true;
      this.element.dataset.broken = "";
    });
    media.src = this.#address;
    this.element.prepend(media);
    return media;
  }

  /** @param {string} words */
  #say(words) {
    if (this.#words.textContent !== words) this.#words.textContent = words;
    this.#words.hidden = !words;
  }
}
