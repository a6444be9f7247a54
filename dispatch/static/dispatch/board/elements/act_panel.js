// What can be done with the seat or call one has chosen, beside it. Opened by pressing
// the thing, closed by Escape, by pressing elsewhere, or when the thing is gone.

import { View } from "./view.js";
import { showWhereTo } from "./where_to.js";
import { ASKS, callActs, NEEDS_REASON, seatActs } from "../models/acts.js";
import { callOrder, moveOrder, priorityOrder, seatOrder } from "../models/orders.js";
import { doing } from "../models/lists.js";
import {
  agencyName, asksFor, callName, callSeat, pauseReason, placeName, seatLook, seatName,
} from "../models/words.js";
import { duration, secondsSince } from "../../console/models/clock.js";
import { fill, gettext } from "../../lib/words.js";

/** @typedef {import("../models/acts.js").Act} Act */
/** @typedef {import("../models/shapes.js").LineCall} LineCall */
/** @typedef {import("../models/shapes.js").Seat} Seat */
/** @typedef {"seat" | "call" | "notice"} Kind */

const MARGIN = 8;

export class ActPanel extends View {
  /** @type {{kind: Kind, id: string} | null} */ #subject = null;
  /** @type {HTMLElement | null} */ #opener = null;
  /** @type {Act | ""} */ #asked = "";

  begin() {
    this.addEventListener("click", (event) => this.#clicked(event));
    this.addEventListener("keydown", (event) => this.#pressed(event));
    this.find("notice-form").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#post();
    });
    document.addEventListener("pointerdown", (event) => {
      const target = /** @type {Node} */ (event.target);
      if (this.#isOpen && !this.contains(target) && !this.#opener?.contains(target)) this.close(false);
    });
  }

  get #isOpen() {
    return this.#subject !== null;
  }

  // --- Opening and closing -------------------------------------------------------------

  /** @param {Kind} kind @param {string} id @param {HTMLElement} opener */
  open(kind, id, opener) {
    if (this.#isOpen && this.#opener === opener) return this.close();
    this.close(false);
    this.#subject = { kind, id };
    this.#opener = opener;
    opener.setAttribute("aria-expanded", "true");
    this.dataset.kind = kind;
    for (const field of this.querySelectorAll("input, textarea")) {
      if (field instanceof HTMLInputElement && field.type === "radio") continue;
      if (field instanceof HTMLInputElement && field.type === "number") continue;
      /** @type {HTMLInputElement} */ (field).value = "";
    }
    this.removeAttribute("hidden");
    this.show();
    this.#place(opener);
    this.querySelector("h2")?.focus();
  }

  /** @param {boolean} [givesFocusBack] */
  close(givesFocusBack = true) {
    if (!this.#isOpen) return;
    this.setAttribute("hidden", "");
    this.#ask(""); // a question of one seat never stands under the next
    this.#subject = null;
    const opener = this.#opener;
    this.#opener = null;
    opener?.setAttribute("aria-expanded", "false");
    if (!givesFocusBack) return;
    if (opener?.isConnected) opener.focus();
    else /** @type {HTMLElement | null} */ (this.closest("live-board"))?.focus();
  }

  /** Beside its opener, wholly on the screen. @param {HTMLElement} opener */
  #place(opener) {
    const around = opener.getBoundingClientRect();
    const { width, height } = this.getBoundingClientRect();
    const most = document.documentElement;
    const left = Math.min(around.left, most.clientWidth - width - MARGIN);
    const below = around.bottom + MARGIN;
    const top = below + height <= most.clientHeight
      ? below
      : Math.max(MARGIN, Math.min(around.top - height - MARGIN, most.clientHeight - height - MARGIN));
    this.style.left = `${Math.max(MARGIN, left)}px`;
    this.style.top = `${top}px`;
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    // Just closed, it has the focus until the next frame: this key is not for it.
    if (!this.#isOpen) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      if (this.#asked) return this.#ask("");
      return this.close();
    }
    if (event.key !== "Tab") return;
    const stops = /** @type {HTMLElement[]} */ ([
      ...this.querySelectorAll("button, input, select, textarea"),
    ]).filter((stop) => stop.offsetParent !== null && !(/** @type {any} */ (stop).disabled));
    const [first, last] = [stops[0], stops.at(-1)];
    const end = event.shiftKey ? first : last;
    const isAtTitle = document.activeElement === this.querySelector("h2");
    if (document.activeElement !== end && !(event.shiftKey && isAtTitle)) return;
    event.preventDefault();
    (event.shiftKey ? last : first)?.focus();
  }

  // --- Showing -------------------------------------------------------------------------

  show() {
    const subject = this.#subject;
    if (!subject) return;
    if (subject.kind === "seat") this.#showSeat(this.state.seat(subject.id));
    else if (subject.kind === "call") this.#showCall(this.state.call(subject.id));
    else this.#showNotice();
  }

  /** @param {number} _now */
  tick(_now) {
    this.show();
  }

  /** @param {Seat | null} seat */
  #showSeat(seat) {
    if (!seat) return this.#gone(gettext("This seat is not in service any more."));
    const what = doing(seat);
    const now = this.state.now();
    const reason = pauseReason(seat);
    this.write("title", seatName(seat, this.state.agency(seat.agency)));
    this.write(
      "state",
      [
        seatLook(what).words,
        reason,
        seat.operator,
        seat.operator_id ? duration(secondsSince(seat.since, now)) : "",
        seat.misses ? fill(gettext("%(n)s offers missed in a row"), { n: seat.misses }) : "",
        this.state.late.has(seat.seat) ? gettext("console not heard") : "",
      ].filter(Boolean).join(" · "),
    );
    this.#offer(this.state.maySteer(seat.agency) ? seatActs(seat) : new Set());
    this.reveal("break-asked", seat.break_asked_at !== null);
    this.write("break-words", asksFor(seat));
    const call = this.state.call(seat.call);
    this.reveal("to-call", call !== null);
    if (call) this.write("to-call", callName(call));
  }

  /** @param {LineCall | null} call */
  #showCall(call) {
    if (!call) return this.#gone(gettext("This call is over, or has left your agencies."));
    const now = this.state.now();
    const seat = callSeat(call);
    const words = {
      waiting: gettext("Waits in line"),
      offered: fill(gettext("Ringing at %(seat)s"), { seat }),
      connected: fill(gettext("At %(seat)s"), { seat }),
      ended: gettext("Ended"),
    };
    this.write("title", callName(call));
    this.write(
      "state",
      [
        words[call.state],
        call.operator,
        placeName(call),
        fill(gettext("alarm %(time)s ago"), { time: duration(secondsSince(call.queued_at, now)) }),
      ].filter(Boolean).join(" · "),
    );
    this.#offer(
      this.state.maySteer(call.agency) ? callActs(call, this.state.standing) : new Set(),
    );
    for (const button of this.querySelectorAll("[data-priority]")) {
      const isIt = button.getAttribute("data-priority") === String(call.priority);
      button.setAttribute("aria-pressed", String(isIt));
    }
    this.reveal("break-asked", false);
    this.reveal("to-call", false);
    showWhereTo(/** @type {HTMLSelectElement} */ (this.find("whereto")), this.state.agencies, call);
  }

  #showNotice() {
    this.write("title", gettext("Notice to every seat"));
    this.write("state", "");
    this.#offer(new Set());
    const select = /** @type {HTMLSelectElement} */ (this.find("notice-agency"));
    const mine = this.state.agencies.filter(({ agency }) => this.state.maySteer(agency.agency));
    if (select.options.length === mine.length) return;
    select.replaceChildren(...mine.map(({ agency }) => new Option(agencyName(agency), agency.agency)));
  }

  /** @param {string} words */
  #gone(words) {
    this.write("state", words);
    this.#offer(new Set());
    this.reveal("break-asked", false);
    this.reveal("to-call", false);
  }

  /** Show what can be done, and the field for the reason if any of it is told why. */
  #offer(/** @type {Set<Act>} */ acts) {
    for (const part of this.querySelectorAll("[data-for]")) {
      const any = (part.getAttribute("data-for") ?? "").split(" ");
      /** @type {HTMLElement} */ (part).hidden = !any.some((act) => acts.has(/** @type {Act} */ (act)));
    }
    if (this.#asked && !acts.has(this.#asked)) this.#ask("");
  }

  // --- Acting --------------------------------------------------------------------------

  /** @param {Event} event */
  #clicked(event) {
    const button = /** @type {Element} */ (event.target).closest("button");
    if (!button) return;
    const { act, priority } = button.dataset;
    if (priority) return void this.#setPriority(Number(priority));
    if (act === "close") return this.close();
    if (act === "to-call") return this.#toCall();
    if (act === "yes") return void this.#do(/** @type {Act} */ (this.#asked));
    if (act === "no") return this.#ask("");
    if (act) void this.#try(/** @type {Act} */ (act));
  }

  #toCall() {
    const seat = this.state.seat(this.#subject?.id);
    const opener = this.#opener;
    if (seat?.call && opener) {
      this.close(false);
      this.open("call", seat.call, opener);
    }
  }

  get #reason() {
    return /** @type {HTMLInputElement} */ (this.find("reason"));
  }

  /** @param {Act} act */
  async #try(act) {
    const isMissing = NEEDS_REASON.has(act) && !this.#reason.value.trim();
    this.#reason.toggleAttribute("aria-invalid", isMissing);
    if (isMissing) this.#reason.setAttribute("aria-invalid", "true");
    this.reveal("reason-missing", isMissing);
    if (isMissing) return this.#reason.focus();
    if (ASKS.has(act)) return this.#ask(act);
    await this.#do(act);
  }

  /** @param {Act | ""} act */
  #ask(act) {
    this.#asked = act;
    this.reveal("sure", act !== "");
    if (!act) return;
    const questions = /** @type {Record<string, string>} */ ({
      free: gettext("End this shift? A call there goes back to the line."),
      open: gettext("Join? The caller will hear you."),
      end: gettext("End this call for everybody?"),
    });
    this.write("question", questions[act]);
    /** @type {HTMLElement | null} */ (this.querySelector("[data-act=yes]"))?.focus();
  }

  /** @param {Act} act */
  async #do(act) {
    this.#ask("");
    const order = this.#order(act);
    if (order) await this.#closeAfter(this.#give(order));
  }

  /** The answer may be slow, and another panel open by then: that one stays. */
  async #closeAfter(/** @type {Promise<boolean>} */ given) {
    const subject = this.#subject;
    if ((await given) && this.#subject === subject) this.close();
  }

  /** @param {Act} act @returns {import("../models/orders.js").Order | null} */
  #order(act) {
    const reason = this.#reason.value.trim();
    const seat = this.state.seat(this.#subject?.id);
    if (seat) return seatOrder(act, seat, reason);
    const call = this.state.call(this.#subject?.id);
    if (!call) return null;
    if (act !== "move") return callOrder(act, call, reason, this.state.standing);
    const select = /** @type {HTMLSelectElement} */ (this.find("whereto"));
    if (!select.value) {
      select.focus();
      return null;
    }
    const [{ dataset, text }] = select.selectedOptions;
    return moveOrder(call, select.value, dataset.name ?? text, reason);
  }

  /** @param {import("../models/orders.js").Order} order @returns {Promise<boolean>} */
  #give({ frame, done, undo }) {
    return this.desk.act(frame, done, undo);
  }

  /** @param {number} priority */
  async #setPriority(priority) {
    const call = this.state.call(this.#subject?.id);
    if (!call || call.priority === priority) return;
    await this.#give(priorityOrder(call, priority, this.#reason.value.trim()));
  }

  async #post() {
    const { value: agency, selectedOptions } = /** @type {HTMLSelectElement} */ (this.find("notice-agency"));
    const text = /** @type {HTMLTextAreaElement} */ (this.find("notice-text")).value.trim();
    const minutes = Number(/** @type {HTMLInputElement} */ (this.find("notice-minutes")).value);
    if (!text || !agency) return this.find("notice-text").focus();
    await this.#closeAfter(this.desk.act(
      { type: "post_notice", agency, text, minutes: Math.max(1, Math.min(720, minutes || 60)) },
      fill(gettext("The notice stands at every seat of %(agency)s."), {
        agency: selectedOptions[0]?.text ?? "",
      }),
    ));
  }
}
