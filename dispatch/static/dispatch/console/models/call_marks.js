// Where marks stand on the strip of a call's time. Pure.

/** @typedef {{at: number, words: string, icon: string, tone: string}} Mark  at: ms since 1970 */

const SHORTEST_MS = 60_000; // a call's first minute does not crowd at the edge
const EDGE = 0.01; // neither end is cut

/**
 * Who sits at a seat of one's own office knows its name: only other offices' are told.
 * @param {string} words  a mark's, as the record has them @param {string[]} names  the
 * office's own, in both languages @returns {string}
 */
export function withoutOffice(words, names) {
  let short = words;
  for (const name of names.filter(Boolean)) {
    const plain = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    short = short.replace(new RegExp(`${plain}(?:, (?=seat \\d)| (?=\\d))`, "g"), "");
  }
  return short.charAt(0).toUpperCase() + short.slice(1);
}

/**
 * @param {number[]} moments  ms since 1970
 * @param {{queued_at: string, ended_at?: string | null}} call  times as the wire has them
 * @param {number} now  the server's time
 * @returns {number[]} a share of the strip for each, 0 to 1
 */
export function markPlaces(moments, { queued_at, ended_at }, now) {
  const begins = Math.min(Date.parse(queued_at), ...moments);
  const ended = ended_at ? Date.parse(ended_at) : now;
  const span = Math.max(SHORTEST_MS, ended - begins);
  return moments.map((at) => {
    const share = Math.min(1, Math.max(0, (at - begins) / span));
    return EDGE + share * (1 - 2 * EDGE);
  });
}
