// The officer, large and loud, to whoever threatens the caller: asked here inline, decided
// by the caller on the phone, ended here or there.

import { Region } from "./region.js";
import { writeMark } from "./rows.js";
import { isScriptless } from "../models/scriptless.js";
import { gettext } from "../../lib/words.js";

export class WarnOffender extends Region {
  #isAsking = false;
  #announced = "";

  begin() {
    this.desk.addEventListener("cleared", () => (this.#isAsking = false));
  }

  show() {
    const { incident } = this.desk;
    const isDead = this.#isDead;
    /** @type {HTMLButtonElement} */ (this.find("warn")).disabled = isDead;
    if (isDead) this.#isAsking = false;
    if (this.desk.view !== "call" || !incident) return;
    const warning = incident.warning ?? "";
    const isSilent = incident.call.mode === "silent";
    const isOver = !this.desk.isHost;
    if (isOver) this.#isAsking = false;
    this.reveal("ask", this.#isAsking);
    this.reveal("ask-silent", isSilent);
    this.#showButton(warning);
    const mark = isOver ? null : markOf(warning, isSilent);
    if (mark) writeMark(this.find("said"), mark.tone, mark.icon, mark.words);
    this.reveal("said", Boolean(mark));
    this.#announceOnce(warning, mark?.words ?? "");
  }

  /** @param {string} act */
  act(act) {
    if (act === "warn") this.#press();
    else if (act === "warn-no" || (act === "escape" && this.#isAsking)) this.#ask(false);
    else if (act === "warn-yes") void this.#warn(true);
    else return false;
    return true;
  }

  /** Until the call is known, after it, and where no page can show it, a press would do nothing. */
  get #isDead() {
    const { incident, isHost, isVisitor } = this.desk;
    return !incident || !isHost || isVisitor || isScriptless(incident);
  }

  #press() {
    const { incident } = this.desk;
    if (this.#isDead) return;
    if (isStanding(incident?.warning)) void this.#warn(false);
    else this.#ask(!this.#isAsking);
  }

  /** @param {boolean} isAsking */
  #ask(isAsking) {
    this.#isAsking = isAsking;
    this.show();
    this.find(isAsking ? "warn-yes" : "warn").focus();
  }

  /** @param {boolean} on */
  async #warn(on) {
    this.find("ask").inert = true;
    await this.desk.attempt({ type: "warn_offender", on });
    this.find("ask").inert = false;
    this.#isAsking = false;
    this.show();
    if (on) this.find("warn").focus();
  }

  /** @param {string} warning */
  #showButton(warning) {
    const words =
      warning === "asked"
        ? gettext("Take back")
        : warning === "shown"
          ? gettext("End warning")
          : gettext("Warn");
    writeMark(this.find("warn-words"), isStanding(warning) ? "live" : "", "siren", words);
    this.find("warn").setAttribute("aria-expanded", String(this.#isAsking));
  }

  /**
   * The caller's decision must be known without looking.
   * @param {string} warning @param {string} words
   */
  #announceOnce(warning, words) {
    const isNews = warning !== this.#announced;
    this.#announced = warning;
    if (isNews && (warning === "shown" || warning === "refused")) this.announce(words);
  }
}

/** @param {string | undefined} warning @returns {boolean} */
function isStanding(warning) {
  return warning === "asked" || warning === "shown";
}

/** @param {string} warning @param {boolean} isSilent */
function markOf(warning, isSilent) {
  switch (warning) {
    case "asked":
      return {
        tone: "warn",
        icon: "hourglass",
        words: isSilent
          ? gettext("Asked. The caller decides whether to leave silence.")
          : gettext("Asked. The caller decides."),
      };
    case "shown":
      return { tone: "live", icon: "siren", words: gettext("You are shown large and loud") };
    case "refused":
      return { tone: "muted", icon: "x", words: gettext("The caller said no") };
    case "ended":
      return { tone: "muted", icon: "check", words: gettext("Warning ended") };
    default:
      return null;
  }
}
