// Where the phone was, as a sketch without a map: metres east and north of the newest point.

import { fill, gettext } from "../../lib/words.js";

/** @typedef {import("./shapes.js").Position} Position */
/** @typedef {{x: number, y: number, accuracy: number}} Spot  pixels, y downwards */

export const METRES_A_DEGREE = 111_320; // along a meridian; near enough for a sketch of a street
const SMALLEST_SPAN_M = 40;

/** @param {number} value in 1e-7 degrees @returns {string} */
export function degrees(value) {
  return (value / 1e7).toFixed(5);
}

/** @param {Position} position @returns {string} WGS-84, as a map or a radio takes it */
export function coordinates(position) {
  return `${degrees(position.lat_e7)}, ${degrees(position.lon_e7)}`;
}

/**
 * @param {number} mm  0 from a phone that does not know: none stands on a point
 * @returns {string} ±12 m, ±1.4 km
 */
export function accuracy(mm) {
  if (mm <= 0) return gettext("accuracy not given");
  const metres = mm / 1000;
  return metres < 1000
    ? fill(gettext("±%(n)s m"), { n: Math.ceil(metres) })
    : fill(gettext("±%(n)s km"), { n: (metres / 1000).toFixed(1) });
}

/**
 * @param {Position[]} trail  oldest first @param {number} width @param {number} height
 * @returns {{spots: Spot[], metres: number}} `metres`: what a quarter of the width stands for
 */
export function sketch(trail, width, height) {
  const last = trail.at(-1);
  if (!last) return { spots: [], metres: 0 };
  const perEast = METRES_A_DEGREE * Math.cos((last.lat_e7 / 1e7) * (Math.PI / 180));
  const metres = trail.map((spot) => ({
    east: ((spot.lon_e7 - last.lon_e7) / 1e7) * perEast,
    north: ((spot.lat_e7 - last.lat_e7) / 1e7) * METRES_A_DEGREE,
    accuracy: spot.accuracy_mm / 1000,
  }));
  const [west, east] = range(metres.map((spot) => spot.east));
  const [south, north] = range(metres.map((spot) => spot.north));
  const reach = Math.min(200, metres.at(-1)?.accuracy ?? 0);
  const spanEast = Math.max(SMALLEST_SPAN_M, east - west + 2 * reach);
  const spanNorth = Math.max(SMALLEST_SPAN_M, north - south + 2 * reach);
  const scale = Math.min(width / spanEast, height / spanNorth) * 0.85;
  const spots = metres.map((spot) => ({
    x: width / 2 + (spot.east - (east + west) / 2) * scale,
    y: height / 2 - (spot.north - (north + south) / 2) * scale,
    accuracy: spot.accuracy * scale,
  }));
  return { spots, metres: width / 4 / scale };
}

/** @param {number[]} values @returns {[number, number]} */
function range(values) {
  return [Math.min(...values), Math.max(...values)];
}

/** @param {number} count @param {boolean} isKm @returns {string} what a map's scale says */
export function lengthWords(count, isKm) {
  return isKm
    ? fill(gettext("%(count)s km"), { count })
    : fill(gettext("%(count)s m"), { count });
}
