// Calls that ended because the caller was lost, the same list at every seat: somebody calls
// back, says how it came out, and everybody sees who did.

import { Region } from "./region.js";
import { rowsOf, showRows, slot, writeMark, writeSlot } from "./rows.js";
import { askPhone } from "../evidence_door.js";
import { callsToReturn } from "../models/agency_state.js";
import { secondsSince, timeOfDay } from "../models/clock.js";
import { areaName, outcomeName, shortNumber, spanWords } from "../models/words.js";
import { fill, gettext } from "../../lib/words.js";

/** @typedef {import("../models/shapes.js").LineCall} LineCall */

export class CallBacks extends Region {
  #noting = "";
  /** @type {Map<string, {phone: string, written: string}>} call → the number shown here */
  #numbers = new Map();

  show() {
    const calls = callsToReturn(this.desk.agencies);
    this.reveal("empty", calls.length === 0);
    this.reveal("calls", calls.length > 0); // an empty list is no place to stop at
    const open = calls.filter(({ needs_callback: isOpen }) => isOpen).length;
    this.write("count", open ? String(open) : "");
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
      const { lostAt, endedAt } = row.dataset;
      const at = lostAt || endedAt;
      const words = lostAt
        ? gettext("Lost at %(time)s, %(ago)s ago")
        : gettext("Ended at %(time)s, %(ago)s ago");
      const ago = spanWords(secondsSince(at, now));
      writeSlot(row, "when", fill(words, { time: timeOfDay(at), ago }));
    }
  }

  /** @param {string} act @param {HTMLElement | null} button */
  act(act, button) {
    const call = button?.closest("li")?.dataset.key ?? "";
    if (act === "note-call-back") void this.#note(call, button?.dataset.outcome ?? "");
    else if (act === "show-phone") void this.#showPhone(call, button);
    else return false;
    return true;
  }

  /** @param {string} call @param {HTMLElement | null} button */
  async #showPhone(call, button) {
    if (button) button.inert = true;
    try {
      this.#numbers.set(call, await askPhone(call));
    } catch (refused) {
      const { message } = /** @type {Error} */ (refused);
      this.desk.say(message, "warn");
    }
    if (button) button.inert = false;
    this.show();
    const row = rowsOf(this.find("calls")).find(({ dataset }) => dataset.key === call);
    if (row) slot(row, "dial").focus();
  }

  /** @param {string} call @param {string} outcome */
  async #note(call, outcome) {
    if (!call || this.#noting) return;
    this.#noting = call;
    this.show();
    await this.desk.attempt({ type: "note_call_back", call, outcome });
    this.#noting = "";
    this.show();
  }

  /** @param {HTMLElement} row @param {LineCall} call */
  #fill(row, call) {
    row.dataset.lostAt = call.lost_at ?? ""; // minutes before the call was given up
    row.dataset.endedAt = call.ended_at ?? "";
    row.dataset.done = String(!call.needs_callback);
    writeSlot(row, "number", shortNumber(call.number, this.desk.ownCode));
    slot(row, "number").title = call.number;
    writeSlot(row, "area", areaName(call) || gettext("Place unknown"));
    const number = call.needs_callback ? this.#numbers.get(call.call) : undefined;
    const link = /** @type {HTMLAnchorElement} */ (slot(row, "dial"));
    link.hidden = !number?.phone;
    if (number?.phone) link.href = `tel:${number.phone}`;
    else link.removeAttribute("href");
    writeSlot(row, "dial-words", number ? number.written : "");
    slot(row, "phone").hidden = Boolean(number?.phone);
    // What else is known stands in the record, which no operator may read after the call.
    const unknown = call.needs_callback
      ? gettext("No phone number. A supervisor can read the record.")
      : gettext("No phone number");
    writeSlot(row, "phone", call.phone_masked || unknown);
    const isKnown = Boolean(call.phone_masked) && call.needs_callback;
    slot(row, "show-phone").hidden = !isKnown || Boolean(number?.phone);
    const acts = slot(row, "acts");
    acts.hidden = !call.needs_callback;
    acts.inert = this.#noting === call.call;
    const outcome = slot(row, "outcome");
    outcome.hidden = !call.callback_outcome;
    if (!call.callback_outcome) return;
    const words = fill(gettext("%(outcome)s, %(operator)s %(time)s"), {
      outcome: outcomeName(call.callback_outcome),
      operator: call.called_back_by,
      time: timeOfDay(call.called_back_at),
    });
    const isReached = call.callback_outcome === "reached";
    const tone = isReached ? "ok" : call.needs_callback ? "warn" : "muted";
    writeMark(outcome, tone, isReached ? "check" : "phone-missed", words);
  }
}
