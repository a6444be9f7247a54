// The record's page with JavaScript: the list of clips gets its tracks, the timeline goes
// along with the clock, a click on an entry moves all recordings there. What is still
// being prepared is asked for again until it is there.

import { RecordPlayer } from "./record_player.js";
import { tell, toldIn } from "./tellings.js";
import { barsOf, lastBy, nextTo, shareOf } from "../models/one_clock.js";
import { actOf } from "../models/keys.js";
import { haveChanged, Waiting } from "../models/waiting.js";
import { request } from "../../lib/http.js";
import { part } from "../../lib/dom.js";
import { gettext } from "../../lib/words.js";

/** @typedef {import("../models/one_clock.js").Clock} Clock */
/** @typedef {import("../models/one_clock.js").Clip} Clip */

const STORED_AT = "alarm110.record.keys"; // whether keys go on the whole page

export class IncidentRecord extends HTMLElement {
  /** @type {Clock | null} */ #clock = null;
  /** @type {{row: HTMLElement, at: number}[]} */ #lines = [];
  /** @type {HTMLElement | null} */ #current = null;
  /** @type {{row: HTMLElement, at: number | null} | null} */ #chosen = null;
  #waiting = new Waiting();
  // The stage takes what the head leaves below it. Beside long notes no screen holds both:
  // then it has its usual size, and one scrolls to it.
  #above = new ResizeObserver(() => {
    const above = this.getBoundingClientRect().top + scrollY;
    if (above > innerHeight / 2) this.style.removeProperty("--above");
    else this.style.setProperty("--above", `${Math.round(above)}px`);
  });

  connectedCallback() {
    this.#lines = [...this.querySelectorAll(".line[data-at]")].map((row) => {
      const line = /** @type {HTMLElement} */ (row);
      return { row: line, at: Number(line.dataset.at) };
    });
    this.addEventListener("click", (event) => this.#clicked(event));
    this.addEventListener("moved", (event) =>
      this.#moved(/** @type {CustomEvent} */ (event).detail),
    );
    document.addEventListener("keydown", this.#pressed);
    this.addEventListener("change", () => this.#sort());
    part(this, "sorts").hidden = false;
    for (let part = this.previousElementSibling; part; part = part.previousElementSibling)
      this.#above.observe(part);
    this.#begin();
    this.#lookSoon();
    this.#remember();
  }

  /** Where a browser keeps nothing, the switch holds until the page is left. */
  #remember() {
    const keys = this.#keys;
    try {
      keys.checked = localStorage.getItem(STORED_AT) !== "off";
    } catch {
      return;
    }
    keys.addEventListener("change", () =>
      localStorage.setItem(STORED_AT, keys.checked ? "on" : "off"),
    );
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.#pressed);
    this.#above.disconnect();
  }

  get #keys() {
    return /** @type {HTMLInputElement} */ (part(this, "keys"));
  }

  get #player() {
    return /** @type {RecordPlayer} */ (this.querySelector("record-player"));
  }

  // --- The clips ---------------------------------------------------------------------

  #begin() {
    const text = this.querySelector("#record-clock")?.textContent ?? "";
    const clock = /** @type {Clock} */ (JSON.parse(text));
    this.#clock = clock;
    const shown = new Map(
      this.#rows().map((row) => [
        row.dataset.clip ?? "",
        {
          name: row.querySelector('[data-slot="name"]')?.textContent ?? "",
          address: row.dataset.address ?? "",
        },
      ]),
    );
    const marks = this.#lines
      .filter(({ row }) => "mark" in row.dataset || row.dataset.sort === "words")
      .map(({ row, at }) => ({
        at,
        words: row.querySelector('[data-slot="said"]')?.textContent?.trim() ?? "",
        tone: row.dataset.tone ?? "",
      }));
    this.#player.begin(clock, shown, marks);
    for (const row of this.#rows()) this.#prepareRow(row, clock);
  }

  #rows() {
    return /** @type {HTMLElement[]} */ ([...this.querySelectorAll(".clip[data-clip]")]);
  }

  /** @param {HTMLElement} row @param {Clock} clock */
  #prepareRow(row, clock) {
    const clip = clock.clips.find(({ clip }) => clip === row.dataset.clip);
    if (!clip) return;
    const track = part(row, "track");
    track.hidden = false;
    track.setAttribute("aria-hidden", "true");
    track.replaceChildren(...this.#bars(clip, clock));
    for (const button of row.querySelectorAll("button[data-does]")) {
      /** @type {HTMLElement} */ (button).hidden = false;
    }
    this.#showSound(row);
  }

  /** @param {Clip} clip @param {Clock} clock @returns {HTMLElement[]} */
  #bars({ pieces, gaps, at, kind, way }, clock) {
    const bar = (/** @type {number} */ from, /** @type {number} */ length, /** @type {string} */ is) => {
      const element = document.createElement("span");
      const [left, right] = [shareOf(clock, from), shareOf(clock, from + length)];
      element.className = `bar bar-${is}`;
      element.style.left = `${100 * left}%`;
      element.style.width = `${100 * (right - left)}%`;
      return element;
    };
    if (kind === "photo" || kind === "file") return [bar(at, 0, "moment")];
    const isSilent = way !== "play";
    const bars = barsOf(pieces).map(({ at, length, isPlayable }) =>
      bar(at, length, isSilent || !isPlayable ? "silent" : "piece"),
    );
    for (const [from, length, words] of gaps) {
      const gap = bar(from, length, "gap");
      gap.title = words;
      bars.push(gap);
    }
    return bars;
  }

  /** @param {HTMLElement} row */
  #showSound(row) {
    const button = row.querySelector('[data-part="sound"]');
    if (!button) return;
    const isHeard = this.#player.isHeard(row.dataset.clip ?? "");
    button.setAttribute("aria-pressed", String(isHeard));
    button.querySelector("use")?.setAttribute("href", isHeard ? "#icon-volume-2" : "#icon-volume-x");
  }

  // --- Acts --------------------------------------------------------------------------

  /** @param {MouseEvent} event */
  #clicked(event) {
    const target = event.target instanceof Element ? event.target : null;
    const row = /** @type {HTMLElement | null} */ (target?.closest(".clip") ?? null);
    const button = /** @type {HTMLElement | null} */ (target?.closest("button") ?? null);
    const line = /** @type {HTMLElement | null} */ (target?.closest(".line") ?? null);
    if (button && row) this.#actOnClip(button.dataset.does ?? "", row, button);
    else if (target?.closest('[data-part="track"]')) this.#clickedTrack(event);
    else if (line && !target?.closest("a:not(.seek)") && !getSelection()?.toString()) {
      event.preventDefault();
      this.#chosen = { row: line, at: null };
      this.#player.seek(Number(line.dataset.at));
    }
  }

  /** @param {string} does @param {HTMLElement} row @param {HTMLElement} button */
  #actOnClip(does, row, button) {
    const clip = row.dataset.clip ?? "";
    if (does === "sound") {
      this.#player.switchSound(clip);
      this.#showSound(row);
    } else if (does === "look") {
      const { at } = this.#clock?.clips.find((one) => one.clip === clip) ?? {};
      if (at !== undefined) this.#player.seek(at);
    } else if (does === "ask") void this.#ask(button);
  }

  /** @param {MouseEvent} event */
  #clickedTrack(event) {
    const track = /** @type {Element} */ (event.target).closest('[data-part="track"]');
    const clock = this.#clock;
    if (!track || !clock) return;
    const { left, width } = track.getBoundingClientRect();
    const share = (event.clientX - left) / Math.max(1, width);
    this.#player.seek(clock.begins + share * (clock.ends - clock.begins));
  }

  /** @param {HTMLElement} button */
  async #ask(button) {
    button.setAttribute("aria-disabled", "true");
    button.textContent = gettext("being prepared");
    const answer = await request(button.dataset.ask ?? "", { method: "POST" }).catch(() => null);
    if (!answer || answer.status >= 300) {
      button.removeAttribute("aria-disabled");
      button.textContent = gettext("Try again");
      return;
    }
    this.#waiting.begin();
    this.#lookSoon(true);
  }

  #pressed = (/** @type {KeyboardEvent} */ event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    const isNowhere = target === document.body || target === document.documentElement;
    const act = actOf(
      {
        key: event.key,
        isModified: event.ctrlKey || event.metaKey || event.altKey || event.isComposing,
        focus: this.contains(target) ? "record" : isNowhere ? "page" : "other",
        isOwn: target.matches("button, select, textarea, input:not([type=range])"),
      },
      this.#keys.checked,
    );
    if (act && this.#does(act)) event.preventDefault();
  };

  /** @param {string} act @returns {boolean} */
  #does(act) {
    if (!act.startsWith("entry")) return this.#player.act(act);
    const visible = this.#lines.filter(({ row }) => !row.hidden).map(({ at }) => at);
    const next = nextTo(visible, this.#player.at, act === "entry-before" ? -1 : 1);
    if (next !== null) this.#player.seek(next);
    return true;
  }

  // --- The timeline ------------------------------------------------------------------

  /** @param {number} at */
  #moved(at) {
    this.style.setProperty("--now", String(this.#clock ? shareOf(this.#clock, at) : 0));
    const row = this.#rowAt(at);
    if (row === this.#current) return;
    this.#current?.removeAttribute("aria-current");
    this.#current = row;
    row?.setAttribute("aria-current", "time");
    if (row) this.#bringIntoSight(row);
  }

  /** Of entries that happened at once, the one that was clicked; else the last by then.
   * @param {number} at @returns {HTMLElement | null} */
  #rowAt(at) {
    if (this.#chosen) this.#chosen.at ??= at; // where the click came to, within the clock
    if (this.#chosen?.at === at) return this.#chosen.row;
    this.#chosen = null;
    return this.#lines[lastBy(this.#lines.map((line) => line.at), at)]?.row ?? null;
  }

  /** In the list alone: the page itself stays where it is. @param {HTMLElement} row */
  #bringIntoSight(row) {
    const list = part(this, "lines");
    if (list.scrollHeight <= list.clientHeight + 1) return;
    const [box, around] = [row.getBoundingClientRect(), list.getBoundingClientRect()];
    if (box.top >= around.top && box.bottom <= around.bottom) return;
    list.scrollTop += box.top - around.top - around.height / 3;
  }

  #sort() {
    const wanted = new Set(
      [...this.querySelectorAll("input[name=sort]:checked")].map(
        (box) => /** @type {HTMLInputElement} */ (box).value,
      ),
    );
    for (const { row } of this.#lines) row.hidden = !wanted.has(row.dataset.sort ?? "");
  }

  // --- What is not there yet ---------------------------------------------------------

  /** @param {boolean} [isAsked]  somebody waits for it */
  #lookSoon(isAsked = false) {
    const isWaiting = this.#rows().some(({ dataset }) => dataset.way === "wait");
    if (!isAsked && !isWaiting) return;
    const rest = this.#waiting.next();
    if (rest === null) return this.#giveUp();
    setTimeout(() => void this.#lookAgain(isAsked), rest);
  }

  /** @param {boolean} isAsked */
  async #lookAgain(isAsked) {
    if (document.hidden) {
      document.addEventListener("visibilitychange", () => void this.#lookAgain(isAsked), { once: true });
      return;
    }
    const answer = await request(this.dataset.ways ?? "").catch(() => null);
    const told = answer?.status === 200 ? answer.body.clips : null;
    const shown = Object.fromEntries(this.#rows().map(({ dataset }) => [dataset.clip, dataset.way]));
    if (told && haveChanged(shown, told) && (await this.#renew())) {
      this.#waiting.begin();
      isAsked = false;
    }
    this.#lookSoon(isAsked);
  }

  /** Fetch the page once, for its list of clips. @returns {Promise<boolean>} */
  async #renew() {
    let page;
    try {
      const answer = await fetch(location.href, { cache: "no-store", credentials: "same-origin" });
      if (!answer.ok) return false;
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      return false;
    }
    const clips = page.querySelector('[data-part="clips"]');
    const clock = page.querySelector("#record-clock");
    if (!clips || !clock) return false;
    // What is told once (a file's digest) came with that page, and comes no second time.
    tell(toldIn(page));
    part(this, "clips").replaceChildren(...clips.children);
    const own = this.querySelector("#record-clock");
    if (own) own.textContent = clock.textContent;
    this.#begin();
    return true;
  }

  #giveUp() {
    for (const words of this.querySelectorAll('[data-part="waits"]')) {
      words.textContent = gettext("A copy to look at is not ready yet. Load this page again later.");
    }
  }
}
