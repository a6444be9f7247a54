// <talk-thread>: what both sides wrote, what of ours is still on its way, quick answers.

import { find, part } from "../../lib/dom.js";
import { gettext } from "../../lib/words.js";
import { clockTime } from "../models/sentences.js";

/** @typedef {import("../models/alarm.js").Alarm} Alarm */
/** @typedef {{key: string, side: string, text: string, note: string, tone: string}} Line */

const TYPING_SHOWN_MS = 4000;
const TYPING_GAP_MS = 2000;
const AT_END_PX = 40;

export class TalkThread extends HTMLElement {
  /** @type {Alarm | null} */ #alarm = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #typingTimer;
  #typedAt = -Infinity;
  /** Whether the newest words are in sight, and should stay so. */
  #isAtEnd = true;
  /** @type {Map<string, HTMLElement>} */ #items = new Map();

  /** @param {Alarm} alarm */
  begin(alarm) {
    this.#alarm = alarm;
    alarm.addEventListener("change", () => this.#render());
    alarm.addEventListener("frame", (event) => {
      if (/** @type {CustomEvent} */ (event).detail.type === "typing") this.#showTyping();
    });
    this.addEventListener("click", (event) => this.#quick(event));
    this.addEventListener("submit", (event) => this.#submit(event));
    const pane = this.#pane();
    pane.addEventListener("scroll", () => {
      const below = pane.scrollHeight - pane.scrollTop - pane.clientHeight;
      this.#isAtEnd = below < AT_END_PX;
    });
    new ResizeObserver(() => this.#stayAtEnd()).observe(pane);
    const field = this.#field();
    field.addEventListener("input", () => this.#typed());
    field.addEventListener("keydown", (event) => {
      // Enter sends; while an input method composes it only chooses the word.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      field.form?.requestSubmit();
    });
  }

  /** @param {Event} event */
  #quick(event) {
    const button = /** @type {Element} */ (event.target).closest("button[data-say]");
    if (button) this.#alarm?.words.say(button.textContent?.trim() ?? "");
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    event.preventDefault();
    const field = this.#field();
    const text = field.value.replaceAll("\0", "").trim();
    if (!text) return field.focus();
    this.#alarm?.words.say(text);
    field.value = "";
    this.#grow(field);
    field.focus();
  }

  #typed() {
    this.#grow(this.#field());
    if (performance.now() - this.#typedAt < TYPING_GAP_MS) return;
    this.#typedAt = performance.now();
    this.#alarm?.send({ type: "typing" });
  }

  /** @param {HTMLTextAreaElement} field */
  #grow(field) {
    const lines = Math.min(4, field.value.split("\n").length + Math.floor(field.value.length / 40));
    field.rows = Math.max(1, lines);
  }

  #showTyping() {
    const typing = part(this, "typing");
    typing.toggleAttribute("data-on", true);
    clearTimeout(this.#typingTimer);
    this.#typingTimer = setTimeout(
      () => typing.toggleAttribute("data-on", false), TYPING_SHOWN_MS,
    );
  }

  #render() {
    const alarm = this.#alarm;
    if (!alarm) return;
    for (const button of this.querySelectorAll("[data-phase-only]")) {
      const isHere = button.getAttribute("data-phase-only") === alarm.phase;
      button.toggleAttribute("hidden", !isHere);
    }
    const list = find(this.#pane(), "ol", HTMLElement);
    const lines = this.#lines(alarm);
    const keys = new Set(lines.map((line) => line.key));
    for (const [key, item] of this.#items) {
      if (keys.has(key)) continue;
      item.remove();
      this.#items.delete(key);
    }
    for (const line of lines) this.#place(list, line);
    this.#stayAtEnd();
  }

  /** @param {Alarm} alarm @returns {Line[]} confirmed first, then what is on its way */
  #lines(alarm) {
    const said = (alarm.state?.messages ?? []).map((message) => ({
      key: `seq-${message.seq}`,
      side: message.side,
      text: message.text,
      note: clockTime(message.at),
      tone: message.side === "caller" ? "received" : "",
    }));
    const unsent = alarm.words.unsent.map(({ id, text }) => {
      const isRefused = alarm.words.isRefused(id);
      return {
        key: id,
        side: "caller",
        text,
        note: isRefused ? gettext("Not sent") : gettext("Sending…"),
        tone: isRefused ? "refused" : "sending",
      };
    });
    return [...said, ...unsent];
  }

  /** @param {HTMLElement} list @param {Line} line */
  #place(list, { key, side, text, note, tone }) {
    let item = this.#items.get(key);
    if (!item) {
      item = document.createElement("li");
      const who = document.createElement("span");
      who.className = "visually-hidden";
      who.textContent = side === "caller" ? gettext("You:") : gettext("Police:");
      const words = document.createElement("p");
      words.textContent = text;
      item.append(who, words, document.createElement("small"));
      item.dataset.side = side;
      this.#items.set(key, item);
      list.append(item);
    } else if (!key.startsWith("seq-") && list.lastElementChild !== item) {
      list.append(item);
    }
    item.dataset.tone = tone;
    const small = find(item, "small", HTMLElement);
    const told = tone === "received" ? `${note} ✓` : note;
    if (small.textContent !== told) small.textContent = told;
  }

  #stayAtEnd() {
    const pane = this.#pane();
    if (this.#isAtEnd) pane.scrollTop = pane.scrollHeight;
  }

  #pane() {
    return find(this, ".thread", HTMLElement);
  }

  #field() {
    return find(this, "textarea", HTMLTextAreaElement);
  }
}
