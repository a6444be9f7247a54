// The line: the longest waiting on top, a bar that grows, and what does not fit counted.

import { KeyedRows } from "./keyed_rows.js";
import { View } from "./view.js";
import { cut, waitingCalls } from "../models/lists.js";
import { callMarks, foreignCode, nameSize, placeName, shortNumber } from "../models/words.js";
import { duration, secondsSince } from "../../console/models/clock.js";
import { fill, gettext } from "../../lib/words.js";

/** @typedef {import("../models/shapes.js").LineCall} LineCall */

const MOST = 12; // rows; more are counted below
const MOST_ON_WALL = 9; // until it is known how many fit
const FULL_SECONDS = 60; // the bar is full when the alert goes out
const WARN_SECONDS = 20; // the last of the answer-time targets

/** @type {[string, number][]} how a wall may draw a row, and its height: wall_rows.css */
const WAYS = [["tall full", 196], ["tall", 166], ["three", 114]];

export class BoardLine extends View {
  /** @type {KeyedRows<LineCall>} */ #rows = /** @type {any} */ (null);
  /** @type {LineCall[]} */ #hidden = [];
  #most = MOST_ON_WALL;
  #count = 0;

  begin() {
    this.#rows = new KeyedRows(this.find("calls"), this.find("row"));
  }

  show() {
    const calls = waitingCalls(this.state.agencies);
    this.#count = calls.length;
    this.reveal("empty", calls.length === 0 && this.state.isWhole);
    const isWall = this.desk.isWall();
    this.#most = this.fitting("calls", calls.length, WAYS, this.#most);
    const { shown, hidden } = cut(calls, isWall ? this.#most : MOST);
    this.#hidden = hidden;
    this.#rows.show(shown, ({ call }) => call, (row, call) => {
      row.element.dataset.priority = String(call.priority);
      // Each agency has a call 0001: the code stands with it, small, where several are here.
      row.write("code", foreignCode(call.number, this.state.ownCode));
      row.write("number", shortNumber(call.number));
      row.element.dataset.placeSize = nameSize(placeName(call));
      row.writeName("place", placeName(call));
      row.marks("marks", callMarks(call));
    });
    this.reveal("more", hidden.length > 0);
    this.tick(this.state.now());
  }

  renew() {
    this.#rows.forget();
  }

  /** @param {number} now */
  tick(now) {
    this.#rows.each((row, call) => {
      const seconds = secondsSince(call.queued_at, now);
      row.write("wait", duration(seconds));
      const tone = seconds >= FULL_SECONDS ? "live" : seconds >= WARN_SECONDS ? "warn" : "";
      if (row.element.dataset.tone !== tone) row.element.dataset.tone = tone;
      const grown = Math.min(1, seconds / FULL_SECONDS);
      row.slot("bar").style.transform = `scaleX(${grown.toFixed(3)})`;
    });
    this.#fit();
    if (!this.#hidden.length) return;
    const oldest = duration(secondsSince(this.#hidden[0].queued_at, now));
    this.write(
      "more",
      fill(gettext("and %(n)s more, the longest of them %(oldest)s"), {
        n: this.#hidden.length,
        oldest,
      }),
    );
  }

  #fit() {
    const most = this.fitting("calls", this.#count, WAYS, MOST_ON_WALL);
    if (most === this.#most) return;
    this.#most = most;
    if (this.desk.isWall()) queueMicrotask(() => this.show());
  }
}
