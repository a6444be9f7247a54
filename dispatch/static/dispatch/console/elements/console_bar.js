// The top bar: which seat, how available, how long the line, and whether any of it is true
// right now. While the line is cut, its place says so: the figures there are not news.

import { Region } from "./region.js";
import { writeMark } from "./rows.js";
import { agencyOf, callsWaiting, oldestSince } from "../models/agency_state.js";
import { duration, secondsSince, timeOfDay } from "../models/clock.js";
import { inLanguage, seatName } from "../models/words.js";
import { fill, gettext, ngettext, sentences } from "../../lib/words.js";
import { foreignZone } from "../../lib/zone.js";

const LONG_SECONDS = 60;
const KEPT_SECONDS = 8; // a seat's lease; then its call goes back to the line

export class ConsoleBar extends Region {
  begin() {
    this.ring.addEventListener("change", () => this.#showRing());
    this.#showRing();
  }

  show() {
    const { seat } = this.desk;
    for (const part of this.querySelectorAll("[data-only]")) {
      /** @type {HTMLElement} */ (part).hidden =
        (part.getAttribute("data-only") === "seat") !== Boolean(seat);
    }
    if (seat) this.#showSeat(seat);
    this.#showTruth();
    this.tick(this.desk.clock.now());
  }

  /** @param {number} now */
  tick(now) {
    this.write("clock", timeOfDay(now));
    const zone = foreignZone(now);
    this.write("zone", zone);
    this.reveal("zone", zone !== "");
    const isCut = this.desk.line === "reconnecting" && this.desk.cutAt > 0;
    this.reveal("cut", isCut);
    this.reveal("line", !isCut);
    if (isCut) this.write("cut-words", this.#cutWords());
    else this.#showLine(now);
  }

  /** @param {string} act */
  act(act) {
    if (act === "ring") this.ring.toggle();
    else if (act === "leave") void this.#leave();
    else return false;
    return true;
  }

  // --- Seat --------------------------------------------------------------------------

  /** @param {import("../models/shapes.js").Seat} seat */
  #showSeat(seat) {
    const agency = agencyOf(this.desk.agencies, seat);
    const place = agency ? inLanguage(agency.name, agency.name_en) : "";
    this.write("seat", [seatName(seat, agency), place].filter(Boolean).join(" · "));
    const leave = /** @type {HTMLButtonElement} */ (this.find("leave"));
    leave.disabled = seat.activity !== "idle";
  }

  async #leave() {
    if (await this.desk.attempt({ type: "leave_seat" })) this.desk.left();
  }

  #showRing() {
    const { isOn } = this.ring;
    this.write("ring-words", isOn ? gettext("Ring tone on") : gettext("Ring tone off"));
    this.find("ring").title = this.find("ring-words").textContent ?? "";
    this.find("ring-on").toggleAttribute("hidden", !isOn);
    this.find("ring-off").toggleAttribute("hidden", isOn);
  }

  // --- Line --------------------------------------------------------------------------

  /** @param {number} now */
  #showLine(now) {
    const isKnown = this.desk.you && this.desk.line === "live"; // closed: nobody knows who waits
    const calls = isKnown ? callsWaiting(this.desk.agencies) : [];
    const { count, oldestAt } = this.desk.neighboursWait;
    const isNextDoor = calls.length === 0 && count > 0;
    const oldest = isNextDoor && isKnown ? oldestAt : oldestSince(calls);
    if (!isKnown) this.write("line", "");
    else if (!oldest) this.write("line", gettext("Nobody is waiting"));
    else {
      const many = isNextDoor
        ? ngettext("%(count)s waiting at a neighbour", "%(count)s waiting at neighbours", count)
        : ngettext("%(count)s waiting", "%(count)s waiting", calls.length);
      const longest = fill(gettext("oldest %(time)s"), {
        time: duration(secondsSince(oldest, now)),
      });
      this.write("line", `${fill(many, { count: calls.length || count })} · ${longest}`);
    }
    const isLong = oldest !== null && secondsSince(oldest, now) > LONG_SECONDS;
    this.find("line").dataset.tone = isLong ? "warn" : "";
  }

  // --- The truth about the connection ------------------------------------------------

  #showTruth() {
    const truth = this.find("truth");
    const { line } = this.desk;
    if (line === "live") writeMark(truth, "ok", "wifi", gettext("Connected"));
    else if (line === "down") writeMark(truth, "muted", "wifi-off", gettext("Closed"));
    else writeMark(truth, "warn", "wifi-off", gettext("Connecting"));
    const isCut = line === "reconnecting";
    if (isCut && !this.classList.contains("is-cut")) {
      this.announce(gettext("No connection to the server. Trying again."));
    }
    this.classList.toggle("is-cut", isCut);
  }

  #cutWords() {
    const seconds = Math.floor((Date.now() - this.desk.cutAt) / 1000);
    const since = fill(gettext("No connection for %(seconds)s s."), { seconds });
    const left = KEPT_SECONDS - seconds;
    if (this.desk.seat?.activity === "on_call") {
      const fate =
        left > 0
          ? fill(gettext("The call is kept for %(seconds)s s more."), { seconds: left })
          : gettext("The call may be back in the line. This page will say so.");
      return sentences([since, fate]);
    }
    const fate =
      left > 0
        ? fill(gettext("The seat is kept for %(seconds)s s more."), { seconds: left })
        : gettext("The seat may be given up. This page will say so.");
    return sentences([since, fate]);
  }
}
