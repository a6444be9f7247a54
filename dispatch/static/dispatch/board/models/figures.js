// The day's figures: sums of one or several agencies, shares and averages made of them,
// and how they stand against the targets.

import { fill, gettext } from "../../lib/words.js";

/** @typedef {import("./shapes.js").FiguresFrame} FiguresFrame */
/**
 * @typedef {object} Sums
 * @property {Record<string, number>} figures
 * @property {string} starts_at
 * @property {number[][]} quarters
 */

// STANDARDS: NFPA 1225 (10 s), NENA-STA-020.1 (15 s, 20 s).
export const TARGETS = [
  { seconds: 10, share: 0.9 },
  { seconds: 15, share: 0.9 },
  { seconds: 20, share: 0.95 },
];

/** @param {Iterable<FiguresFrame>} frames @returns {Sums | null} all of them as one */
export function together(frames) {
  /** @type {Sums | null} */
  let all = null;
  for (const { figures, starts_at, quarters } of frames) {
    if (!all) {
      all = { figures: { ...figures }, starts_at, quarters: quarters.map((row) => [...row]) };
      continue;
    }
    for (const [name, value] of Object.entries(figures)) {
      const known = all.figures[name] ?? 0;
      all.figures[name] = name === "longest_ms" ? Math.max(known, value) : known + value;
    }
    quarters.forEach((row, index) => {
      const known = all?.quarters[index];
      if (known) row.forEach((value, place) => (known[place] += value));
      else all?.quarters.push([...row]);
    });
  }
  return all;
}

/** @param {number | undefined} part @param {number | undefined} whole @returns {number | null} */
export function share(part, whole) {
  return whole ? (part ?? 0) / whole : null;
}

/** @param {Record<string, number>} sums @param {number} seconds @returns {number | null} */
export function answeredIn(sums, seconds) {
  return share(sums[`in_${seconds}`], sums[`due_${seconds}`]);
}

/** @param {Record<string, number>} sums @returns {number | null} average speed, in seconds */
export function averageWait(sums) {
  return sums.answered ? sums.wait_ms / sums.answered / 1000 : null;
}

/** @param {Record<string, number>} sums @returns {number | null} share of the time on shift */
export function occupancy(sums) {
  const part = share(sums.busy_ms + sums.wrap_up_ms, sums.shift_ms);
  return part === null ? null : Math.min(1, part);
}

/**
 * @param {number | null} part @param {number} [goal]  never reached by rounding up
 * @returns {string} 93%, or a dash where nothing is known
 */
export function percent(part, goal = 1) {
  if (part === null) return "–";
  const nearest = Math.round(part * 100);
  const isTooHigh = part < goal && nearest >= Math.round(goal * 100);
  return `${isTooHigh ? Math.floor(part * 100 + 1e-9) : nearest}%`;
}

/** @param {number | null} value @returns {string} 4.2 s */
export function seconds(value) {
  if (value === null) return "–";
  return fill(gettext("%(seconds)s s"), { seconds: value.toFixed(value < 10 ? 1 : 0) });
}
