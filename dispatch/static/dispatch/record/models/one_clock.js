// One clock for everything recorded of an incident: where each clip is at a moment. Pure.
//
// Moments are milliseconds since 1970 by the server's clock. A clip is made of pieces,
// each with its place in the copy that is played, because a recorder pauses and a copy
// does not show it.

/** @typedef {[number, number, number | null]} Piece  at, length, place in the copy */
/** @typedef {[number, number, string]} Gap  at, length, why in words */
/**
 * @typedef {object} Clip
 * @property {string} clip
 * @property {"video" | "audio" | "photo" | "file"} kind
 * @property {string} side  caller or seat
 * @property {string} source
 * @property {number} at
 * @property {"play" | "wait" | "ask" | "refused" | "empty" | "file"} way
 * @property {Piece[]} pieces
 * @property {Gap[]} gaps
 */
/**
 * @typedef {object} Clock
 * @property {number} alarm  its second: from there the page counts
 * @property {number} begins
 * @property {number} ends
 * @property {boolean} live
 * @property {string} zone
 * @property {Clip[]} clips
 */
/**
 * @typedef {{is: "piece", seconds: number} | {is: "gap", words: string} | {is: "silent"} |
 *           {is: "outside"}} Place
 *   `piece`: so far into its copy; `gap`: there is nothing, and why; `silent`: it ran, and
 *   cannot be played; `outside`: it did not run
 */

const PHOTO_MS = 15_000; // so long a picture stays on the stage while the clock goes on
const TOUCH_MS = 500; // less between two segments is no time of which there is nothing

/** @param {Clip} clip @param {number} moment @returns {Place} */
export function placeIn({ pieces, gaps }, moment) {
  // A gap inside a piece is a hole in it: what never arrived cannot be shown.
  const gap = gaps.find(([at, length]) => isWithin(at, length, moment));
  if (gap) return { is: "gap", words: gap[2] };
  // Segments overlap by a moment: the later one is the fresher.
  const piece = pieces.findLast(([at, length]) => isWithin(at, length, moment));
  if (!piece) return { is: "outside" };
  const [at, , copy] = piece;
  return copy === null
    ? { is: "silent" }
    : { is: "piece", seconds: (copy + moment - at) / 1000 };
}

/** @param {number} at @param {number} length @param {number} moment */
function isWithin(at, length, moment) {
  return at <= moment && moment < at + length;
}

/** @param {Clip[]} clips @param {number} moment @returns {Clip | null} the picture of then */
export function photoAt(clips, moment) {
  const taken = clips.filter(
    ({ kind, way, at }) =>
      kind === "photo" && way === "play" && at <= moment && moment < at + PHOTO_MS,
  );
  return taken.at(-1) ?? null;
}

/** @param {Clock} clock @param {number} moment @returns {number} 0 at its begin, 1 at its end */
export function shareOf({ begins, ends }, moment) {
  return Math.min(1, Math.max(0, (moment - begins) / Math.max(1, ends - begins)));
}

/** @param {Clock} clock @param {number} moment @returns {number} on the clock, not beyond */
export function within({ begins, ends }, moment) {
  return Math.min(ends, Math.max(begins, moment));
}

/**
 * @param {number[]} moments  of the entries, in their order @param {number} moment
 * @returns {number} the index of the last that has happened; -1: none has
 */
export function lastBy(moments, moment) {
  let [low, high] = [0, moments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (moments[middle] <= moment) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * @param {number[]} moments  in their order @param {number} moment @param {-1 | 1} direction
 * @returns {number | null} the next moment of an entry before or after; null: there is none
 */
export function nextTo(moments, moment, direction) {
  // Half a second on, an entry is still "this one"; going back goes to the one before.
  if (direction > 0) return moments.find((at) => at > moment) ?? null;
  return moments.findLast((at) => at < moment - 500) ?? moments[0] ?? null;
}

/**
 * One voice a side, or the caller is heard twice, a moment apart.
 * @param {Clip[]} clips @returns {Set<string>} the clips that are heard unless told
 */
export function heardAtFirst(clips) {
  const running = clips.filter(({ kind, way }) => way === "play" && isRunning(kind));
  const heard = new Set();
  for (const side of ["caller", "seat"]) {
    const ofSide = running.filter((clip) => clip.side === side);
    const source = ofSide.find(({ source }) => source === "phone")?.source ?? "relay";
    for (const clip of ofSide) if (clip.source === source) heard.add(clip.clip);
  }
  return heard;
}

/**
 * One bar for segments that follow each other: only a gap that is told looks like one.
 * @param {Piece[]} pieces  in their order
 * @returns {{at: number, length: number, isPlayable: boolean}[]}
 */
export function barsOf(pieces) {
  /** @type {{at: number, length: number, isPlayable: boolean}[]} */
  const bars = [];
  for (const [at, length, copy] of pieces) {
    const [last, isPlayable] = [bars.at(-1), copy !== null];
    if (last?.isPlayable === isPlayable && at - last.at - last.length < TOUCH_MS)
      last.length = Math.max(last.length, at + length - last.at);
    else bars.push({ at, length, isPlayable });
  }
  return bars;
}

/**
 * @param {Clip[]} clips
 * @returns {boolean} whether nobody sees the caller only because no copy was asked for
 */
export function isCallerUnprepared(clips) {
  const caller = clips.filter(({ side, kind }) => side === "caller" && isRunning(kind));
  return caller.some(({ way }) => way === "ask") && !caller.some(({ way }) => way === "play");
}

/** @param {string} kind @returns {boolean} whether a clip of this kind has a length */
export function isRunning(kind) {
  return kind === "video" || kind === "audio";
}

/** @param {number} ms @returns {string} 0:14, 12:03, 1:02:03 */
export function span(ms) {
  const whole = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes, seconds] = [
    Math.floor(whole / 3600),
    Math.floor(whole / 60) % 60,
    whole % 60,
  ];
  const two = (/** @type {number} */ part) => String(part).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/**
 * Both ends are cut to the second, as times are written: what lies between two written
 * times is then their difference.
 * @param {Pick<Clock, "alarm">} clock @param {number} moment
 * @returns {string} +0:14; of what was recorded before the alarm: −0:01
 */
export function sinceAlarm({ alarm }, moment) {
  const whole = (/** @type {number} */ at) => Math.floor(at / 1000) * 1000;
  const since = whole(moment) - whole(alarm);
  return since < 0 ? `−${span(-since)}` : `+${span(since)}`;
}

/**
 * Nothing is to be seen before the first recording that plays.
 * @param {Pick<Clock, "begins" | "clips">} clock @returns {number} where the hand begins
 */
export function firstPicture({ begins, clips }) {
  const starts = clips
    .filter(({ way }) => way === "play")
    .flatMap(({ pieces, at }) => {
      const first = pieces.find(([, , copy]) => copy !== null);
      return first ? [first[0]] : pieces.length ? [] : [at];
    });
  return starts.length ? Math.min(...starts) : begins;
}

/** @param {string} zone @returns {(moment: number) => string} times as the page writes them */
export function timesIn(zone) {
  const options = /** @type {const} */ ({
    hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
  });
  try {
    const format = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone });
    return (moment) => format.format(moment);
  } catch {
    const format = new Intl.DateTimeFormat("en-GB", options);
    return (moment) => format.format(moment);
  }
}
