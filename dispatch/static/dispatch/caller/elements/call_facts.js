// <call-facts>: number, place in line, the truth about the line, what the phone gives.

import { find, part, write } from "../../lib/dom.js";
import { seatWords } from "../../lib/seat_words.js";
import { isEnglish } from "../../lib/words.js";
import { step } from "../models/ladder.js";
import {
  cameraSentence, clockTime, microphoneSentence, newsSentence, placeSentence,
  positionSentence, questionSentence, recordingSentence, rungSentence, truthSentence,
} from "../models/sentences.js";

/** @typedef {import("../models/alarm.js").Alarm} Alarm */
/** @typedef {import("../models/senses.js").Senses} Senses */

const TICK_MS = 500;
const NEWS_MS = 8000;
// A fall that lasts less is not worth a fright.
const RUNG_SETTLES_MS = 2500;
// Each conversation begins with stills and climbs by itself; that is no news.
const CLIMB_MS = 8000;
const SHAPES = {
  position: "map-pin", camera: "camera", microphone: "mic", recording: "circle-dot",
};
const ICONS = {
  connecting: "wifi", waiting: "wifi", connected: "headset", watching: "eye",
  silent: "wifi-off", closed: "triangle-alert",
};

export class CallFacts extends HTMLElement {
  /** @type {Alarm | null} */ #alarm = null;
  /** @type {Senses | null} */ #senses = null;
  #phone = "";
  /** @type {string | null} */ #news = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #newsTimer;
  /** @type {ReturnType<typeof setInterval> | undefined} */ #ticking;
  #was = "";
  /** The rung that was last told. @type {import("../models/ladder.js").Rung | null} */
  #rung = null;
  #rungSince = 0;
  #talkingSince = 0;

  /** @param {Alarm} alarm @param {Senses} senses @param {string} phone */
  begin(alarm, senses, phone) {
    this.#alarm = alarm;
    this.#senses = senses;
    this.#phone = phone;
    senses.addEventListener("change", () => this.#render());
    alarm.addEventListener("change", () => this.#render());
    alarm.addEventListener("news", (event) => {
      const news = /** @type {CustomEvent} */ (event).detail;
      const isOver = news === "connected" || news === "ended" || news === "merged";
      if (isOver) this.#news = null; // what was told before is over
      else this.tell(news);
    });
    this.#ticking = setInterval(() => this.#render(), TICK_MS);
  }

  disconnectedCallback() {
    clearInterval(this.#ticking);
  }

  /** Say something once, in the one place where news stands. @param {string} news */
  tell(news) {
    this.#say(newsSentence(news, this.#seat()));
  }

  /** @param {string} sentence */
  #say(sentence) {
    this.#news = sentence;
    clearTimeout(this.#newsTimer);
    this.#newsTimer = setTimeout(() => {
      this.#news = null;
      this.#render();
    }, NEWS_MS);
    this.#announce(sentence);
    this.#render();
  }

  #render() {
    const alarm = this.#alarm;
    if (!alarm?.isLive) {
      this.#was = "";
      return;
    }
    const call = alarm.state?.call ?? alarm.call;
    write(part(this, "number"), call?.number ?? "");
    write(part(this, "received"), clockTime(call?.queued_at ?? ""));
    this.#renderTruth(alarm);
    this.#renderPlace(alarm);
    this.#renderTicks(alarm);
    this.#renderRung(alarm);
    const sign = find(this, '[data-command="sign"]', HTMLElement);
    sign.setAttribute("aria-pressed", String(alarm.signing.isOn));
    part(sign, "sign-kept").hidden = !alarm.signing.isKept;
    icon(sign, alarm.signing.isKept ? "check" : "hand");
    const question = this.#senses?.question;
    const news = question ? questionSentence(question) : this.#news;
    part(this, "news").hidden = !news;
    if (news) write(part(this, "news-text"), news);
  }

  /** @param {Alarm} alarm */
  #renderTruth(alarm) {
    const { truth, state } = alarm;
    const isSilent = alarm.mode === "silent";
    const isOffered = state?.call.state === "offered";
    const others = (state?.room?.parties ?? []).map(({ role }) => role);
    const sentence = truthSentence(truth, {
      seat: this.#seat(), isOffered, phone: this.#phone, isSilent, others,
      isNobody: alarm.place?.seats_open === 0,
      isMoving: alarm.phase === "talking" && document.querySelector("officer-frame[data-live]") !== null,
    });
    const element = part(this, "truth");
    element.dataset.is = truth.is;
    write(part(this, "truth-text"), sentence);
    icon(element, ICONS[truth.is]);
    const was = this.#was;
    this.#was = truth.is;
    if (truth.is === was) return;
    if (was === "silent" && truth.is !== "closed") this.tell("resumed");
    // The seconds count on the screen; aloud, the change is said once.
    else if (was) this.#announce(sentence);
  }

  /** @param {Alarm} alarm */
  #renderPlace(alarm) {
    const isKnown = alarm.truth.is !== "silent";
    const { main, more, isNobody } = placeSentence(
      alarm.place, this.#phone, isKnown, alarm.mode === "silent",
    );
    const element = part(this, "place");
    element.toggleAttribute("data-nobody", isNobody);
    element.toggleAttribute("data-old", !isKnown);
    if (element.dataset.said !== main) {
      element.dataset.said = main;
      if (main) this.#announce(main);
    }
    write(part(this, "place-text"), main);
    write(part(this, "place-more"), more);
  }

  /** @param {Alarm} alarm */
  #renderTicks(alarm) {
    const senses = this.#senses;
    if (!senses) return;
    const { position, camera, microphone, evidence, live } = senses;
    const hasPlace = alarm.state?.position ?? null;
    this.#tick("position", positionSentence(position.state, hasPlace));
    const isTalking = alarm.phase === "talking";
    // Of what may still get through on a cut line, nothing confirms anything.
    const isCut = alarm.truth.is === "silent";
    const isLive = isTalking && !isCut && (live?.isUp ?? false);
    const isSeen = senses.pictures.isSeen && alarm.truth.is === "connected";
    const stopped = (isTalking && alarm.state?.muted?.guest) || { audio: false, video: false };
    this.#tick("camera", cameraSentence(camera, { isSeen, isLive, isStopped: stopped.video }));
    const isSilent = alarm.mode === "silent";
    const heard = { isLive, isStopped: stopped.audio, isSilent };
    this.#tick("microphone", microphoneSentence(microphone, heard));
    const isLasting = evidence?.isLasting ?? true;
    this.#tick("recording", recordingSentence(senses.recording, { isLasting, isCut }));
    this.#help("position", position.state, "");
    this.#help("camera", camera.state, camera.trouble);
    this.#help("microphone", microphone.state, microphone.trouble);
  }

  /** @param {keyof typeof SHAPES} name @param {{tone: string, words: string} | null} said */
  #tick(name, said) {
    const item = find(this, `[data-sense="${name}"]`, HTMLElement);
    item.hidden = !said;
    if (!said) return;
    item.dataset.tone = said.tone;
    write(part(item, "words"), said.words);
    const shape = SHAPES[name];
    const crossed = name === "recording" ? "triangle-alert" : `${shape}-off`;
    icon(item, said.tone === "ok" ? "check" : said.tone === "warn" ? crossed : shape);
  }

  /** How to get what is missing. @param {string} name @param {string} state @param {string} trouble */
  #help(name, state, trouble) {
    const item = find(this, `[data-sense="${name}"]`, HTMLElement);
    const [allow, again] = item.querySelectorAll("button");
    allow.hidden = state !== "refused";
    if (again) again.hidden = trouble !== "busy";
  }

  /** Tell of a fall or a rise in a conversation, once it has lasted. @param {Alarm} alarm */
  #renderRung(alarm) {
    if (alarm.phase !== "talking" || alarm.truth.is !== "connected" || !this.#senses) {
      this.#rungSince = performance.now();
      if (alarm.phase === "talking") return;
      this.#rung = null;
      this.#talkingSince = performance.now();
      return;
    }
    const { rung, why } = this.#senses.rung;
    const isClimbing = performance.now() - this.#talkingSince < CLIMB_MS;
    const isOwnDoing = why === "switched_off" || this.#senses.question !== null || isClimbing;
    if (this.#rung === null || rung === this.#rung || isOwnDoing) {
      if (this.#rung === null || isOwnDoing) this.#rung = rung;
      this.#rungSince = performance.now();
      return;
    }
    if (performance.now() - this.#rungSince < RUNG_SETTLES_MS) return;
    const by = step(this.#rung, rung);
    this.#rung = rung;
    if (by) this.#say(rungSentence(rung, by));
  }

  #seat() {
    const call = this.#alarm?.state?.call;
    return seatWords((isEnglish() && call?.seat_label_en) || call?.seat_label || "");
  }

  /** @param {string} sentence */
  #announce(sentence) {
    this.dispatchEvent(new CustomEvent("announce", { bubbles: true, detail: sentence }));
  }
}

/** @param {Element} element @param {string} name */
function icon(element, name) {
  const use = element.querySelector("svg use");
  const href = `#icon-${name}`;
  if (use && use.getAttribute("href") !== href) use.setAttribute("href", href);
}
