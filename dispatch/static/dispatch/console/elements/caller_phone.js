// What the caller's phone gives now, and why it is not more: one sentence, then camera,
// microphone with its sound, position and the phone's own recording, each a word.

import { LevelBar } from "./level_bar.js";
import { Region } from "./region.js";
import { writeMark } from "./rows.js";
import { phoneClips } from "../models/evidence.js";
import { recordingName, rungSentence, seatReason } from "../models/rungs.js";
import { isScriptless } from "../models/scriptless.js";
import { deviceState } from "../models/words.js";
import { fill, gettext } from "../../lib/words.js";

/** @typedef {import("../models/shapes.js").Device} Device */

const RUNG_ICONS = { video: "video", stills: "image", voice: "mic", text: "message-square" };

export class CallerPhone extends Region {
  #wasComing = false;

  begin() {
    const bar = this.find("level");
    if (bar instanceof LevelBar) bar.stream = this.media.remote;
  }

  show() {
    if (this.desk.view !== "call") return;
    const { device } = this.desk;
    const own = seatReason(this.media.why);
    this.#wasComing = this.#isComing;
    const isLost = this.#isLost;
    const isDeaf = !device && isScriptless(this.desk.incident);
    const now = isDeaf ? wordsOnly() : toldOf(device, this.#isComing && !isLost);
    const told = isLost ? this.#lostOf(device, now.words) : now;
    writeMark(this.find("rung"), told.tone, told.icon, told.words);
    this.write("seat", own);
    this.#showMarks(device, isLost);
  }

  /** Green would say that one can look, beside a black picture. */
  tick() {
    if (this.#isComing !== this.#wasComing) this.show();
  }

  /** @returns {boolean} the phone sends video, and of it nothing has come here yet */
  get #isComing() {
    const { device, incident, isOver } = this.desk;
    if (device?.rung !== "video" || device.why || isOver) return false;
    const isStopped = Boolean(incident?.muted?.guest.video);
    return !isStopped && !seatReason(this.media.why) && this.media.videoAgeMs === Infinity;
  }

  /** @returns {boolean} nobody here knows what the phone gives now, only what it gave */
  get #isLost() {
    const { incident, isOver, line } = this.desk;
    const isLost = Boolean(incident?.call.lost_at) && incident?.call.state === "connected";
    return (isLost || line !== "live") && !isOver && !isScriptless(incident);
  }

  /**
   * Good news of before must not stand beside "Caller lost" as if it still held.
   * @param {Device | null} device @param {string} now  what it says, or said while it was there
   */
  #lostOf(device, now) {
    const { incident } = this.desk;
    const isGone = incident?.call.state === "connected" && incident.call.lost_at;
    const silent = isGone ? goneWords(incident) : now; // else the line here is cut
    const words = device ? fill(gettext("Last known: %(words)s"), { words: now }) : silent;
    return { tone: "muted", icon: "wifi-off", words };
  }

  /** @param {Device | null} device @param {boolean} isLost */
  #showMarks(device, isLost) {
    const list = this.find("device");
    const stamp = JSON.stringify([device, isLost]);
    if (list.dataset.stamp === stamp) return;
    list.dataset.stamp = stamp;
    list.replaceChildren(...(device ? marksOf(device) : []));
    if (isLost) for (const mark of list.children) mark.setAttribute("data-tone", "muted");
  }
}

/** The page without scripts: it says nothing of itself, and what it can give is known. */
function wordsOnly() {
  const words = gettext("The page runs no scripts: its words have come, and nothing more can.");
  return { tone: "warn", icon: "message-square", words };
}

/**
 * What matters most comes first.
 * @param {Device | null} device @param {boolean} isComing  it sends, and nothing is seen yet
 */
function toldOf(device, isComing) {
  if (device?.is_interrupted)
    return {
      tone: "warn",
      icon: "smartphone",
      words: gettext("Caller interrupted by a call or another app, not hung up"),
    };
  if (device?.is_hidden)
    return {
      tone: "warn",
      icon: "smartphone",
      words: gettext("The page is in the background on the phone"),
    };
  if (isComing) return { tone: "", icon: "video", words: gettext("Live video is coming") };
  const isFull = device?.rung === "video" && !device.why;
  return {
    tone: !device ? "muted" : isFull ? "ok" : device.rung === "text" ? "warn" : "",
    icon: RUNG_ICONS[device?.rung ?? "text"] ?? "info",
    words: rungSentence(device),
  };
}

/**
 * Of a phone that was gone before this seat came: it told this seat nothing itself.
 * @param {import("../models/shapes.js").IncidentSnapshot} incident @returns {string}
 */
function goneWords({ clips, position }) {
  if (phoneClips(clips).length)
    return gettext("The phone is gone; what it gave is under Evidence.");
  return position
    ? gettext("The phone is gone; where it was stands under Place.")
    : gettext("The phone was gone before it told this seat what it can give.");
}

/** @param {Device} device @returns {HTMLElement[]} */
function marksOf({ camera, microphone, position, recording }) {
  return [
    makeMark(toneOf(camera), camera === "on" ? "camera" : "camera-off", [
      gettext("Camera: %(state)s"),
      deviceState(camera),
    ]),
    makeMark(toneOf(microphone), microphone === "on" ? "mic" : "mic-off", [
      gettext("Microphone: %(state)s"),
      deviceState(microphone),
    ]),
    makeMark(toneOf(position), position === "on" ? "map-pin" : "map-pin-off", [
      gettext("Position: %(state)s"),
      deviceState(position),
    ]),
    makeMark(recordingTone(recording), recording === "kept" ? "check" : "circle-dot", [
      gettext("Recording: %(state)s"),
      recordingName(recording),
    ]),
  ];
}

/**
 * Icon and state, and before it the label, which a narrow screen only reads aloud.
 * @param {string} tone @param {string} icon @param {[string, string]} words
 * @returns {HTMLElement}
 */
function makeMark(tone, icon, [sentence, state]) {
  const mark = document.createElement("li");
  const words = fill(sentence, { state });
  const label = document.createElement("span");
  writeMark(mark, tone, icon, state);
  label.className = "phone-label";
  label.textContent = words.slice(0, words.lastIndexOf(state)).trimEnd();
  mark.lastElementChild?.before(label);
  mark.title = words;
  return mark;
}

/** @param {string | undefined} state @returns {string} */
function toneOf(state) {
  return state === "on" ? "ok" : state === "refused" ? "warn" : "muted";
}

/** @param {string | undefined} recording @returns {string} */
function recordingTone(recording) {
  if (recording === "kept") return "ok";
  return recording === "full" || recording === "failed" || recording === "held"
    ? "warn"
    : "muted";
}
