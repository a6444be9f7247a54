// One part of the board. The shell lets it in, tells it when something changed and, each
// second, that time passed.

/**
 * @typedef {object} Desk  what every part shares
 * @property {import("../models/board_state.js").BoardState} state
 * @property {(frame: import("../../lib/wire.js").Frame) => boolean} send
 * @property {(frame: import("../../lib/wire.js").Frame, done: string, undo?: import("../../lib/wire.js").Frame) => Promise<boolean>} act
 *   do it, say that it was done or why not; `undo` is offered with it
 * @property {(words: string) => void} say
 * @property {() => boolean} isWall
 */

const MORE_PX = 52; // the line that counts the others, and the part's own edge
const EDGE_PX = 10;
const GAP_PX = 2;

export class View extends HTMLElement {
  /** @type {Desk | null} */ #desk = null;

  /** @param {Desk} desk */
  enter(desk) {
    this.#desk = desk;
    this.begin();
  }

  /** @returns {Desk} */
  get desk() {
    if (!this.#desk) throw new Error(`<${this.localName}> is outside a board`);
    return this.#desk;
  }

  get state() {
    return this.desk.state;
  }

  /** Once. */
  begin() {}

  /** Something changed. */
  show() {}

  /** A second passed. @param {number} _now  the server's time, ms */
  tick(_now) {}

  /** A snapshot came: draw everything anew. */
  renew() {}

  /**
   * @template {Element} [Part=HTMLElement]
   * @param {string} name @returns {Part} the element with that `data-part`
   */
  find(name) {
    const part = this.querySelector(`[data-part="${name}"]`);
    if (!part) throw new Error(`<${this.localName}> has no part ${name}`);
    return /** @type {Part} */ (part);
  }

  /**
   * On a wall nothing scrolls: how many rows of a list fit its part, at least one. Where
   * all of them do in more than a line each, `data-rows` says so, for wall_rows.css.
   * @param {string} list @param {number} count  rows there are
   * @param {[string, number][]} ways  name and the most px a row takes, the roomiest first
   * @param {number} otherwise  off the wall, or not known yet
   */
  fitting(list, count, ways, otherwise) {
    const isWall = this.desk.isWall();
    const rows = this.find(list);
    const room = this.getBoundingClientRect().bottom - rows.getBoundingClientRect().top;
    const way = ways.find(([, height]) => count * (height + GAP_PX) <= room - EDGE_PX);
    const name = isWall && way ? way[0] : "";
    if (this.dataset.rows !== name) this.dataset.rows = name;
    if (!isWall) return otherwise;
    if (name) return Math.max(1, count);
    const height = /** @type {HTMLElement | null} */ (rows.firstElementChild)?.offsetHeight;
    if (!height) return otherwise;
    if (count * (height + GAP_PX) <= room - EDGE_PX) return count;
    return Math.max(1, Math.floor((room - MORE_PX) / (height + GAP_PX)));
  }

  /** Write only what differs. @param {string} name @param {string} words */
  write(name, words) {
    const part = this.find(name);
    if (part.textContent !== words) part.textContent = words;
  }

  /** @param {string} name @param {boolean} isShown */
  reveal(name, isShown) {
    this.find(name).hidden = !isShown;
  }
}
