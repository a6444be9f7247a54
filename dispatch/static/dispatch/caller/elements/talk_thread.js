// <talk-thread>: what both sides wrote, the photos and files between, what of ours is still
// on its way, quick answers.

import { find, part } from "../../lib/dom.js";
import { linesOf } from "../models/thread_lines.js";
import { ThreadItem } from "./thread_item.js";

/** @typedef {import("../models/alarm.js").Alarm} Alarm */
/** @typedef {import("../models/senses.js").Senses} Senses */
/** @typedef {import("../models/thread_lines.js").Line} Line */

const TYPING_SHOWN_MS = 4000;
const TYPING_GAP_MS = 2000;
const AT_END_PX = 40;
// What no message may hold: a pasted one would be refused for it.
const UNSEEN = /[\0-\x08\x0b\x0c\x0e-\x1f]/g;

export class TalkThread extends HTMLElement {
  /** @type {Alarm | null} */ #alarm = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #typingTimer;
  #answers = 0;
  #typedAt = -Infinity;
  /** Whether the newest words are in sight, and should stay so. */
  #isAtEnd = true;
  /** @type {Senses | null} */ #senses = null;
  /** @type {Map<string, ThreadItem>} */ #items = new Map();

  /** @param {Alarm} alarm @param {Senses} senses */
  begin(alarm, senses) {
    this.#alarm = alarm;
    this.#senses = senses;
    senses.addEventListener("change", () => this.#render());
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
    const target = /** @type {Element} */ (event.target);
    const button = target.closest("button[data-say]");
    if (button) this.#alarm?.words.say(button.textContent?.trim() ?? "");
    const cancelled = target.closest("button[data-cancel]")?.getAttribute("data-cancel");
    if (cancelled) this.#senses?.evidence?.attachments.cancel(cancelled);
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    event.preventDefault();
    const field = this.#field();
    const text = field.value.replace(UNSEEN, "").trim();
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
    this.#typingTimer = setTimeout(() => this.#hideTyping(), TYPING_SHOWN_MS);
  }

  #hideTyping() {
    clearTimeout(this.#typingTimer);
    part(this, "typing").toggleAttribute("data-on", false);
  }

  /** What was being written is here. @param {Alarm} alarm */
  #noteAnswer(alarm) {
    const messages = alarm.state?.messages ?? [];
    const answers = messages.filter(({ side }) => side === "seat").length;
    if (answers > this.#answers) this.#hideTyping();
    this.#answers = answers;
  }

  #render() {
    const alarm = this.#alarm;
    if (!alarm) return;
    this.#noteAnswer(alarm);
    for (const button of this.querySelectorAll("[data-phase-only]")) {
      const isHere = button.getAttribute("data-phase-only") === alarm.phase;
      button.toggleAttribute("hidden", !isHere);
    }
    const list = find(this.#pane(), "ol", HTMLElement);
    const attachments = this.#senses?.evidence?.attachments.all ?? [];
    const lines = linesOf(alarm, attachments);
    const keys = new Set(lines.map((line) => line.key));
    for (const [key, item] of this.#items) {
      if (keys.has(key)) continue;
      item.element.remove();
      this.#items.delete(key);
    }
    for (const line of lines) this.#place(list, line);
    this.#stayAtEnd();
  }

  /** @param {HTMLElement} list @param {Line} line */
  #place(list, line) {
    let item = this.#items.get(line.key);
    if (!item) {
      item = new ThreadItem(line);
      this.#items.set(line.key, item);
    }
    // What is on its way stays below what has arrived.
    const isOnItsWay = !line.key.startsWith("seq-");
    const isLast = list.lastElementChild === item.element;
    if (!item.element.isConnected || (isOnItsWay && !isLast)) list.append(item.element);
    item.show(line);
  }

  #stayAtEnd() {
    // Before the alarm nothing is shown, and to measure it would lay out the page.
    if (!this.#alarm?.isLive) return;
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
