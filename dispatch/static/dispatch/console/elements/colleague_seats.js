// The other seats: who is there and what they do, so that nobody needs to ask across the room.

import { Region } from "./region.js";
import { rowsOf, showRows, slot, writeMark, writeSlot } from "./rows.js";
import { agencyOf, seatsOf } from "../models/agency_state.js";
import { duration, secondsSince } from "../models/clock.js";
import { breakReason, seatName, seatState } from "../models/words.js";

/** @typedef {import("../models/shapes.js").Seat} Seat */

export class ColleagueSeats extends Region {
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
    this.tick(this.desk.clock.now());
  }

  /** @param {number} now */
  tick(now) {
    for (const row of rowsOf(this.find("seats"))) {
      const { since } = row.dataset;
      writeSlot(row, "since", since ? duration(secondsSince(since, now)) : "");
    }
  }

  /** @param {HTMLElement} row @param {Seat} seat */
  #fill(row, seat) {
    const isBreak = seat.activity === "idle" && seat.availability === "break";
    const reason = isBreak && seat.operator_id ? breakReason(seat.reason) : "";
    const { tone, icon } = lookOf(seat);
    row.dataset.since = seat.operator_id ? seat.since : "";
    writeSlot(row, "label", seatName(seat, agencyOf(this.desk.agencies, seat)));
    writeMark(
      slot(row, "state"),
      tone,
      icon,
      [seatState(seat), reason].filter(Boolean).join(": "),
    );
    writeSlot(row, "operator", seat.operator);
  }
}

/** @param {Seat} seat @returns {{tone: string, icon: string}} */
function lookOf(seat) {
  if (!seat.operator_id) return { tone: "muted", icon: "power" };
  if (seat.activity === "on_call") return { tone: "", icon: "phone" };
  if (seat.activity === "offered") return { tone: "warn", icon: "bell-ring" };
  if (seat.activity === "wrap_up") return { tone: "warn", icon: "timer" };
  if (seat.availability === "ready") return { tone: "ok", icon: "check" };
  if (seat.availability === "break") return { tone: "muted", icon: "coffee" };
  return { tone: "muted", icon: "power" };
}
