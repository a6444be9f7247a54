// <call-facts>: number, place in line, the truth about the line, what the phone gives.

import { find, part, write } from "../../lib/dom.js";
import { isEnglish } from "../../lib/words.js";
import {
  cameraSentence, clockTime, newsSentence, placeSentence, positionSentence,
  questionSentence, truthSentence,
} from "../models/sentences.js";

/** @typedef {import("../models/alarm.js").Alarm} Alarm */
/** @typedef {import("../models/senses.js").Senses} Senses */
/** @typedef {"returned" | "resumed" | "back"} News */

const TICK_MS = 500;
const NEWS_MS = 8000;
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

  /** @param {Alarm} alarm @param {Senses} senses @param {string} phone */
  begin(alarm, senses, phone) {
    this.#alarm = alarm;
    this.#senses = senses;
    this.#phone = phone;
    senses.addEventListener("change", () => this.#render());
    alarm.addEventListener("change", () => this.#render());
    alarm.addEventListener("news", (event) => {
      const news = /** @type {CustomEvent} */ (event).detail;
      if (news === "returned") this.tell(news);
      else this.#news = null; // what was told before is over
    });
    this.#ticking = setInterval(() => this.#render(), TICK_MS);
  }

  disconnectedCallback() {
    clearInterval(this.#ticking);
  }

  /** Say something once, in the one place where news stands. @param {News} news */
  tell(news) {
    this.#news = newsSentence(news);
    clearTimeout(this.#newsTimer);
    this.#newsTimer = setTimeout(() => {
      this.#news = null;
      this.#render();
    }, NEWS_MS);
    this.#announce(this.#news);
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
    const question = this.#senses?.question;
    const news = question ? questionSentence(question) : this.#news;
    part(this, "news").hidden = !news;
    if (news) write(part(this, "news-text"), news);
  }

  /** @param {Alarm} alarm */
  #renderTruth(alarm) {
    const { truth, state } = alarm;
    const isOffered = state?.call.state === "offered";
    const sentence = truthSentence(truth, this.#seat(), isOffered, this.#phone);
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
    const { main, more, isNobody } = placeSentence(alarm.place, this.#phone, isKnown);
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
    const { position, camera } = senses;
    const hasPlace = alarm.state?.position ?? null;
    this.#tick("position", position.state, positionSentence(position.state, hasPlace));
    const isSeen = camera.isSeen && alarm.truth.is === "connected";
    this.#tick("camera", camera.state, cameraSentence(camera.state, isSeen));
  }

  /** @param {string} name @param {string} state @param {{tone: string, words: string}} said */
  #tick(name, state, { tone, words }) {
    const item = find(this, `[data-sense="${name}"]`, HTMLElement);
    item.dataset.tone = tone;
    write(part(item, "words"), words);
    const shape = name === "position" ? "map-pin" : "camera";
    icon(item, tone === "ok" ? "check" : tone === "warn" ? `${shape}-off` : shape);
    find(item, "button", HTMLButtonElement).hidden = state !== "refused";
  }

  #seat() {
    const call = this.#alarm?.state?.call;
    return (isEnglish() && call?.seat_label_en) || call?.seat_label || "";
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
