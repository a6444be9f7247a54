// The player: all recordings of an incident on one clock, with a scrubber over its time.
// Tells "moved" with the moment, so that the timeline can follow.

import { ClipFigure } from "./clip_figure.js";
import {
  firstPicture,
  heardAtFirst,
  isCallerUnprepared,
  isRunning,
  photoAt,
  shareOf,
  sinceAlarm,
  timesIn,
} from "../models/one_clock.js";
import { Playhead } from "../models/playhead.js";
import { fill, gettext } from "../../lib/words.js";

/** @typedef {import("../models/one_clock.js").Clock} Clock */
/** @typedef {import("../models/one_clock.js").Clip} Clip */
/** @typedef {{at: number, words: string, tone: string}} Mark */
/** @typedef {{name: string, address: string}} Shown  a clip as the page lists it */

const TICK_MS = 100;
const STEP_MS = 5000;
const JUMP_MS = 10_000;

export class RecordPlayer extends HTMLElement {
  /** @type {Clock | null} */ #clock = null;
  /** @type {Playhead | null} */ #playhead = null;
  /** @type {Map<string, ClipFigure>} */ #figures = new Map();
  /** @type {Map<string, Shown>} */ #shown = new Map();
  /** @type {(moment: number) => string} */ #time = String;
  /** @type {ReturnType<typeof setInterval> | undefined} */ #timer;
  #photo = document.createElement("figure");
  #photoOf = "";

  connectedCallback() {
    this.addEventListener("click", (event) => this.#clicked(event));
    this.#scrub.addEventListener("input", () => this.seek(Number(this.#scrub.value)));
    this.#find("speed").addEventListener("change", (event) => {
      const select = /** @type {HTMLSelectElement} */ (event.target);
      if (this.#playhead) this.#playhead.rate = Number(select.value);
    });
    this.#photo.className = "figure figure-photo";
    this.#photo.hidden = true;
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
  }

  /** @returns {number} where the hand stands */
  get at() {
    return this.#playhead?.at ?? 0;
  }

  get isPlaying() {
    return this.#playhead?.isPlaying ?? false;
  }

  /**
   * @param {Clock} clock @param {Map<string, Shown>} shown  by clip @param {Mark[]} marks
   */
  begin(clock, shown, marks) {
    const at = this.#playhead?.at ?? firstPicture(clock);
    const heard = this.#heard(clock);
    for (const figure of this.#figures.values()) figure.end();
    this.#figures.clear();
    this.#clock = clock;
    this.#shown = shown;
    this.#time = timesIn(clock.zone);
    const playhead = new Playhead(clock, this.#playhead); // a copy that came stops nothing
    this.#playhead = playhead;
    playhead.addEventListener("change", () => this.#show());
    for (const clip of clock.clips) {
      const { address = "", name = "" } = shown.get(clip.clip) ?? {};
      if (clip.way !== "play" || !isRunning(clip.kind) || !address) continue;
      const figure = new ClipFigure(clip, address, name);
      figure.isHeard = heard.has(clip.clip);
      this.#figures.set(clip.clip, figure);
      this.#find("stage").append(figure.element);
    }
    this.#find("stage").append(this.#photo);
    this.#scrub.min = String(clock.begins);
    this.#scrub.max = String(clock.ends);
    this.#draw(marks);
    this.hidden = clock.clips.length === 0;
    // Nothing is to be seen (yet): no black box stands for it.
    this.#find("stage").hidden = !clock.clips.some(({ way }) => way === "play");
    this.#find("unprepared").hidden = !isCallerUnprepared(clock.clips);
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    playhead.seek(at);
  }

  /** @param {number} moment */
  seek(moment) {
    this.#playhead?.seek(moment);
  }

  /** @param {string} clip @returns {boolean} whether it is heard now */
  isHeard(clip) {
    return this.#figures.get(clip)?.isHeard ?? false;
  }

  /** @param {string} clip @returns {boolean} whether it is heard after that */
  switchSound(clip) {
    const figure = this.#figures.get(clip);
    if (!figure) return false;
    figure.isHeard = !figure.isHeard;
    this.#show();
    return figure.isHeard;
  }

  /** @param {string} does @returns {boolean} whether it is the player's to do */
  act(does) {
    const playhead = this.#playhead;
    if (!playhead) return false;
    if (does === "play") playhead.toggle();
    else if (does === "back") playhead.seek(playhead.at - JUMP_MS);
    else if (does === "forward") playhead.seek(playhead.at + JUMP_MS);
    else if (does === "step-back") playhead.seek(playhead.at - STEP_MS);
    else if (does === "step-on") playhead.seek(playhead.at + STEP_MS);
    else return false;
    return true;
  }

  // --- Showing -----------------------------------------------------------------------

  #tick() {
    const playhead = this.#playhead;
    if (!playhead?.isPlaying) return;
    const leader = [...this.#figures.values()].find((figure) => figure.isPlayable);
    const isLate = leader?.isLate ?? false;
    playhead.tick(performance.now(), isLate, isLate ? null : (leader?.moment ?? null));
    this.#show(isLate);
  }

  /** @param {boolean} [isHeld]  the clock waits for a recording */
  #show(isHeld = false) {
    const [clock, playhead] = [this.#clock, this.#playhead];
    if (!clock || !playhead) return;
    const { at, isPlaying } = playhead;
    let onStage = 0;
    for (const figure of this.#figures.values()) if (figure.follow(playhead, isHeld)) onStage += 1;
    onStage += Number(this.#showPhoto(photoAt(clock.clips, at)));
    this.#find("stage").dataset.count = String(onStage);
    this.#find("nothing").hidden = onStage > 0;
    this.style.setProperty("--now", String(shareOf(clock, at)));
    const [time, since] = [this.#time(at), sinceAlarm(clock, at)];
    this.#write("time", time);
    this.#write("since", since);
    this.#write("play-words", isPlaying ? gettext("Stop") : gettext("Play"));
    if (this.#scrub !== document.activeElement || Number(this.#scrub.value) !== at)
      this.#scrub.value = String(at);
    this.#scrub.setAttribute(
      "aria-valuetext",
      since.startsWith("+")
        ? fill(gettext("%(time)s, %(since)s after the alarm"), { time, since: since.slice(1) })
        : fill(gettext("%(time)s, before the alarm"), { time }),
    );
    this.dispatchEvent(new CustomEvent("moved", { bubbles: true, detail: at }));
  }

  /** @param {Clip | null} clip @returns {boolean} */
  #showPhoto(clip) {
    this.#photo.hidden = !clip;
    if (!clip || clip.clip === this.#photoOf) return Boolean(clip);
    const { address = "", name = "" } = this.#shown.get(clip.clip) ?? {};
    const [image, caption] = [new Image(), document.createElement("figcaption")];
    image.src = address;
    image.alt = name;
    caption.textContent = name;
    image.addEventListener("error", () => {
      caption.textContent = gettext("It could not be shown here. Download the original.");
    });
    this.#photo.replaceChildren(image, caption);
    this.#photoOf = clip.clip;
    return true;
  }

  /** @param {Mark[]} marks */
  #draw(marks) {
    const clock = /** @type {Clock} */ (this.#clock);
    const dots = marks
      .filter(({ at }) => at >= clock.begins && at <= clock.ends)
      .map(({ at, words, tone }) => {
        const dot = document.createElement("i");
        dot.style.left = `${100 * shareOf(clock, at)}%`;
        dot.title = `${this.#time(at)} ${words}`;
        if (tone) dot.dataset.tone = tone;
        return dot;
      });
    this.#find("marks").replaceChildren(...dots);
  }

  // --- Inside ------------------------------------------------------------------------

  /** @param {Event} event */
  #clicked(event) {
    const button = event.target instanceof Element ? event.target.closest("[data-does]") : null;
    if (button instanceof HTMLElement) this.act(button.dataset.does ?? "");
  }

  /** @param {Clock} clock @returns {Set<string>} what is heard, now and after a reload */
  #heard(clock) {
    if (!this.#figures.size) return heardAtFirst(clock.clips);
    const heard = [...this.#figures].filter(([, { isHeard }]) => isHeard);
    return new Set(heard.map(([clip]) => clip));
  }

  get #scrub() {
    return /** @type {HTMLInputElement} */ (this.#find("scrub"));
  }

  /** @param {string} name @returns {HTMLElement} */
  #find(name) {
    const part = this.querySelector(`[data-part="${name}"]`);
    if (!(part instanceof HTMLElement)) throw new Error(`the player has no part ${name}`);
    return part;
  }

  /** @param {string} name @param {string} words */
  #write(name, words) {
    const part = this.#find(name);
    if (part.textContent !== words) part.textContent = words;
  }
}
