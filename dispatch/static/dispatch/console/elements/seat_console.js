// The console itself: opens the line, hands what arrives to the desk, shows the view the
// desk stands at, and passes clicks and keys to the region they belong to.

import { KeySheet } from "./key_sheet.js";
import { Region } from "./region.js";
import { SeatChooser } from "./seat_chooser.js";
import { Desk } from "../models/desk.js";
import { isComposing, match } from "../models/keys.js";
import { callsWaiting } from "../models/agency_state.js";
import { Typing } from "../models/typing.js";
import { shortNumber } from "../models/words.js";
import { OwnCamera } from "../own_camera.js";
import { OwnMicrophone } from "../own_microphone.js";
import { RingTone } from "../ring_tone.js";
import { SeatMedia } from "../seat_media.js";
import { LiveSocket } from "../../lib/live_socket.js";
import { fill, gettext } from "../../lib/words.js";

const TICK_MS = 250;
const PATH = "/ws/seat";

export class SeatConsole extends HTMLElement {
  #socket = this.#makeSocket();
  #desk = new Desk(sessionStorage, this.#socket);
  #camera = new OwnCamera((frame) => this.#desk.send(frame));
  #microphone = new OwnMicrophone();
  #media = new SeatMedia({
    desk: this.#desk,
    camera: this.#camera,
    microphone: this.#microphone,
  });
  /** @type {Region[]} */ #regions = [];
  #typing = new Typing();
  #isShowing = false;
  #view = "";

  connectedCallback() {
    const room = {
      desk: this.#desk,
      camera: this.#camera,
      microphone: this.#microphone,
      media: this.#media,
      ring: new RingTone(),
    };
    this.#regions = [...this.querySelectorAll("[data-region]")].filter(
      (region) => region instanceof Region,
    );
    for (const region of this.#regions) region.enter(room);
    this.#desk.addEventListener("change", () => this.#showSoon());
    this.#media.addEventListener("change", () => this.#showSoon());
    this.#desk.addEventListener("still_seen", (event) =>
      this.#camera.seen(/** @type {CustomEvent} */ (event).detail.n),
    );
    this.addEventListener("announce", (event) =>
      this.#announce(/** @type {CustomEvent} */ (event).detail),
    );
    this.addEventListener("click", (event) => this.#clicked(event));
    window.addEventListener("keydown", (event) => this.#pressed(event));
    window.addEventListener("online", () => this.#check());
    document.addEventListener("visibilitychange", () => this.#check());
    setInterval(() => this.#tick(), TICK_MS);
    this.#socket.start();
  }

  // --- Showing -----------------------------------------------------------------------

  /** Many entries may arrive at once; they are shown once. */
  #showSoon() {
    if (this.#isShowing) return;
    this.#isShowing = true;
    queueMicrotask(() => {
      this.#isShowing = false;
      this.#show();
    });
  }

  #show() {
    const { view } = this.#desk;
    this.dataset.view = view;
    this.dataset.over = String(this.#desk.isOver);
    for (const part of this.querySelectorAll("[data-view-name]")) {
      /** @type {HTMLElement} */ (part).hidden = part.getAttribute("data-view-name") !== view;
    }
    this.#media.follow();
    for (const region of this.#regions) if (isOnScreen(region)) region.show();
    if (view !== this.#view) this.#enterView(view);
    this.#writeTitle();
  }

  #check() {
    this.#socket.check();
    this.#media.check();
  }

  #tick() {
    this.#media.tick();
    const now = this.#desk.clock.now();
    for (const region of this.#regions) if (isOnScreen(region)) region.tick(now);
  }

  /**
   * Where the focus was has gone with its view: put it where one goes on.
   * @param {string} view
   */
  #enterView(view) {
    this.#view = view;
    const focused = document.activeElement;
    // A button that went away keeps the focus until the next paint. A call takes it from
    // whatever stays on the bar, but never out of words that are being typed.
    const isKept = view === "call" ? isTyping(focused) : focused !== document.body;
    const hasFocus = focused && isKept && focused.checkVisibility();
    if (hasFocus || !matchMedia("(pointer: fine)").matches) return;
    if (view === "call" && this.#typing.isGoingOn(performance.now())) return this.#rest();
    const next = {
      choose:
        ":is([data-part=notice] [data-act=retake], .seat-card):not(:disabled, [hidden], [hidden] *)",
      elsewhere: "[data-view-name=elsewhere] button",
      idle: "waiting-line h2", // nothing that Enter would press
      call: "text-thread textarea",
    }[view];
    if (next) /** @type {HTMLElement | null} */ (this.querySelector(next))?.focus();
  }

  /** Whoever still types about the call before types into nothing. */
  #rest() {
    this.tabIndex = -1;
    this.focus({ preventScroll: true });
  }

  #writeTitle() {
    const { seat, incident, view } = this.#desk;
    const waiting = callsWaiting(this.#desk.agencies).length;
    const isRinging = seat?.activity === "offered" && seat.offer?.answer === "ring";
    const number = incident && view === "call" ? shortNumber(incident.call.number, this.#desk.ownCode) : "";
    const call = number ? fill(gettext("Call %(number)s"), { number }) : "";
    const count = waiting && seat ? `(${waiting}) ` : "";
    const title = isRinging
      ? `☎ ${gettext("Call offered")}`
      : call || `${count}${gettext("Console")}`;
    if (document.title !== title) document.title = title;
  }

  /** @param {string} words */
  #announce(words) {
    const line = this.querySelector("[data-part=announced]");
    if (line) line.textContent = words;
  }

  // --- Acts --------------------------------------------------------------------------

  /** @param {Event} event */
  #clicked(event) {
    const button = event.target instanceof Element ? event.target.closest("[data-act]") : null;
    if (button instanceof HTMLElement) this.#act(button.dataset.act ?? "", button);
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const isButton = event.target instanceof Element && !!event.target.closest("button, a, summary");
    this.#typing.key(event, isTyping(event.target), isButton, performance.now());
    const sheet = this.#region(KeySheet);
    if (!sheet || isComposing(event)) return;
    const act = match(event, sheet.keys);
    if (act) {
      // Also when nothing came of it: Alt + letter must not open the browser's menus.
      event.preventDefault();
      if (!sheet.isOpen || act === "keys") this.#act(act, null);
    } else if (event.key === "Escape" && !sheet.isOpen) this.#act("escape", null);
    else if (event.key === "?" && sheet.isQuestionMarkOn && !isTyping(event.target)) {
      event.preventDefault();
      this.#act("keys", null);
    }
  }

  /** @param {string} act @param {HTMLElement | null} button */
  #act(act, button) {
    if (act === "retake" && this.#desk.view === "elsewhere") return this.#useHere();
    const near = this.#regions.filter((region) => button && region.contains(button)).reverse();
    const asked = button
      ? [...near, ...this.#regions.filter((region) => !near.includes(region))]
      : this.#regions;
    asked.find((region) => isOnScreen(region) && region.act(act, button));
  }

  #useHere() {
    const last = this.#desk.lastSeat;
    if (this.#desk.line === "down") this.#socket.start();
    const taken = last && this.#region(SeatChooser)?.take(last.seat);
    // Somebody else sits there by now: there are others to choose from.
    void taken?.then((isTaken) => isTaken || this.#desk.forgetNotice());
  }

  /** @template {Region} Kind @param {new () => Kind} kind @returns {Kind | null} */
  #region(kind) {
    return /** @type {Kind | null} */ (
      this.#regions.find((region) => region instanceof kind) ?? null
    );
  }

  #makeSocket() {
    const url = new URL(PATH, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    return new LiveSocket({
      url: url.href,
      hello: () => this.#desk.shift.hello,
      onWelcome: (welcome) => this.#desk.welcome(welcome),
      onEntry: (entry) => this.#desk.entry(entry),
      onFrame: (frame) => this.#desk.frame(frame),
      onLine: (line, silentMs, code) => this.#desk.lineChanged(line, silentMs, code),
    });
  }
}

/** @param {Element} element @returns {boolean} whether its view is the one shown */
function isOnScreen(element) {
  return !element.closest("[data-view-name][hidden]");
}

/** @param {EventTarget | null} target @returns {boolean} */
function isTyping(target) {
  return (
    target instanceof Element &&
    target.matches("input:not([type=checkbox], [type=radio]), textarea")
  );
}
