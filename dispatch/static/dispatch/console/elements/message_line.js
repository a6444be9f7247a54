// One quiet line at the foot: what was refused, who won, what failed. It keeps its place
// and its time, so that somebody who looked away can still read it.

import { Region } from "./region.js";
import { makeMark } from "./rows.js";
import { timeOfDay } from "../models/clock.js";
import { isScriptless } from "../models/scriptless.js";
import { gettext } from "../../lib/words.js";

const FRESH_MS = 30_000;
const NEWS_MS = 10_000; // what was said longer ago belongs to the call that is over
const SAME_MS = 1000; // so close together one thing was said of the other

export class MessageLine extends Region {
  #saidAt = 0;
  #hadSeat = false;
  #wasOver = false;
  /** @type {string} the call that is lost, told here */ #lost = "";
  /** @type {string | null | undefined} since when a page without scripts is silent: it is
   *  not lost, nor in the moment in which the caller opens the live page. */ #unlost;
  /** What stands here is of the caller: it must not stand under the next one. */
  #isOfCall = false;

  begin() {
    this.desk.addEventListener("say", (event) => {
      const { text, tone } = /** @type {CustomEvent} */ (event).detail;
      this.#say(text, tone);
    });
    this.desk.addEventListener("cleared", () => {
      this.#giveWay(this.#isOfCall ? -1 : NEWS_MS);
    });
  }

  /** What was said at a seat that is gone, "Choose Ready", is no advice any more. */
  show() {
    const hasSeat = this.desk.seat !== null;
    if (this.#hadSeat && !hasSeat) this.find("said").replaceChildren();
    this.#hadSeat = hasSeat;
    this.#followCall();
  }

  /** "Danger now" is no news once the call is over, and a loss is newer news. */
  #followCall() {
    const { incident, isOver, view } = this.desk;
    const hasCall = view === "call" && incident !== null;
    const hasEnded = hasCall && isOver;
    if (hasEnded && !this.#wasOver) this.#giveWay(SAME_MS);
    this.#wasOver = hasEnded;
    const lostAt = hasCall && !isOver ? incident.call.lost_at : null;
    if (hasCall && isScriptless(incident)) this.#unlost = lostAt;
    const isLost = Boolean(lostAt) && lostAt !== this.#unlost;
    const was = this.#lost;
    this.#lost = isLost ? (incident?.call.call ?? "") : "";
    if (this.#lost && this.#lost !== was) this.#tell(gettext("The caller is lost."), "warn");
    else if (was && hasCall && !isOver && incident.call.call === was && !isLost)
      this.#tell(gettext("The caller is back."), "ok");
  }

  /** Of the caller. @param {string} text @param {string} tone */
  #tell(text, tone) {
    this.#say(text, tone);
    this.#isOfCall = true;
  }

  /** @param {number} ms  what was said longer ago goes */
  #giveWay(ms) {
    if (Date.now() - this.#saidAt > ms) this.find("said").replaceChildren();
  }

  /** Old news turns grey; it stays, with its time. */
  tick() {
    this.find("said").dataset.old = String(Date.now() - this.#saidAt > FRESH_MS);
  }

  /** @param {string} text @param {string} tone */
  #say(text, tone) {
    const time = document.createElement("time");
    time.textContent = timeOfDay(this.desk.clock.now());
    const icon = tone === "warn" ? "triangle-alert" : tone === "ok" ? "check" : "info";
    this.#saidAt = Date.now();
    this.#isOfCall = false;
    this.find("said").replaceChildren(time, makeMark(tone, icon, text));
    this.tick();
  }
}
