// The seats, county by county: word, icon and colour, who sits there and since when.

import { KeyedRows } from "./keyed_rows.js";
import { View } from "./view.js";
import { doing, seatsOf, sumsOf } from "../models/lists.js";
import { agencyName, countWords, pauseReason, roomRole, seatLook, seatName } from "../models/words.js";
import { duration, secondsSince } from "../../console/models/clock.js";
import { gettext } from "../../lib/words.js";

/** @typedef {import("../models/shapes.js").AgencyState} AgencyState */
/** @typedef {import("../models/shapes.js").Seat} Seat */
/** @typedef {{rows: KeyedRows<Seat>, element: HTMLElement}} Group */

// The more seats, the less each may take. On a wall until all are on it: from "packed" on
// a seat is its number and icon, and in the end the counties' counts stand alone.
const DENSITIES = /** @type {const} */ ([
  [24, "roomy"], [90, "normal"], [Infinity, "dense"],
]);
// Up to so many the page scrolls, not a box in the page: one wheel, one way.
const MOST_UNBOXED = 48;
const WALL_DENSITIES = ["roomy", "normal", "dense", "packed", "tiny", "counts"];

export class BoardSeats extends View {
  /** @type {Map<string, Group>} */ #groups = new Map();
  /** @type {Set<string>} */ #late = new Set();
  #stamp = "";

  show() {
    const agencies = this.state.agencies.filter((agency) => seatsOf(agency).length > 0);
    this.#arrange(agencies);
    let total = 0;
    for (const agency of agencies) {
      const all = seatsOf(agency);
      // Empty chairs are counted on a wall, not shown: nobody can do anything there.
      const seats = this.desk.isWall() ? all.filter(({ operator_id }) => operator_id) : all;
      total += seats.length;
      this.#showGroup(agency, all, seats);
    }
    this.dataset.many = String(total > MOST_UNBOXED);
    this.#fit(total);
    this.reveal("empty", agencies.length === 0 && this.state.isWhole);
    this.#late = this.state.late;
    this.tick(this.state.now());
  }

  /** @param {number} total  seats shown */
  #fit(total) {
    const isWall = this.desk.isWall();
    const isOver = () => isWall && this.scrollHeight > this.clientHeight;
    const stamp = [isWall, total, innerWidth, innerHeight].join();
    if (stamp === this.#stamp && !isOver()) return;
    const known = WALL_DENSITIES.indexOf(this.dataset.density ?? "");
    let index = DENSITIES.findIndex(([most]) => total <= most);
    if (stamp === this.#stamp) index = Math.max(index, known);
    this.#stamp = stamp;
    this.dataset.density = WALL_DENSITIES[index];
    while (isOver() && index < WALL_DENSITIES.length - 1) {
      index += 1;
      this.dataset.density = WALL_DENSITIES[index];
    }
  }

  renew() {
    for (const { rows } of this.#groups.values()) rows.forget();
  }

  /** @param {AgencyState[]} agencies */
  #arrange(agencies) {
    const known = new Set(agencies.map(({ agency }) => agency.agency));
    for (const [key, { element }] of this.#groups) {
      if (known.has(key)) continue;
      element.remove();
      this.#groups.delete(key);
    }
    for (const { agency } of agencies) {
      if (this.#groups.has(agency.agency)) continue;
      const template = /** @type {HTMLTemplateElement} */ (this.find("group"));
      const element = /** @type {HTMLElement} */ (
        template.content.firstElementChild?.cloneNode(true)
      );
      const list = /** @type {HTMLElement} */ (element.querySelector("[data-slot=seats]"));
      const rows = new KeyedRows(list, this.find("row"));
      this.#groups.set(agency.agency, { rows, element });
      this.find("groups").append(element);
    }
  }

  /** @param {AgencyState} agency @param {Seat[]} all @param {Seat[]} seats */
  #showGroup(agency, all, seats) {
    const group = /** @type {Group} */ (this.#groups.get(agency.agency.agency));
    const write = (/** @type {string} */ name, /** @type {string} */ words) => {
      const slot = group.element.querySelector(`[data-slot="${name}"]`);
      if (slot && slot.textContent !== words) slot.textContent = words;
    };
    write("name", agencyName(agency.agency));
    write("counts", countWords(sumsOf(all)));
    // Where nobody sits the empty chairs stand in the line of the name: seats.css.
    group.element.dataset.staffed = String(all.some(({ operator_id }) => operator_id));
    group.rows.show(seats, ({ seat }) => seat, (row, seat) => {
      const what = doing(seat);
      const role = what === "on_call" ? roomRole(seat.room_role) : "";
      const look = seatLook(what);
      row.element.dataset.doing = what;
      row.write("label", seatName(seat, agency.agency));
      row.write("number", String(seat.number));
      row.mark("state", role ? { ...look, words: role } : look);
      row.write("operator", seat.operator);
      const reason = pauseReason(seat);
      row.write("reason", reason);
      row.slot("asks").hidden = !seat.break_asked_at;
      if (seat.break_asked_at) {
        row.write("asks-for", seat.break_asked ? gettext("asks for a break") : gettext("wants to go off"));
      }
      row.slot("since").hidden = !seat.operator_id;
      row.slot("button").title = [
        seatName(seat, agency.agency), look.words, role, reason, seat.operator,
      ].filter(Boolean).join(" · ");
    });
  }

  /** @param {number} now */
  tick(now) {
    for (const { rows } of this.#groups.values()) {
      rows.each((row, seat) => {
        if (seat.operator_id) row.write("since", duration(secondsSince(seat.since, now)));
        const isLate = this.#late.has(seat.seat);
        if (row.slot("late").hidden === isLate) row.slot("late").hidden = !isLate;
      });
    }
  }
}
