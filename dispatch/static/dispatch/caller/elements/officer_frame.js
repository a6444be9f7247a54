// <officer-frame>: the call-taker, large: live picture and sound, else stills with their
// age, else why there is none. On the caller's nod it fills the screen, for whoever
// threatens them to see. In silence it shows and sounds nothing at all.

import { find, part, write } from "../../lib/dom.js";
import { StillView } from "../../lib/still_view.js";
import { Voices } from "../../lib/voices.js";
import { seatSentence, warningSentence } from "../models/late_sentences.js";

/** @typedef {import("../models/alarm.js").Alarm} Alarm */
/** @typedef {import("../models/senses.js").Senses} Senses */

const LOOK_MS = 500;
// A live picture that stands for longer is none.
const STANDS_MS = 2500;
/** @type {Map<string, MediaStreamTrack>} */ const NOBODY = new Map();

export class OfficerFrame extends HTMLElement {
  /** @type {Alarm | null} */ #alarm = null;
  /** @type {Senses | null} */ #senses = null;
  /** @type {StillView | null} */ #stills = null;
  #voices = new Voices(); // of who is there besides the call-taker
  /** What the seat says it gives. @type {any} */ #seat = null;
  /** Frames shown so far, and when that number last grew. */
  #frames = 0;
  #movedAt = -Infinity;
  #isSoundRefused = false;
  /** @type {ReturnType<typeof setInterval> | undefined} */ #looking;

  /** @param {Alarm} alarm @param {Senses} senses */
  begin(alarm, senses) {
    this.#alarm = alarm;
    this.#senses = senses;
    this.#stills = new StillView({
      image: find(this, "img.theirs", HTMLImageElement),
      age: part(this, "age"),
      onSeen: (n) => alarm.send({ type: "still_seen", n }),
    });
    alarm.addEventListener("frame", (event) => {
      const frame = /** @type {CustomEvent} */ (event).detail;
      if (frame.type === "still" && alarm.phase === "talking") this.#stills?.show(frame);
      if (frame.type === "seat_device") this.#seat = frame;
      this.#render();
    });
    alarm.addEventListener("change", () => this.#render());
    senses.addEventListener("change", () => this.#render());
    this.#voices.addEventListener("change", () => this.#render());
    this.#looking = setInterval(() => this.#render(), LOOK_MS);
    document.addEventListener("fullscreenchange", () => this.#render());
    this.closest("alarm-page")?.addEventListener("click", (event) => {
      const target = /** @type {Element} */ (event.target);
      const command = target.closest("[data-command]")?.getAttribute("data-command");
      if (command === "sound") this.#turnSoundOn();
      if (command === "warn") this.#enlarge();
    });
    this.#render();
  }

  disconnectedCallback() {
    clearInterval(this.#looking);
    this.#voices.play(NOBODY);
  }

  /** Fill the screen, on a press: browsers want one for it. */
  #enlarge() {
    const whole = this.requestFullscreen?.({ navigationUI: "hide" });
    whole?.catch(() => {}); // iPhones do not; the frame covers the page all the same
    this.#turnSoundOn();
  }

  /** The browser wanted a press before it plays sound: this is one. */
  #turnSoundOn() {
    this.#isSoundRefused = false;
    this.#voices.unblock();
    const video = this.#video;
    video.muted = false;
    video.play().catch(() => this.#refused());
    this.#render();
  }

  get #video() {
    return find(this, "video.theirs", HTMLVideoElement);
  }

  #render() {
    const alarm = this.#alarm;
    if (!alarm) return;
    const isTalking = alarm.phase === "talking";
    if (!isTalking) {
      this.#seat = null;
      this.#stills?.clear();
    }
    this.#play(isTalking && alarm.mode === "normal");
    const isMoving = this.#isMoving();
    this.#video.toggleAttribute("data-moving", isMoving);
    const hasStill = !find(this, "img.theirs", HTMLImageElement).hidden;
    this.toggleAttribute("data-live", isMoving);
    find(this, ".no-picture", HTMLElement).hidden = isMoving || hasStill;
    write(part(this, "why-none"), seatSentence(this.#seat));
    part(this, "sound").hidden = !this.#isSoundRefused && !this.#voices.isBlocked;
    this.#showLarge(isTalking && alarm.mode === "normal" && alarm.state?.warning === "shown");
  }

  /** @param {boolean} isHeard */
  #play(isHeard) {
    const video = this.#video;
    const live = this.#senses?.live;
    const stream = isHeard && live?.isUp ? live.remote : null;
    // In silence not one of them is given to an element at all.
    this.#voices.play((stream && live?.voices) || NOBODY);
    if (video.srcObject === stream) return;
    // In silence there is nothing to hear even for a player that ignores "muted".
    video.muted = stream === null;
    video.srcObject = stream;
    this.#isSoundRefused = false;
    this.#frames = 0;
    if (stream) video.play().catch((error) => error.name === "NotAllowedError" && this.#refused());
  }

  /** Sound needs a press here: go on without until then. */
  #refused() {
    this.#isSoundRefused = true;
    this.#video.muted = true;
    this.#video.play().catch(() => {});
    this.#render();
  }

  #isMoving() {
    const video = this.#video;
    const now = performance.now();
    const frames = video.getVideoPlaybackQuality?.().totalVideoFrames ?? video.currentTime;
    if (video.srcObject && frames > this.#frames) this.#movedAt = now;
    this.#frames = frames;
    return video.srcObject !== null && now - this.#movedAt < STANDS_MS;
  }

  get #isRecorded() {
    const { camera, recording } = this.#senses ?? {};
    const isOn = camera?.state === "on" && !camera.isInterrupted;
    return isOn && (recording === "kept" || recording === "held");
  }

  /** @param {boolean} isLarge */
  #showLarge(isLarge) {
    part(this, "back").hidden = !isLarge;
    part(this, "police").hidden = !isLarge;
    if (isLarge) write(part(this, "police"), warningSentence(this.#isRecorded));
    if (this.hasAttribute("data-large") === isLarge) return;
    this.toggleAttribute("data-large", isLarge);
    if (isLarge) find(this, '[data-command="warning-back"]', HTMLElement).focus();
    else if (document.fullscreenElement === this) document.exitFullscreen().catch(() => {});
  }
}
