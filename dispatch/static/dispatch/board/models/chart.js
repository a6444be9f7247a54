// The day by quarters of an hour as bars, and the same in words for who cannot see it.

import { percent } from "./figures.js";
import { fill, gettext, ngettext, sentences } from "../../lib/words.js";
import { localTime } from "../../lib/zone.js";

/** @typedef {import("./figures.js").Sums} Sums */
/** @typedef {{x: number, width: number, answered: number, missed: number, isBelow: boolean}} Bar */

const QUARTER_MS = 15 * 60 * 1000;
export const WIDTH = 960;
export const HEIGHT = 120;
const DAY_QUARTERS = 96;
const TARGET = 0.9; // within 15 s

/**
 * @param {number[][]} quarters @returns {Bar[]} one a quarter with calls; heights in px of
 *   HEIGHT, the busiest quarter filling it
 */
export function bars(quarters) {
  const most = Math.max(1, ...quarters.map(([offered]) => offered));
  const width = WIDTH / DAY_QUARTERS;
  return quarters.flatMap(([offered, answered, quick, due], index) => {
    if (!offered) return [];
    return [{
      x: index * width,
      width: width - 2,
      answered: (answered / most) * HEIGHT,
      missed: ((offered - answered) / most) * HEIGHT,
      isBelow: due > 0 && quick / due < TARGET,
    }];
  });
}

/** @param {number[][]} quarters @returns {number} calls in the busiest quarter */
export function busiest(quarters) {
  return Math.max(0, ...quarters.map(([offered]) => offered));
}

/** @param {Sums} sums @param {number} index @returns {string} 09:45, the region's */
function quarterTime({ starts_at }, index) {
  return localTime(Date.parse(starts_at) + index * QUARTER_MS).time.slice(0, 5);
}

/** @param {Sums} sums @returns {string} the chart in a sentence */
export function inWords(sums) {
  const total = sums.quarters.reduce((sum, [offered]) => sum + offered, 0);
  if (!total) return gettext("No calls yet today.");
  const most = busiest(sums.quarters);
  const at = sums.quarters.findIndex(([offered]) => offered === most);
  const below = bars(sums.quarters).filter(({ isBelow }) => isBelow).length;
  const day = fill(
    gettext("%(total)s calls today. Busiest quarter of an hour: %(at)s with %(most)s."),
    { total, at: quarterTime(sums, at), most },
  );
  // Which target: three stand above. Where none was missed, the line would say nothing.
  const missed = below && fill(
    ngettext(
      "Below %(share)s in 15 s: %(n)s quarter of an hour.",
      "Below %(share)s in 15 s: %(n)s quarters of an hour.",
      below,
    ),
    { share: percent(TARGET), n: below },
  );
  return sentences([day, missed || ""]);
}
