// <alarm-page>: the whole screen. Shows the phase the server confirmed, passes presses on
// to the alarm, and hands the alarm to the parts. Everything else is theirs.

import { SETTLE_MS, find, part, write } from "../../lib/dom.js";
import { WakeLock } from "../../lib/wake_lock.js";
import { fill, gettext } from "../../lib/words.js";
import { Alarm } from "../models/alarm.js";
import { patiently, whenIdle } from "../models/later.js";
import { Outbox, windowStorage } from "../models/outbox.js";
import { Senses } from "../models/senses.js";
import { tapSentence } from "../models/sentences.js";
import { CallFacts } from "./call_facts.js";
import { CallPictures } from "./call_pictures.js";
import { TalkThread } from "./talk_thread.js";

const TICK_MS = 500;
const LONG_WAIT_MS = 60_000; // after that the phone number stands larger

export class AlarmPage extends HTMLElement {
  #outbox = new Outbox(windowStorage());
  #alarm = new Alarm(this.#outbox);
  #senses = new Senses(this.#alarm, this.#outbox);
  #wakeLock = new WakeLock();
  #phase = "";
  #changedAt = -SETTLE_MS;
  #isLoading = false;
  /** @type {ReturnType<typeof setInterval> | undefined} */ #ticking;
  #listening = new AbortController();

  connectedCallback() {
    const { signal } = this.#listening;
    // Before the parts: what the seat is to see goes out first, then this screen is drawn.
    this.#alarm.addEventListener("change", () => this.#render());
    const facts = find(this, "call-facts", CallFacts);
    facts.begin(this.#alarm, this.#senses, this.dataset.phone ?? "");
    find(this, "call-pictures", CallPictures).begin(this.#alarm, this.#senses);
    find(this, "talk-thread", TalkThread).begin(this.#alarm, this.#senses);
    this.addEventListener("click", (event) => this.#dropSoon(event), { signal, capture: true });
    this.addEventListener("click", (event) => this.#press(event), { signal });
    this.addEventListener("submit", (event) => this.#submit(event), { signal });
    this.addEventListener("announce", (event) => {
      write(part(this, "status"), /** @type {CustomEvent} */ (event).detail);
    }, { signal });
    document.addEventListener("visibilitychange", () => this.#look(), { signal });
    addEventListener("pageshow", () => this.#look(), { signal });
    addEventListener("online", () => this.#look(), { signal });
    addEventListener("offline", () => this.#render(), { signal });
    addEventListener("popstate", () => this.#alarm.isLive && facts.tell("back"), { signal });
    this.#ticking = setInterval(() => this.#tick(), TICK_MS);
    this.#senses.prepare();
    // Live media is made ready, and what an earlier alarm left here is sent on.
    whenIdle(() => this.#loadRest());
    this.#alarm.resume();
    this.#render();
  }

  disconnectedCallback() {
    this.#listening.abort();
    clearInterval(this.#ticking);
  }

  /** What the button does not need; on a bad line it may take its time. */
  async #loadRest() {
    if (this.#isLoading) return;
    this.#isLoading = true;
    this.#senses.load();
    const parts = await patiently(async () => await import("./call_parts.js"));
    parts.begin(this, this.#alarm, this.#senses);
    this.#render();
    // Not beside a call: the line is for that.
    if (this.#alarm.phase === "idle") parts.keepPage(this.dataset.worker ?? "");
  }

  // --- Pressing ----------------------------------------------------------------------

  get #isSettling() {
    return performance.now() - this.#changedAt < SETTLE_MS;
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (form.matches(".language-switch")) return; // the page comes again, in its language
    event.preventDefault(); // also where the part that would take it is still to come
    if (!form.matches(".alarm-form")) return;
    if (this.#isSettling) return;
    const pressed = /** @type {HTMLButtonElement | null} */ (event.submitter);
    // The back button must not leave the alarm by one press of a nervous thumb.
    if (!history.state) history.pushState({ alarm: true }, "");
    const mode = pressed?.value === "silent" ? "silent" : "normal";
    this.#alarm.tap(mode, this.#senses.position.last());
  }

  /**
   * A press meant for what stood here a moment ago is nobody's: not of the parts inside
   * either, or a question would vanish unanswered. Silence never waits.
   * @param {MouseEvent} event
   */
  #dropSoon(event) {
    const command = commandButton(event)?.dataset.command;
    if (command && command !== "go-silent" && this.#isSettling) event.stopPropagation();
  }

  /** @param {MouseEvent} event */
  #press(event) {
    const button = commandButton(event);
    if (!button) return;
    const { command, question = "" } = button.dataset;
    if (command === "ask") return this.#ask(question, button);
    this.#closeQuestions();
    switch (command) {
      case "hang-up":
        return this.#alarm.hangUp();
      case "sign":
        return this.#alarm.signing.set(!this.#alarm.signing.isOn);
      case "take-over":
        return void this.#alarm.takeOver();
      case "go-silent":
        return this.#alarm.setMode("silent");
      case "leave-silence":
        return this.#alarm.setMode("normal");
      case "camera":
      case "microphone":
        return this.#senses.toggle(command);
      case "flip":
        return void this.#senses.camera.flip();
      case "retry-camera":
        return void this.#senses.camera.start();
      case "retry-microphone":
        return void this.#senses.microphone.start();
      case "warn":
        return this.#warn();
      case "warning-back":
      case "refuse-warning":
        return this.#alarm.answerWarning(false);
      case "retry-position":
        return void this.#senses.position.start();
      case "send-now":
        return this.#alarm.sendNow();
      case "unsend":
        return this.#alarm.unsend();
      case "new-alarm":
        return this.#alarm.forget();
    }
  }

  /** The caller nodded: silence ends here, by the phone's own deliberate act. */
  #warn() {
    if (this.#alarm.mode === "silent") this.#alarm.setMode("normal");
    this.#alarm.answerWarning(true);
  }

  /** Ask inline, with the harmless answer focused. @param {string} name @param {HTMLElement} by */
  #ask(name, by) {
    const card = find(this, `.question[data-question="${name}"]`, HTMLElement);
    const wasOpen = !card.hidden;
    this.#closeQuestions();
    if (wasOpen) return;
    card.hidden = false;
    by.setAttribute("aria-expanded", "true");
    find(card, "button", HTMLButtonElement).focus();
  }

  #closeQuestions() {
    for (const card of this.querySelectorAll(".question")) {
      const hadFocus = card.contains(document.activeElement);
      card.toggleAttribute("hidden", true);
      const asker = this.querySelector(
        `[data-command="ask"][data-question="${card.getAttribute("data-question")}"]`,
      );
      asker?.removeAttribute("aria-expanded");
      if (hadFocus && asker instanceof HTMLElement) asker.focus();
    }
  }

  #look() {
    if (!document.hidden) {
      this.#alarm.check();
      this.#wakeLock.renew();
    }
    this.#senses.look();
    this.#render();
  }

  // --- Showing -----------------------------------------------------------------------

  #tick() {
    this.#senses.follow();
    this.#showTime();
  }

  #render() {
    const { phase, mode, isReadOnly, isLive } = this.#alarm;
    this.#senses.follow();
    this.#wakeLock.set(isLive);
    this.dataset.mode = mode;
    document.documentElement.dataset.theme = mode === "silent" ? "dark" : "auto";
    document.documentElement.toggleAttribute("data-silent", mode === "silent");
    for (const bar of document.querySelectorAll("meta[name=theme-color]")) {
      const { dataset } = /** @type {HTMLMetaElement} */ (bar);
      dataset.awake ??= bar.getAttribute("content") ?? "";
      bar.setAttribute("content", mode === "silent" ? "#000000" : dataset.awake);
    }
    this.#showOnly("[data-only]", (element) => element.dataset.only, phase);
    this.#showOnly("[data-mode-only]", (element) => element.dataset.modeOnly, mode);
    const hold = isReadOnly ? "read-only" : "held";
    for (const element of this.querySelectorAll("[data-for]")) {
      const isFor = element.getAttribute("data-for") === hold;
      if (!isFor) element.toggleAttribute("hidden", true);
      else if (!element.hasAttribute("data-only")) element.toggleAttribute("hidden", false);
    }
    const isOut = phase === "idle" && (!navigator.onLine || this.#alarm.isOut);
    part(this, "offline").hidden = !isOut;
    this.toggleAttribute("data-out", isOut);
    this.#showSending();
    this.#showEnd();
    this.#showTime();
    if (phase !== this.#phase) this.#enter(phase);
  }

  /**
   * @param {string} selector @param {(element: HTMLElement) => string | undefined} read
   * @param {string} value
   */
  #showOnly(selector, read, value) {
    for (const found of this.querySelectorAll(selector)) {
      const element = /** @type {HTMLElement} */ (found);
      element.hidden = !(read(element) ?? "").split(" ").includes(value);
    }
  }

  /** @param {string} phase */
  #enter(phase) {
    const isFirst = this.#phase === "";
    this.#phase = phase;
    this.dataset.phase = phase;
    if (isFirst && phase === "idle") return;
    this.#loadRest();
    this.#changedAt = performance.now();
    this.#closeQuestions();
    scrollTo(0, 0);
    const heading = this.querySelector(`[data-only~="${phase}"] h1[tabindex]`);
    if (heading instanceof HTMLElement && heading.checkVisibility?.() !== false) {
      heading.focus({ preventScroll: true });
    }
  }

  /** What waits here to be sent, and since when: its owner can take it back. */
  #showSending() {
    const { failures, isOld, isLate, tapAgeMs } = this.#alarm;
    part(this, "sending").hidden = isOld;
    part(this, "old").hidden = !isOld;
    part(this, "not-sent").hidden = !isLate;
    part(this, "unsend").hidden = !isLate;
    part(this, "tries").hidden = failures === 0;
    write(part(this, isOld ? "old-age" : "tap-age"), tapSentence(tapAgeMs));
    write(part(this, "tries"), fill(gettext("Tries so far: %(failures)s."), { failures }));
  }

  #showEnd() {
    const call = this.#alarm.state?.call;
    if (this.#alarm.phase !== "ended" || !call) return;
    write(part(this, "end-number"), call.number);
  }

  /** What changes by the clock alone. */
  #showTime() {
    const { isLate, truth, phase, call, now } = this.#alarm;
    const isWaiting = phase === "waiting" && !!call;
    const isLongWait = isWaiting && now - Date.parse(call.queued_at) > LONG_WAIT_MS;
    if (this.#phase === "sending") this.#showSending();
    const isCut = truth.is === "silent" && this.#phase !== "ended";
    this.toggleAttribute("data-urge", isLate || isLongWait || isCut);
    this.#showClock();
  }

  /** How long the call has lasted. */
  #showClock() {
    const clock = part(this, "clock");
    const { state, isLive, now } = this.#alarm;
    clock.hidden = !isLive;
    if (!state || !isLive) return;
    const since = Date.parse(state.call.connected_at ?? state.call.queued_at);
    const seconds = Math.max(0, Math.floor((now - since) / 1000));
    const pad = (/** @type {number} */ count) => String(count).padStart(2, "0");
    write(clock, `${pad(Math.floor(seconds / 60))}:${pad(seconds % 60)}`);
  }
}

/** @param {MouseEvent} event @returns {HTMLElement | null} */
function commandButton(event) {
  return /** @type {Element} */ (event.target).closest("button[data-command]");
}
