// A picture of what the seat sees, kept as evidence. It is taken at once and held here
// until the server has it; what failed is tried again by hand, as the same picture.

import { CallerPicture } from "./caller_picture.js";
import { Region } from "./region.js";
import { writeMark } from "./rows.js";
import { keepSnapshot } from "../evidence_door.js";
import { copyPicture } from "../picture_copy.js";
import { timeOfDay } from "../models/clock.js";
import { isScriptless } from "../models/scriptless.js";
import { fill, gettext } from "../../lib/words.js";
import { newId } from "../../lib/wire.js";

/** @typedef {{incident: string, clip: string, jpeg: Blob}} Taken */

export class PictureSnapshot extends Region {
  /** @type {Taken | null} */ #held = null;
  #isGoing = false;

  begin() {
    this.desk.addEventListener("cleared", () => this.#clear());
  }

  /** Kept by who leads the call: evidence has one hand. A page without scripts has no picture. */
  show() {
    const button = /** @type {HTMLButtonElement | null} */ (this.querySelector("button"));
    const { incident, isVisitor } = this.desk;
    const hasPicture = !isScriptless(incident) && this.#picture !== null;
    if (button) button.disabled = isVisitor || !hasPicture;
  }

  /** Pictures come and go without the desk being told. */
  tick() {
    this.show();
  }

  /** @param {string} act */
  act(act) {
    if (act === "snapshot") void this.#take();
    else if (act === "snapshot-again") void this.#keep();
    else return false;
    return true;
  }

  async #take() {
    const { incident } = this.desk;
    if (!incident || !this.desk.isHost || this.#isGoing) return;
    const picture = this.#picture;
    const jpeg = picture ? await copyPicture(picture) : null;
    if (!jpeg) return this.#say("warn", "triangle-alert", gettext("No picture to keep"));
    this.#held = { incident: incident.incident.incident, clip: newId(), jpeg };
    await this.#keep();
  }

  get #picture() {
    const shown = document.querySelector("caller-picture");
    return shown instanceof CallerPicture ? shown.current : null;
  }

  async #keep() {
    const held = this.#held;
    if (!held || this.#isGoing) return;
    this.#isGoing = true;
    this.#say("muted", "clock", gettext("Keeping the picture"));
    try {
      await keepSnapshot(held.incident, held.clip, held.jpeg);
      if (this.#held !== held) return;
      this.#held = null;
      const time = timeOfDay(this.desk.clock.now());
      this.#say("ok", "check", fill(gettext("Kept as evidence %(time)s"), { time }));
    } catch (refused) {
      if (this.#held !== held) return;
      const why = /** @type {Error} */ (refused).message;
      this.#say("warn", "triangle-alert", fill(gettext("Not kept: %(why)s"), { why }));
      this.reveal("again", true);
    } finally {
      this.#isGoing = false;
    }
  }

  /** @param {string} tone @param {string} icon @param {string} words */
  #say(tone, icon, words) {
    this.reveal("again", false);
    writeMark(this.find("said"), tone, icon, words);
  }

  #clear() {
    this.#held = null;
    this.reveal("again", false);
    this.find("said").replaceChildren();
    delete this.find("said").dataset.stamp;
  }
}
