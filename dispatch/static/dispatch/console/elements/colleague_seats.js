// The other seats: who is there and what they do, so that nobody needs to ask across the
// room. A call of a console that gives no sign of life can be taken over, with a reason.

import { Region } from "./region.js";
import { rowsOf, showRows, slot, writeMark, writeSlot } from "./rows.js";
import { agencyOf, seatsOf } from "../models/agency_state.js";
import { duration, secondsSince } from "../models/clock.js";
import { leads, mayTakeOver } from "../models/colleagues.js";
import { breakReason, seatLook, seatName, seatState } from "../models/words.js";
import { fill, gettext } from "../../lib/words.js";

/** @typedef {import("../models/shapes.js").Seat} Seat */

export class ColleagueSeats extends Region {
  /** The seat whose call is about to be taken over. */ #taking = "";

  begin() {
    this.find("take-over-form").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#takeOver();
    });
  }

  show() {
    const mine = this.desk.seat?.seat;
    const seats = this.desk.agencies.flatMap(seatsOf).filter(({ seat }) => seat !== mine);
    this.reveal("empty", seats.length === 0);
    const template = /** @type {HTMLTemplateElement} */ (this.find("row"));
    showRows(
      this.find("seats"),
      template,
      seats,
      ({ seat }) => seat,
      (row, seat) => this.#fill(row, seat),
    );
    if (this.#taking && !this.#taken) this.#ask("");
    else this.#showForm();
    this.tick(this.desk.clock.now());
  }

  /** @param {number} now */
  tick(now) {
    for (const row of rowsOf(this.find("seats"))) {
      const { since } = row.dataset;
      writeSlot(row, "since", since ? duration(secondsSince(since, now)) : "");
    }
  }

  /** @param {string} act @param {HTMLElement | null} button */
  act(act, button) {
    if (act === "ask-take-over") this.#ask(button?.closest("li")?.dataset.key ?? "");
    else if (act === "take-over-no" || (act === "escape" && this.#taking)) this.#ask("");
    else return false;
    return true;
  }

  // --- Taking over ------------------------------------------------------------------------

  /** @param {string} id  of the seat; "" closes */
  #ask(id) {
    const former = this.#taking;
    this.#taking = id;
    const seat = this.#taken;
    this.#showForm();
    if (!seat) {
      const row = rowsOf(this.find("seats")).find(({ dataset }) => dataset.key === former);
      return row?.querySelector("button")?.focus();
    }
    const name = seatName(seat, agencyOf(this.desk.agencies, seat));
    const words = gettext("Take over the call of %(operator)s at %(seat)s?");
    this.write("take-over-words", fill(words, { operator: seat.operator, seat: name }));
    this.#reason.value = "";
    this.#reason.focus();
  }

  /** It stays while one writes, and says if that console is heard again. */
  #showForm() {
    const seat = this.#taken;
    this.reveal("take-over-form", Boolean(seat));
    if (!seat) return;
    const isSilent = this.desk.silentSeats.includes(seat.seat);
    const may = this.#mayTake(seat);
    const why = isSilent
      ? gettext("That console gives no sign of life. Your reason is kept and told.")
      : may
        ? gettext("You supervise here, so you may at any time. Your reason is kept and told.")
        : gettext("That console is heard again: the call stays with it.");
    this.write("take-over-why", why);
    /** @type {HTMLButtonElement} */ (this.find("take-over-do")).disabled = !may;
  }

  async #takeOver() {
    const seat = this.#taken;
    const call = seat?.call;
    const reason = this.#reason.value.trim();
    if (!call || !reason || !this.#mayTake(seat)) return;
    this.find("take-over-form").inert = true;
    const done = await this.desk.attempt({ type: "take_over_call", call, reason });
    this.find("take-over-form").inert = false;
    if (done) this.#ask("");
  }

  /** @returns {Seat | null} the seat asked about, while it still has a call */
  get #taken() {
    const seats = this.desk.agencies.flatMap(seatsOf);
    const seat = seats.find((one) => one.seat === this.#taking);
    return seat && leads(seat) ? seat : null;
  }

  /** @param {Seat} seat @returns {boolean} */
  #mayTake(seat) {
    return mayTakeOver(seat, this.desk.silentSeats, this.desk.you?.supervises ?? []);
  }

  get #reason() {
    return /** @type {HTMLInputElement} */ (this.find("take-over-reason"));
  }

  // --- Showing ----------------------------------------------------------------------------

  /** @param {HTMLElement} row @param {Seat} seat */
  #fill(row, seat) {
    const agency = agencyOf(this.desk.agencies, seat);
    const isBreak = seat.activity === "idle" && seat.availability === "break";
    const reason = isBreak && seat.operator_id ? breakReason(seat.reason, agency) : "";
    const { tone, icon } = seatLook(seat);
    row.dataset.since = seat.operator_id ? seat.since : "";
    const name = seatName(seat, agency);
    writeSlot(row, "label", name);
    writeMark(
      slot(row, "state"),
      tone,
      icon,
      [seatState(seat), reason].filter(Boolean).join(": "),
    );
    writeSlot(row, "operator", seat.operator);
    const button = slot(row, "take-over");
    // Its place is kept, so that nothing moves when a call comes or goes.
    button.style.visibility = this.#mayTake(seat) ? "" : "hidden";
    const words = fill(gettext("Take over the call at %(seat)s"), { seat: name });
    button.setAttribute("aria-label", words);
  }
}
