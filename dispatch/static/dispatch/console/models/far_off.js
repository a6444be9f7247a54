// How far outside all areas a caller is, and which way: "about 12 km north of …". Pure.

import { METRES_A_DEGREE } from "./trail.js";
import { inLanguage } from "./words.js";
import { fill, gettext } from "../../lib/words.js";

/** @typedef {import("./map_view.js").Outline} Outline */
/** @typedef {import("./map_view.js").Spot} Spot */
/** @typedef {{outline: Outline, metres: number, degrees: number, isDrawnIn: boolean}} FarOff
 *  the nearest outline, how far its nearest edge is, the way from it to the caller,
 *  clockwise from north, and whether by what is drawn the caller is inside of one: the
 *  server, which says that they are not, has finer outlines */

const TURN = 360;
const WINDS = 8;
// Nearer to an edge a fix may lie on either side of it, and outlines are drawn thinned.
const LEAST_METRES = 100;

/**
 * @param {Outline[]} outlines @param {Spot} spot
 * @returns {FarOff | null} of the nearest outline; null if there is none
 */
export function farOff(outlines, spot) {
  /** @type {FarOff | null} */ let nearest = null;
  const isDrawnIn = outlines.some(({ polygons }) =>
    polygons.some(([outer, ...holes]) =>
      isIn(outer, spot) && !holes.some((hole) => isIn(hole, spot)),
    ),
  );
  for (const outline of outlines)
    for (const ring of outline.polygons.flat()) {
      const { metres, degrees } = nearestOn(ring, spot);
      if (!nearest || metres < nearest.metres)
        nearest = { outline, metres, degrees, isDrawnIn };
    }
  return nearest;
}

/**
 * @param {FarOff | null} far
 * @returns {string} for a person; "" if there is nothing to say, or nothing sure
 */
export function farOffWords(far) {
  if (!far || far.isDrawnIn || far.metres < LEAST_METRES) return "";
  const { outline, metres, degrees } = far;
  const km = metres / 1000;
  return fill(directed(Math.round(degrees / (TURN / WINDS)) % WINDS), {
    km: km < 10 ? km.toFixed(1) : String(Math.round(km)),
    area: inLanguage(outline.name, outline.name_en),
  });
}

/**
 * On a plane as wide as the earth is half-way between: right within a per cent for some
 * hundred kilometres, which "about" covers.
 * @param {[number, number][]} ring  longitude, latitude @param {Spot} spot
 * @returns {{metres: number, degrees: number}}
 */
function nearestOn(ring, [lat, lon]) {
  const middle = (lat + (ring[0]?.[1] ?? lat)) / 2;
  const perEast = METRES_A_DEGREE * Math.cos((middle * Math.PI) / 180);
  // Where the caller is, seen from the outline: so the caller is at 0, 0.
  const flat = ring.map(([x, y]) => [(x - lon) * perEast, (y - lat) * METRES_A_DEGREE]);
  let best = { metres: Infinity, degrees: 0 };
  flat.forEach(([x, y], index) => {
    const [toX, toY] = flat[(index + 1) % flat.length];
    const [dx, dy] = [toX - x, toY - y];
    const length = dx * dx + dy * dy;
    const part = length ? Math.min(1, Math.max(0, -(x * dx + y * dy) / length)) : 0;
    const [east, north] = [x + part * dx, y + part * dy];
    const metres = Math.hypot(east, north);
    if (metres >= best.metres) return;
    const degrees = (Math.atan2(-east, -north) * 180) / Math.PI;
    best = { metres, degrees: (degrees + TURN) % TURN };
  });
  return best;
}

/** @param {[number, number][]} ring  longitude, latitude @param {Spot} spot @returns {boolean} */
function isIn(ring, [lat, lon]) {
  let isInside = false;
  ring.forEach(([x, y], index) => {
    const [toX, toY] = ring[(index + 1) % ring.length];
    if (y > lat !== toY > lat && lon < x + ((lat - y) / (toY - y)) * (toX - x))
      isInside = !isInside;
  });
  return isInside;
}

/** @param {number} wind  eighths of a turn from north @returns {string} */
function directed(wind) {
  switch (wind) {
    case 0:
      return gettext("about %(km)s km north of %(area)s");
    case 1:
      return gettext("about %(km)s km north-east of %(area)s");
    case 2:
      return gettext("about %(km)s km east of %(area)s");
    case 3:
      return gettext("about %(km)s km south-east of %(area)s");
    case 4:
      return gettext("about %(km)s km south of %(area)s");
    case 5:
      return gettext("about %(km)s km south-west of %(area)s");
    case 6:
      return gettext("about %(km)s km west of %(area)s");
    default:
      return gettext("about %(km)s km north-west of %(area)s");
  }
}
