// How available the seat is, as its person chooses: ready, off, a break with its reason, or
// that a colleague may sit down here. Beside it stands what still waits for somebody's word.

import { Region } from "./region.js";
import { writeMark } from "./rows.js";
import { agencyOf } from "../models/agency_state.js";
import { timeOfDay } from "../models/clock.js";
import { isComposing } from "../models/keys.js";
import { breakReason, inLanguage, seatState } from "../models/words.js";
import { fill, gettext } from "../../lib/words.js";

/** @typedef {import("../models/shapes.js").Seat} Seat */

const OTHER = "other";
const UNKNOWN = "unknown"; // the line is cut: the seat may be somebody else's by now

export class SeatMenu extends Region {
  #asked = "";

  begin() {
    const menu = this.#menu;
    menu.addEventListener("change", () => this.#chosen(menu.value));
    this.find("other-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const reason = this.#other.value.trim();
      if (reason) void this.#choose(`break:${reason}`);
      this.#askOther(false);
    });
    this.#other.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || isComposing(event)) return;
      event.stopPropagation();
      this.#askOther(false);
    });
  }

  show() {
    const { seat } = this.desk;
    if (!seat) return this.#askOther(false);
    this.#fillReasons(seat);
    this.#showChoice(seat);
    this.tick(this.desk.clock.now());
  }

  /** @param {number} now */
  tick(now) {
    const { seat } = this.desk;
    if (!seat) return;
    const said = this.#saying(seat, now);
    const note = this.find("note");
    note.hidden = !said;
    if (said) writeMark(note, said.tone, said.icon, said.words);
    this.reveal("take-back", Boolean(seat.break_asked_at || seat.relief_open) && !this.#asked);
  }

  /** @param {string} act */
  act(act) {
    if (!this.desk.seat) return false;
    if (act === "ready") void this.#choose("ready");
    else if (act === "rest") void this.#choose("break:rest");
    else if (act === "take-back") void this.#takeBack();
    else if (act === "no-other") this.#askOther(false);
    else return false;
    return true;
  }

  // --- Choosing -------------------------------------------------------------------------

  /** @param {string} choice */
  #chosen(choice) {
    if (choice === OTHER) return this.#askOther(true);
    this.#askOther(false);
    if (choice === "relief") void this.#openRelief(true);
    else void this.#choose(choice);
  }

  /** @param {string} choice */
  async #choose(choice) {
    const [availability = "off", ...rest] = choice.split(":");
    await this.#ask(choice, { type: "set_availability", availability, reason: rest.join(":") });
  }

  /** @param {boolean} on */
  async #openRelief(on) {
    await this.#ask(on ? "relief" : "", { type: "open_relief", on });
  }

  async #takeBack() {
    if (this.desk.seat?.break_asked_at) await this.#choose("ready");
    else await this.#openRelief(false);
    this.#menu.focus();
  }

  /** @param {string} choice @param {import("../../lib/wire.js").Frame} frame */
  async #ask(choice, frame) {
    this.#asked = choice || "asking";
    this.show();
    await this.desk.attempt(frame);
    this.#asked = "";
    this.show();
  }

  /** @param {boolean} isAsking */
  #askOther(isAsking) {
    this.reveal("other-form", isAsking);
    if (isAsking) {
      this.#other.value = "";
      this.#other.focus();
    } else if (this.desk.seat) this.#showChoice(this.desk.seat);
  }

  // --- Showing --------------------------------------------------------------------------

  /** @param {Seat} seat */
  #showChoice(seat) {
    const menu = this.#menu;
    if (!this.find("other-form").hidden) return;
    const isCut = this.desk.line === "reconnecting";
    const stored = isCut ? UNKNOWN : seat.availability === "break" ? `break:${seat.reason}` : seat.availability;
    const own = this.find("own");
    own.hidden = true;
    menu.value = this.#asked || stored;
    if (menu.selectedIndex < 0 && seat.availability === "break" && !isCut) {
      // A reason of somebody's own: it stands in the menu while it holds.
      /** @type {HTMLOptionElement} */ (own).value = stored;
      own.textContent = fill(gettext("Break: %(reason)s"), {
        reason: breakReason(seat.reason, agencyOf(this.desk.agencies, seat)),
      });
      own.hidden = false;
      menu.value = stored;
    }
    if (menu.selectedIndex < 0) menu.value = stored;
    menu.dataset.availability = isCut ? UNKNOWN : seat.availability;
    menu.dataset.busy = String(isBusy(seat));
    // Nobody in a call is "Ready": what goes on stands there. It is the same choice, so
    // that keys and answers are what they were.
    const isReady = !isCut && seat.availability === "ready";
    this.write("ready", isReady && isBusy(seat) ? seatState(seat) : gettext("Ready"));
    menu.title = menu.selectedOptions[0]?.textContent ?? ""; // a long reason is cut
  }

  /** The agency's own reasons take the place of the usual ones. @param {Seat} seat */
  #fillReasons(seat) {
    const reasons = agencyOf(this.desk.agencies, seat)?.break_reasons ?? [];
    const group = this.find("breaks");
    const stamp = JSON.stringify(reasons);
    if (!reasons.length || group.dataset.stamp === stamp) return;
    group.dataset.stamp = stamp;
    const options = reasons.map(({ text, text_en: english }) => {
      const words = fill(gettext("Break: %(reason)s"), { reason: inLanguage(text, english) });
      return new Option(words, `break:${text}`);
    });
    // Nobody should have to ask for the one after a hard call.
    const kept = [...group.querySelectorAll("[data-kept]")];
    group.replaceChildren(...options, ...kept);
  }

  /** @param {Seat} seat @param {number} now */
  #saying(seat, now) {
    if (this.#asked) return { tone: "muted", icon: "clock", words: gettext("asking") };
    if (seat.break_asked_at) {
      const agency = agencyOf(this.desk.agencies, seat);
      const words = fill(
        seat.break_asked
          ? gettext("Break (%(reason)s) asked %(time)s, waiting for a supervisor")
          : gettext("Asked %(time)s to go off, waiting for a supervisor"),
        {
          reason: breakReason(seat.break_asked, agency),
          time: timeOfDay(seat.break_asked_at).slice(0, 5),
        },
      );
      return { tone: "warn", icon: "hourglass", words };
    }
    if (seat.relief_open)
      return { tone: "warn", icon: "users", words: gettext("A colleague may take this seat") };
    const rests = seat.rest_until ? Math.ceil((Date.parse(seat.rest_until) - now) / 1000) : 0;
    if (rests > 0 && seat.availability === "ready") {
      const words = fill(gettext("A call was missed. The next may come in %(seconds)s s"), {
        seconds: rests,
      });
      return { tone: "muted", icon: "timer", words };
    }
    return null;
  }

  get #menu() {
    return /** @type {HTMLSelectElement} */ (this.find("availability"));
  }

  get #other() {
    return /** @type {HTMLInputElement} */ (this.find("other"));
  }
}

/** @param {Seat} seat @returns {boolean} whether it has a call, or the work after one */
function isBusy(seat) {
  return seat.activity === "on_call" || seat.activity === "wrap_up";
}
