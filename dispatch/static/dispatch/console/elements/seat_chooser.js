// Choosing a seat: which are free, who sits at the others, and what happened to the one
// this window lost.

import { Region } from "./region.js";
import { showRows, slot, writeMark, writeSlot } from "./rows.js";
import { agencyOf, seatsOf } from "../models/agency_state.js";
import { timeOfDay } from "../models/clock.js";
import { callAfterLapse, lapse, refusal } from "../models/refusals.js";
import { inLanguage, seatName, seatState } from "../models/words.js";
import { fill, gettext } from "../../lib/words.js";

/** @typedef {import("../models/shapes.js").Seat} Seat */

export class SeatChooser extends Region {
  #asking = "";

  show() {
    if (this.desk.view !== "choose") return;
    this.#showNotice();
    const agencies = this.desk.agencies.filter((agency) => seatsOf(agency).length > 0);
    this.reveal("none", agencies.length === 0);
    const template = /** @type {HTMLTemplateElement} */ (this.find("agency-row"));
    showRows(
      this.find("agencies"),
      template,
      agencies,
      ({ agency }) => agency.agency,
      (row, state) => {
        writeSlot(row, "name", inLanguage(state.agency.name, state.agency.name_en));
        const seats = /** @type {HTMLTemplateElement} */ (this.find("seat-row"));
        showRows(
          slot(row, "seats"),
          seats,
          seatsOf(state),
          ({ seat }) => seat,
          (line, seat) => this.#fill(line, seat),
        );
      },
    );
  }

  /** @param {string} act @param {HTMLElement | null} button */
  act(act, button) {
    if (act === "take-seat") {
      void this.take(button?.closest("li")?.dataset.key ?? "");
      return true;
    }
    if (act !== "retake" || !this.desk.lastSeat) return false;
    void this.take(this.desk.lastSeat.seat);
    return true;
  }

  /**
   * Take it; if it is one's own in another window, it moves here.
   * @param {string} id @returns {Promise<boolean>} false: the server refused it
   */
  async take(id) {
    if (this.#asking) return true;
    let isTaken = true;
    const seat = this.#find(id);
    const isMine = this.#isMine(seat);
    const relieve = !isMine && canRelieve(seat);
    this.#asking = id;
    this.show();
    try {
      await this.desk.command({ type: "take_seat", seat: id, take_over: isMine, relieve });
    } catch (error) {
      const refused = /** @type {import("../../lib/wire.js").Refused} */ (error);
      this.desk.say(refusal(refused), "warn");
      isTaken = false;
    }
    this.#asking = "";
    this.show();
    return isTaken;
  }

  #showNotice() {
    const { notice, lastSeat } = this.desk;
    this.reveal("notice", Boolean(notice));
    if (!notice) return;
    const at = timeOfDay(notice.facts.ended_at);
    const ours = lastSeat && agencyOf(this.desk.agencies, lastSeat);
    this.write("lapse", [at, lapse(notice, lastSeat, ours)].filter(Boolean).join(" "));
    this.write("lapsed-call", callAfterLapse(notice));
    const isFree = lastSeat !== null && (!lastSeat.operator_id || this.#isMine(lastSeat));
    this.reveal("retake", isFree);
    if (lastSeat)
      this.write(
        "retake-words",
        fill(gettext("Take %(seat)s again"), {
          seat: seatName(lastSeat, agencyOf(this.desk.agencies, lastSeat)),
        }),
      );
  }

  /** @param {HTMLElement} row @param {Seat} seat */
  #fill(row, seat) {
    const isMine = this.#isMine(seat);
    const isFree = !seat.operator_id;
    writeSlot(row, "label", seatName(seat, agencyOf(this.desk.agencies, seat)));
    if (isFree) writeMark(slot(row, "state"), "ok", "check", gettext("Free"));
    else writeMark(slot(row, "state"), "muted", "user", seatState(seat));
    const since = fill(gettext("%(operator)s since %(time)s"), {
      operator: seat.operator,
      time: timeOfDay(seat.since),
    });
    const own = gettext("You, in another window");
    writeSlot(row, "holder", isMine ? own : isFree ? "" : since);
    const isAsked = this.#asking === seat.seat;
    const relief = canRelieve(seat)
      ? fill(gettext("Relieve %(operator)s"), { operator: seat.operator })
      : "";
    const act = isMine
      ? gettext("Take over here")
      : isFree
        ? gettext("Take this seat")
        : relief;
    writeSlot(row, "act", isAsked ? gettext("Asking the server") : act);
    const button = row.querySelector("button");
    if (!button) return;
    button.disabled = !isFree && !isMine && !canRelieve(seat);
    const call = seat.activity === "on_call" ? gettext("in mid call") : "";
    if (relief && !isMine) {
      const label = fill(gettext("Relieve %(operator)s at %(seat)s"), {
        operator: seat.operator,
        seat: seatName(seat, agencyOf(this.desk.agencies, seat)),
      });
      button.setAttribute("aria-label", [label, call].filter(Boolean).join(", "));
    } else button.removeAttribute("aria-label");
    button.dataset.mine = String(isMine);
  }

  /** @param {Seat | null} seat */
  #isMine(seat) {
    return Boolean(seat?.operator_id) && seat?.operator_id === this.desk.you?.operator.id;
  }

  /** @param {string} id @returns {Seat | null} */
  #find(id) {
    for (const { seats } of this.desk.agencies) if (seats[id]) return seats[id];
    return null;
  }
}

/** @param {Seat | null} seat @returns {boolean} whoever works there lets a colleague sit down */
function canRelieve(seat) {
  return Boolean(seat?.operator_id && seat.relief_open);
}
