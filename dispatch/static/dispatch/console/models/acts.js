// What a person does here, and what is said of it: a command is done, or its refusal told.

import { refusal } from "./refusals.js";
import { gettext } from "../../lib/words.js";

/** @typedef {import("../../lib/wire.js").Frame} Frame */
/** @typedef {import("../../lib/wire.js").Ack} Ack */
/**
 * @typedef {object} Door  the line to the server
 * @property {(frame: Frame) => Promise<Ack>} command  rejects with `Refused`
 * @property {(frame: Frame) => boolean} send
 */

export class Acts extends EventTarget {
  /** @type {import("../../lib/wire.js").LineState} */ #line = "connecting";
  /** @type {Door} */ #door;

  /** @param {Door} door */
  constructor(door) {
    super();
    this.#door = door;
  }

  /** @returns {import("../../lib/wire.js").LineState} */
  get line() {
    return this.#line;
  }

  /** @param {import("../../lib/wire.js").LineState} line */
  standAt(line) {
    this.#line = line;
  }

  /** @param {Frame} frame @returns {Promise<Ack>} rejects with `Refused` */
  command(frame) {
    return this.#door.command(frame);
  }

  /** @param {Frame} frame @returns {boolean} whether it left; nobody repeats it */
  send(frame) {
    return this.#door.send(frame);
  }

  /** Do it; if it is refused, say why. @param {Frame} frame @returns {Promise<Ack | null>} */
  async attempt(frame) {
    if (this.line !== "live") this.sayNoConnection();
    try {
      return await this.command(frame);
    } catch (refused) {
      this.say(refusal(/** @type {import("../../lib/wire.js").Refused} */ (refused)), "warn");
      return null;
    }
  }

  /** What was pressed is kept, and nothing happens yet. */
  sayNoConnection() {
    this.say(gettext("No connection. This is done as soon as it is back."), "warn");
  }

  /** @param {string} text @param {"" | "warn" | "ok"} [tone] */
  say(text, tone = "") {
    this.tell("say", { text, tone });
  }

  /** @param {string} type @param {unknown} [detail] */
  tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
