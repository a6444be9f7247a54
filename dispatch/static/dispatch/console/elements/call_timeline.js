// The call's time as one strip: what happened when, as marks. The marks and their words
// come from the server, as the record will have them; whatever changes here is only the
// doorbell to ask again. One tab stop: the arrows go from mark to mark. Words are ticks
// under the line: when there was talk and when silence; to read, they stand in the thread.

import { Region } from "./region.js";
import { duration, timeOfDay } from "../models/clock.js";
import { markPlaces, withoutOffice } from "../models/call_marks.js";
import { request } from "../../lib/http.js";
import { fill, gettext } from "../../lib/words.js";

/** @typedef {import("../models/call_marks.js").Mark} Mark */

const SOON_MS = 400; // several entries come at once
const AGAIN_MS = 5000;

export class CallTimeline extends Region {
  /** @type {Mark[]} */ #marks = [];
  #asked = "";
  #incident = "";
  #second = 0;
  #ticked = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;

  begin() {
    this.desk.addEventListener("cleared", () => this.#clear());
    const row = this.find("marks");
    row.addEventListener("pointerover", (event) => this.#tell(event.target));
    row.addEventListener("focusin", (event) => this.#tell(event.target));
    row.addEventListener("pointerleave", () => this.#tell(document.activeElement));
    row.addEventListener("focusout", () => this.#tell(null));
    row.addEventListener("keydown", (event) => this.#pressed(event));
  }

  show() {
    const { incident } = this.desk;
    if (this.desk.view !== "call" || !incident) return;
    this.#showTicks(incident.messages);
    const { call, room, clips = {}, warning } = incident;
    const snapshots = Object.values(clips).filter(({ source }) => source === "seat").length;
    // What may have brought a mark; the words themselves are the server's.
    const state = JSON.stringify([
      call.call, call.state, call.mode, call.seat, call.lost_at, call.escalations,
      room?.parties?.map(({ participant }) => participant), snapshots, warning,
    ]);
    if (state === this.#asked) return;
    this.#asked = state;
    this.#incident = incident.incident.incident;
    this.#askIn(SOON_MS);
    this.#place();
  }

  /** @param {number} now */
  tick(now) {
    const second = Math.floor(now / 1000);
    if (second === this.#second) return;
    this.#second = second;
    this.#place();
  }

  // --- Asking ------------------------------------------------------------------------

  /** @param {number} ms */
  #askIn(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), ms);
  }

  async #ask() {
    const incident = this.#incident;
    const path = `/api/v1/console/incidents/${incident}/marks`;
    const answer = await request(path).catch(() => null);
    if (incident !== this.#incident) return; // another call meanwhile
    if (!answer || answer.status >= 500) return this.#askIn(AGAIN_MS);
    if (answer.status !== 200) return;
    this.#marks = answer.body.marks;
    this.#write();
  }

  #clear() {
    clearTimeout(this.#timer);
    this.#marks = [];
    this.#asked = this.#incident = "";
    this.#showTicks([]);
    this.#write();
  }

  // --- Showing -----------------------------------------------------------------------

  #write() {
    const row = this.find("marks");
    const focused = [...row.children].indexOf(/** @type {Element} */ (document.activeElement));
    const buttons = this.#marks.map((mark, index) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "call-mark";
      button.dataset.tone = mark.tone;
      button.tabIndex = index === Math.max(0, focused) ? 0 : -1;
      button.setAttribute("aria-label", this.#words(mark));
      return button;
    });
    row.replaceChildren(...buttons);
    if (focused >= 0) buttons[focused]?.focus();
    this.reveal("marks", buttons.length > 0);
    this.#tell(focused >= 0 ? buttons[focused] : null);
    this.#place();
  }

  /** @param {import("../models/shapes.js").Message[]} messages  only ever more of them */
  #showTicks(messages) {
    const row = this.find("ticks");
    if (messages.length < this.#ticked || messages[0]?.at !== row.dataset.from) {
      row.replaceChildren();
      this.#ticked = 0;
    }
    row.dataset.from = messages[0]?.at ?? "";
    const ticks = messages.slice(this.#ticked).map(({ side }) => {
      const tick = document.createElement("i");
      tick.dataset.side = side;
      return tick;
    });
    row.append(...ticks);
    this.#ticked = messages.length;
    if (ticks.length) this.#place();
  }

  #place() {
    const { incident } = this.desk;
    if (!incident) return;
    const words = incident.messages.map(({ at }) => Date.parse(at));
    const moments = [...this.#marks.map(({ at }) => at), ...words];
    const places = markPlaces(moments, incident.call, this.desk.clock.now());
    const shown = [...this.find("marks").children, ...this.find("ticks").children];
    if (shown.length !== places.length) return; // another call is on its way in
    shown.forEach((one, index) => {
      const { style } = /** @type {HTMLElement} */ (one);
      const left = `${(100 * places[index]).toFixed(2)}%`;
      if (style.left !== left) style.left = left;
    });
  }

  /** @param {Mark} mark @returns {string} */
  #words({ at, words }) {
    const queued = this.desk.incident?.call.queued_at;
    const since = queued ? duration((at - Date.parse(queued)) / 1000) : "";
    return fill(gettext("%(time)s (+%(since)s) %(words)s"), {
      time: timeOfDay(at), since, words,
    });
  }

  /** The room beside the strip is two lines. @param {Mark} mark @returns {Mark} */
  #shortened(mark) {
    const own = this.desk.ownAgency;
    return { ...mark, words: withoutOffice(mark.words, [own?.name ?? "", own?.name_en ?? ""]) };
  }

  /** Without one the latest is told. @param {EventTarget | null} target */
  #tell(target) {
    const buttons = [...this.find("marks").children];
    const index = buttons.indexOf(/** @type {Element} */ (target));
    const mark = this.#marks[index] ?? this.#marks.at(-1);
    this.write("said", mark ? this.#words(this.#shortened(mark)) : "");
    this.find("said").title = mark ? this.#words(mark) : ""; // should two lines be too few
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const buttons = /** @type {HTMLElement[]} */ ([...this.find("marks").children]);
    const index = buttons.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    if (!step || index < 0) return;
    const next = buttons[Math.min(buttons.length - 1, Math.max(0, index + step))];
    buttons[index].tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
    event.preventDefault();
  }
}

customElements.define("call-timeline", CallTimeline);
