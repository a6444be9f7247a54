// The calls that are talked to now, the oldest alarm on top.

import { KeyedRows } from "./keyed_rows.js";
import { View } from "./view.js";
import { cut, liveCalls } from "../models/lists.js";
import {
  callMarks, callSeat, foreignCode, nameSize, placeName, shortNumber,
} from "../models/words.js";
import { duration, secondsSince } from "../../console/models/clock.js";
import { fill, gettext } from "../../lib/words.js";

/** @typedef {import("../models/shapes.js").LineCall} LineCall */

const MOST_ON_WALL = 4; // until it is known how many fit

/** @type {[string, number][]} how a wall may draw a row, and its height: wall_rows.css */
const WAYS = [["tall full", 212], ["tall", 168]];

export class BoardCalls extends View {
  /** @type {KeyedRows<LineCall>} */ #rows = /** @type {any} */ (null);
  #most = MOST_ON_WALL;
  #count = 0;

  begin() {
    this.#rows = new KeyedRows(this.find("calls"), this.find("row"));
  }

  show() {
    const calls = liveCalls(this.state.agencies);
    this.#count = calls.length;
    this.write("count", calls.length ? String(calls.length) : "");
    this.reveal("empty", calls.length === 0 && this.state.isWhole);
    this.#most = this.fitting("calls", calls.length, WAYS, this.#most);
    const { shown, hidden } = cut(calls, this.desk.isWall() ? this.#most : Infinity);
    this.reveal("more", hidden.length > 0);
    if (hidden.length) this.write("more", fill(gettext("and %(n)s more"), { n: hidden.length }));
    this.#rows.show(shown, ({ call }) => call, (row, call) => {
      row.write("code", foreignCode(call.number, this.state.ownCode));
      row.write("number", shortNumber(call.number));
      row.element.dataset.whoSize = nameSize(call.operator);
      row.element.dataset.placeSize = nameSize(placeName(call));
      row.writeName("seat", callSeat(call));
      row.writeName("operator", call.operator);
      row.writeName("place", placeName(call));
      row.marks("marks", callMarks(call));
    });
    this.tick(this.state.now());
  }

  renew() {
    this.#rows.forget();
  }

  /** @param {number} now */
  tick(now) {
    this.#fit();
    const { standing } = this.state;
    this.#rows.each((row, call) => {
      row.write("time", duration(secondsSince(this.state.talkingSince(call), now)));
      const isHere = standing.call === call.call;
      if (row.slot("here").hidden === isHere) row.slot("here").hidden = !isHere;
    });
  }

  #fit() {
    const most = this.fitting("calls", this.#count, WAYS, MOST_ON_WALL);
    if (most === this.#most) return;
    this.#most = most;
    if (this.desk.isWall()) queueMicrotask(() => this.show());
  }
}
