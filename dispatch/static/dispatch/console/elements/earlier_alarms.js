// What this caller raised before: one line with their number, and a list that opens over
// the form. Fetched once a caller, after the call is on the screen.

import { Region } from "./region.js";
import { showRows, writeMark, writeSlot } from "./rows.js";
import { askEarlier } from "../console_door.js";
import {
  categoryWords,
  dateAndTime,
  earlierWords,
  moreWords,
  outcomeWords,
} from "../models/earlier.js";
import { gettext } from "../../lib/words.js";

/** @typedef {import("../models/earlier.js").Earlier} Earlier */

const AGAIN_MS = 10_000; // after the server was not reached
const NOT_OURS = "not_found";

export class EarlierAlarms extends Region {
  #key = "";
  /** @type {Earlier | null} */ #earlier = null;
  #isOpen = false;
  #failedAt = 0;

  begin() {
    this.desk.addEventListener("cleared", () => this.#stand(""));
  }

  show() {
    const { incident, isVisitor } = this.desk;
    if (!incident) return;
    // A number that is proven makes the phone somebody's: their past is asked for anew.
    const key = isVisitor ? "" : `${incident.incident.incident}|${incident.caller.caller}`;
    if (key !== this.#key) {
      this.#stand(key);
      if (key) void this.#ask(incident.incident.incident, key);
    }
    this.#write();
  }

  tick() {
    const { incident } = this.desk;
    if (!this.#failedAt || !incident || Date.now() - this.#failedAt < AGAIN_MS) return;
    this.#failedAt = 0;
    void this.#ask(incident.incident.incident, this.#key);
  }

  /** @param {string} act */
  act(act) {
    const isSome = Boolean(this.#earlier?.count);
    if (act === "earlier" && isSome) this.#open(!this.#isOpen);
    else if (act === "escape" && this.#isOpen) this.#open(false);
    else return false;
    return true;
  }

  // --- Asking ------------------------------------------------------------------------

  /** @param {string} incident @param {string} key */
  async #ask(incident, key) {
    try {
      const earlier = await askEarlier(incident);
      if (key === this.#key) this.#earlier = earlier;
    } catch (error) {
      // What is not ours to see is not asked for again, and leaves its line empty.
      const { code } = /** @type {import("../../lib/wire.js").Refused} */ (error);
      if (key === this.#key && code !== NOT_OURS) this.#failedAt = Date.now();
    }
    this.#write();
  }

  /** Nothing of one caller stays for the next. @param {string} key */
  #stand(key) {
    this.#key = key;
    this.#earlier = null;
    this.#failedAt = 0;
    this.#isOpen = false;
    this.find("list").replaceChildren();
  }

  // --- Showing -----------------------------------------------------------------------

  /** @param {boolean} isOpen */
  #open(isOpen) {
    this.#isOpen = isOpen;
    this.#write();
    this.find(isOpen ? "list" : "button").focus();
  }

  #write() {
    const earlier = this.#earlier;
    const isSome = Boolean(earlier?.count);
    this.reveal("button", isSome);
    this.reveal("first", !isSome);
    this.reveal("panel", isSome && this.#isOpen);
    this.find("button").setAttribute("aria-expanded", String(this.#isOpen));
    if (isSome && earlier) {
      this.write("count", earlierWords(earlier));
      this.write("more", moreWords(earlier));
      this.#writeRows(earlier);
    } else if (earlier) writeMark(this.find("first"), "muted", "user", earlierWords(earlier));
    else if (this.#failedAt)
      writeMark(
        this.find("first"),
        "muted",
        "refresh-cw",
        gettext("Earlier alarms not known. Trying again."),
      );
    else {
      const first = this.find("first");
      first.replaceChildren();
      delete first.dataset.stamp;
    }
  }

  /** @param {Earlier} earlier */
  #writeRows(earlier) {
    const template = /** @type {HTMLTemplateElement} */ (this.find("row"));
    const keyOf = (/** @type {import("../models/earlier.js").EarlierAlarm} */ alarm) =>
      alarm.incident;
    showRows(this.find("list"), template, earlier.incidents, keyOf, (row, alarm) => {
      writeSlot(row, "at", dateAndTime(alarm.opened_at));
      writeSlot(row, "category", categoryWords(alarm));
      writeSlot(row, "outcome", outcomeWords(alarm));
      writeSlot(row, "number", alarm.number);
    });
  }
}
