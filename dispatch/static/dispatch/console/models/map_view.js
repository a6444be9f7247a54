// What the map shows, and when it moves: never while a person has it in hand. Pure.
//
// Two views. Far: the whole district, so that one sees where in it the caller is. Near:
// the street, with the trail and the accuracy. Without tiles there is no street to see, so
// the far one comes first, and the near one reaches as far as the nearest boundary: a dot on
// bare ground says nothing. Outside all areas the far one holds the nearest of them, too.

import { farOff } from "./far_off.js";
import { METRES_A_DEGREE } from "./trail.js";

/** @typedef {import("./shapes.js").Position} Position */
/** @typedef {[number, number]} Spot  latitude, longitude in degrees */
/** @typedef {{south: number, west: number, north: number, east: number}} Box  degrees */
/** @typedef {"near" | "far"} Reach */
/**
 * One area as the server draws it.
 * @typedef {object} Outline
 * @property {string} code
 * @property {string} name
 * @property {string} name_en
 * @property {boolean} is_own
 * @property {string} source
 * @property {[number, number]} label  longitude, latitude
 * @property {[number, number][][][]} polygons  rings of longitude, latitude
 */

const SMALLEST_REACH_M = 60; // around the caller, in the near view
const LARGEST_REACH_M = 20_000;
const BEYOND_EDGE = 1.15; // so that the boundary is not the frame
const LOST_REACH_M = 15_000; // far view outside every outline, where none is near
const FAR_PICTURE_M = 1_000_000; // to the nearest outline: further off, not in one picture
const MARGIN = 0.2; // of the screen: nearer to its edge, the caller is followed

/** @param {Position} position @returns {Spot} */
export function spotOf(position) {
  return [position.lat_e7 / 1e7, position.lon_e7 / 1e7];
}

/** @param {Spot} spot @param {number} metres @returns {Box} so much to each side */
export function around([lat, lon], metres) {
  const tall = metres / METRES_A_DEGREE;
  const wide = tall / Math.max(0.01, Math.cos((lat * Math.PI) / 180));
  return { south: lat - tall, west: lon - wide, north: lat + tall, east: lon + wide };
}

/** @param {Outline} outline @returns {Box} */
export function boxOf(outline) {
  const spots = outline.polygons.flat(2);
  const [lons, lats] = [spots.map(([lon]) => lon), spots.map(([, lat]) => lat)];
  return {
    south: Math.min(...lats),
    west: Math.min(...lons),
    north: Math.max(...lats),
    east: Math.max(...lons),
  };
}

/** @param {Box} box @param {Spot} spot @returns {boolean} whether it lies well inside */
export function isWellInside(box, [lat, lon]) {
  const [tall, wide] = [(box.north - box.south) * MARGIN, (box.east - box.west) * MARGIN];
  const isTall = lat > box.south + tall && lat < box.north - tall;
  return isTall && lon > box.west + wide && lon < box.east - wide;
}

/** @param {Box} one @param {Spot} spot @returns {Box} the box with the spot in it */
function withSpot(one, [lat, lon]) {
  return {
    south: Math.min(one.south, lat),
    west: Math.min(one.west, lon),
    north: Math.max(one.north, lat),
    east: Math.max(one.east, lon),
  };
}

// Around what is shown, so that a caller in its corner is seen whole: above it the buttons,
// or, where the map is low, beside it; below it the scale.
const CLEAR = [
  { paddingTopLeft: [12, 44], paddingBottomRight: [12, 24] },
  { paddingTopLeft: [12, 12], paddingBottomRight: [196, 24] },
];

/**
 * @param {number} width @param {number} height  of the map, pixels
 * @param {number} [foot]  how high the words at its foot stand
 * @returns {{paddingTopLeft: number[], paddingBottomRight: number[]}} what leaves more room
 *   for the caller, with nothing lying on it
 */
export function clearOf(width, height, foot = 0) {
  const clear = CLEAR.map(({ paddingTopLeft, paddingBottomRight: [right, low] }) => ({
    paddingTopLeft,
    paddingBottomRight: [right, Math.max(low, foot)],
  }));
  const rooms = clear.map(({ paddingTopLeft: [left, top], paddingBottomRight: [right, low] }) =>
    Math.min(width - left - right, height - top - low),
  );
  return clear[rooms[1] > rooms[0] ? 1 : 0];
}

/** @param {Outline[]} outlines @param {Spot} spot @returns {Outline | null} the nearest */
function nearby(outlines, spot) {
  const far = farOff(outlines, spot);
  return far && far.metres <= FAR_PICTURE_M ? far.outline : null;
}

export class MapView {
  #incident = "";
  /** A person moved the map: it stays where they put it. */
  isHeld = false;
  /** @type {Reach} */ reach;
  #hasTiles;

  /** @param {boolean} hasTiles  something to see from near */
  constructor(hasTiles) {
    this.#hasTiles = hasTiles;
    this.reach = hasTiles ? "near" : "far";
  }

  /** A person dragged or zoomed. */
  hold() {
    this.isHeld = true;
  }

  /** Bring the caller back; asked again, look from near instead of from far. */
  centre() {
    if (this.isHeld) this.isHeld = false;
    else this.reach = this.reach === "near" ? "far" : "near";
  }

  /**
   * Where the map must go for this position; null: it stays as it is.
   * @param {string} incident  another one begins anew
   * @param {Position[]} trail  oldest first, at least one
   * @param {Outline[]} outlines
   * @param {Box | null} shown  what is on the screen; null: nothing yet, or no longer right
   * @returns {Box | null}
   */
  next(incident, trail, outlines, shown) {
    const last = trail.at(-1);
    if (!last) return null;
    const isNew = incident !== this.#incident;
    if (isNew) {
      this.#incident = incident;
      this.isHeld = false;
      this.reach = this.#hasTiles ? "near" : "far";
    }
    if (this.isHeld) return null;
    if (!isNew && shown && isWellInside(shown, spotOf(last))) return null;
    return this.reach === "near" ? this.#near(trail, outlines) : this.#far(last, outlines);
  }

  /**
   * @param {Position[]} trail @param {Outline[]} outlines
   * @returns {Box} accuracy and the last of the way; without tiles the nearest boundary
   */
  #near(trail, outlines) {
    const last = /** @type {Position} */ (trail.at(-1));
    const metres = (last.accuracy_mm / 1000) * 1.5;
    const edge = this.#hasTiles ? 0 : (farOff(outlines, spotOf(last))?.metres ?? 0);
    const wanted = Math.max(SMALLEST_REACH_M, metres, edge * BEYOND_EDGE);
    return around(spotOf(last), Math.min(LARGEST_REACH_M, wanted));
  }

  /** @param {Position} last @param {Outline[]} outlines @returns {Box} the district */
  #far(last, outlines) {
    const spot = spotOf(last);
    const home = outlines.find(({ name }) => name === last.area) ?? nearby(outlines, spot);
    return home ? withSpot(boxOf(home), spot) : around(spot, LOST_REACH_M);
  }
}
