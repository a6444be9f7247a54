// The line: who waits, most urgent and longest first, and a button to take each by hand.

import { Region } from "./region.js";
import { makeMark, rowsOf, showRows, slot, writeSlot } from "./rows.js";
import { agencyOf, callsWaiting, isAnybodyReady } from "../models/agency_state.js";
import { duration, secondsSince } from "../models/clock.js";
import { skillNames } from "../models/room_words.js";
import { areaName, priorityName, seatName, shortNumber } from "../models/words.js";
import { fill, gettext, ngettext, sentences } from "../../lib/words.js";

/** @typedef {import("../models/shapes.js").LineCall} LineCall */

const LONG_SECONDS = 60;

/**
 * @param {import("../models/shapes.js").Seat | null} seat
 * @param {boolean} isOtherReady  at another seat here @param {number} waiting  calls
 * @returns {string} why no call comes
 */
function notReadyWords(seat, isOtherReady, waiting) {
  if (!isOtherReady) {
    const missed = seat?.availability === "away" ? missedWords(seat.misses) : "";
    return sentences([missed, nobodyReadyWords(waiting)]);
  }
  if (seat?.availability !== "away") return gettext("You are not Ready: calls go to other seats.");
  if (!seat.misses)
    return gettext("Away: calls were not answered here, so they go to other seats.");
  const words = ngettext(
    "Away: %(count)s call was not answered here, so calls go to other seats.",
    "Away: %(count)s calls in a row were not answered here, so calls go to other seats.",
    seat.misses,
  );
  return fill(words, { count: seat.misses });
}

/** @param {number} count @returns {string} why the seat is away, if calls rang in vain */
function missedWords(count) {
  if (!count) return "";
  const words = ngettext(
    "Away: %(count)s call was not answered here.",
    "Away: %(count)s calls in a row were not answered here.",
    count,
  );
  return fill(words, { count });
}

/** @param {number} count @returns {string} that nobody answers, and how many feel it */
function nobodyReadyWords(count) {
  if (!count) return gettext("Nobody here is Ready.");
  const words = ngettext(
    "Nobody here is Ready; %(count)s caller is waiting.",
    "Nobody here is Ready; %(count)s callers are waiting.",
    count,
  );
  return fill(words, { count });
}

/** @param {number} count @returns {string} whom only becoming ready helps */
function neighboursWords(count) {
  if (!count) return "";
  const words = ngettext(
    "%(count)s caller waits at a neighbour, where nobody is free: as Ready you get the call.",
    "%(count)s callers wait at neighbours, where nobody is free: as Ready you get a call.",
    count,
  );
  return fill(words, { count });
}

export class WaitingLine extends Region {
  #taking = "";
  #told = 0;

  show() {
    const calls = callsWaiting(this.desk.agencies);
    this.write("count", calls.length ? String(calls.length) : "");
    this.reveal("empty", calls.length === 0);
    const isKnown = this.desk.line === "live";
    this.write(
      "empty-what",
      isKnown ? this.#nobody : gettext("No connection: nobody knows who waits."),
    );
    const isOtherReady = isAnybodyReady(this.desk.agencies, this.desk.seat?.seat);
    this.write("empty-why", this.#emptyWords(isKnown, isOtherReady));
    this.reveal(
      "not-ready",
      this.desk.seat !== null && this.desk.seat.availability !== "ready",
    );
    const count = isKnown ? this.desk.neighboursWait.count : 0;
    this.write(
      "not-ready-words",
      sentences([
        notReadyWords(this.desk.seat, isOtherReady, calls.length),
        neighboursWords(count),
      ]),
    );
    if (count > 0 && this.#told === 0 && this.desk.view === "idle")
      this.announce(neighboursWords(count));
    this.#told = count;
    const template = /** @type {HTMLTemplateElement} */ (this.find("row"));
    showRows(
      this.find("calls"),
      template,
      calls,
      ({ call }) => call,
      (row, call) => this.#fill(row, call),
    );
    this.tick(this.desk.clock.now());
  }

  /** @param {number} now */
  tick(now) {
    for (const row of rowsOf(this.find("calls"))) {
      const seconds = secondsSince(row.dataset.queuedAt, now);
      writeSlot(row, "wait", duration(seconds));
      slot(row, "wait").dataset.tone = seconds > LONG_SECONDS ? "warn" : "";
    }
  }

  /** @param {string} act @param {HTMLElement | null} button */
  act(act, button) {
    if (act === "take-call") void this.#take(button?.closest("li")?.dataset.key ?? "");
    else if (act === "next") void this.#takeNext();
    else return false;
    return true;
  }

  async #takeNext() {
    const next = callsWaiting(this.desk.agencies).find(({ state }) => state === "waiting");
    if (next) await this.#take(next.call);
    else this.desk.say(this.#nobody);
  }

  /** @returns {string} of an empty line: callers may wait next door */
  get #nobody() {
    return this.desk.neighboursWait.count > 0
      ? gettext("Nobody is waiting in your own line.")
      : gettext("Nobody is waiting.");
  }

  /** @param {string} call */
  async #take(call) {
    if (this.#taking || this.desk.view !== "idle") return;
    this.#taking = call;
    this.show();
    await this.desk.attempt({ type: "take_call", call });
    this.#taking = "";
    this.show();
  }

  /** @param {boolean} isKnown  the line is live @param {boolean} isOtherReady */
  #emptyWords(isKnown, isOtherReady) {
    if (!isKnown) return gettext("The next call may come to another seat.");
    if (this.desk.seat?.availability === "ready")
      return gettext("The next call comes to you by itself.");
    if (isOtherReady)
      return gettext("Anyone who calls now is answered at another seat. You can still take a call by hand.");
    // Whether a neighbour has somebody free, this seat does not know.
    return this.desk.ownAgency?.neighbours?.length
      ? gettext("Anyone who calls now waits for you or for a neighbour. You can still take a call by hand.")
      : gettext("Anyone who calls now has to wait. You can still take a call by hand.");
  }

  /** @param {HTMLElement} row @param {LineCall} call */
  #fill(row, call) {
    row.dataset.queuedAt = call.queued_at;
    row.dataset.priority = String(call.priority);
    writeSlot(row, "priority", String(call.priority));
    slot(row, "priority").title = priorityName(call.priority);
    const area = areaName(call) || gettext("Place unknown");
    writeSlot(row, "area", area);
    const number = shortNumber(call.number, this.desk.ownCode);
    writeSlot(row, "number", number);
    this.#fillMarks(slot(row, "marks"), call);
    const button = /** @type {HTMLButtonElement} */ (slot(row, "take"));
    button.disabled = call.state !== "waiting" || this.#taking !== "";
    button.textContent = this.#taking === call.call ? gettext("Asking") : gettext("Take");
    button.setAttribute(
      "aria-label",
      fill(gettext("Take call %(number)s, %(area)s"), { number, area }),
    );
  }

  /** @param {HTMLElement} marks @param {LineCall} call */
  #fillMarks(marks, call) {
    const stamp = [
      call.mode,
      call.lost_at,
      call.is_plain,
      call.state,
      call.escalations,
      call.priority,
      call.seat,
      call.needs,
    ].join("|");
    if (marks.dataset.stamp === stamp) return;
    marks.dataset.stamp = stamp;
    marks.replaceChildren();
    if (call.mode === "silent") {
      const silent = makeMark("", "volume-x", gettext("SILENT"));
      silent.classList.add("silent-mark");
      marks.append(silent);
    }
    if (call.needs.length) marks.append(makeMark("", "languages", skillNames(call.needs)));
    if (call.priority === 1) marks.append(makeMark("warn", "triangle-alert", priorityName(1)));
    if (call.lost_at && call.is_plain) {
      marks.append(makeMark("warn", "message-square", gettext("Only words, cannot answer")));
    } else if (call.lost_at) {
      marks.append(makeMark("warn", "wifi-off", gettext("Phone out of reach")));
    }
    if (call.escalations > 0) {
      const words = gettext("Waits too long");
      marks.append(
        makeMark(
          "warn",
          "flag",
          call.escalations > 1 ? `${words} ×${call.escalations}` : words,
        ),
      );
    }
    if (call.state === "offered") {
      const label = { label: call.seat_label, label_en: call.seat_label_en };
      const seat = seatName(label, agencyOf(this.desk.agencies, call)) || gettext("a seat");
      marks.append(
        makeMark("muted", "bell-ring", fill(gettext("Ringing at %(seat)s"), { seat })),
      );
    }
  }
}
