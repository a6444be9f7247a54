// The server's time, as far as this computer can know it. Frames only ever arrive late,
// so the freshest offset is the largest one heard lately; an old one is forgotten, for
// this computer's clock may be set meanwhile.

import { localTime } from "../../lib/zone.js";

const REMEMBERED = 30; // heartbeats, one each 2 s

export class ServerClock {
  /** @type {number[]} */ #offsets = [];

  /** @param {string} at  the server's time in a frame that came just now @param {number} here */
  hear(at, here = Date.now()) {
    this.#offsets = [...this.#offsets, Date.parse(at) - here].slice(-REMEMBERED);
  }

  /** @param {number} here @returns {number} the server's time in ms since 1970 */
  now(here = Date.now()) {
    return here + (this.#offsets.length ? Math.max(...this.#offsets) : 0);
  }
}

/**
 * @param {string | null | undefined} at @param {number} now
 * @returns {number} seconds since `at`, never negative
 */
export function secondsSince(at, now) {
  return at ? Math.max(0, (now - Date.parse(at)) / 1000) : 0;
}

/** @param {number} seconds @returns {string} 0:14, 12:03, 1:02:03 */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [
    Math.floor(whole / 3600),
    Math.floor(whole / 60) % 60,
    whole % 60,
  ];
  const two = (/** @type {number} */ part) => String(part).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** @param {string | number | null | undefined} at @returns {string} 09:41:07, the region's; "" for nothing */
export function timeOfDay(at) {
  return at ? localTime(at).time : "";
}
