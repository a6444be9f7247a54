// What getStats says about a leg, in the few figures the pages use, and whether anything
// moves. Frames are counted as decoded, not as shown: hidden tabs show none.

import { ageMs, mark } from "./age.js";

/**
 * @typedef {object} Figures
 * @property {number} framesDecoded
 * @property {number} framesSent
 * @property {number} framesGiven  by the camera; 0 where the browser does not tell
 * @property {number} audioLevelIn  0 to 1
 * @property {number} bytesIn  of media
 * @property {number} bytesOut  of media
 * @property {number} lossOut  0 to 1, what the server missed lately
 * @property {number | null} rttMs
 */
/**
 * @typedef {object} Progress  counters; one that stands still is a sign
 * @property {number} arrived  bytes of anything, reports too
 * @property {number} left
 * @property {number} videoArrived
 * @property {number} framesDecoded
 */

/** @returns {Figures} */
export function noFigures() {
  return {
    framesDecoded: 0,
    framesSent: 0,
    framesGiven: 0,
    audioLevelIn: 0,
    bytesIn: 0,
    bytesOut: 0,
    lossOut: 0,
    rttMs: null,
  };
}

/**
 * @param {RTCStatsReport} report
 * @param {string | null} [mid]  of the picture whose frames are told; null: of all
 * @returns {{figures: Figures, progress: Progress}}
 */
export function read(report, mid = null) {
  const figures = noFigures();
  const progress = { arrived: 0, left: 0, videoArrived: 0, framesDecoded: 0 };
  report.forEach((entry) => {
    if (entry.type === "inbound-rtp") {
      figures.bytesIn += entry.bytesReceived ?? 0;
      if (entry.kind === "audio") {
        figures.audioLevelIn = Math.max(figures.audioLevelIn, entry.audioLevel ?? 0);
      } else {
        const isIt = mid === null || entry.mid === undefined || entry.mid === mid;
        if (isIt) figures.framesDecoded += entry.framesDecoded ?? 0;
        progress.framesDecoded += entry.framesDecoded ?? 0;
        progress.videoArrived += entry.bytesReceived ?? 0;
      }
    } else if (entry.type === "outbound-rtp") {
      figures.bytesOut += entry.bytesSent ?? 0;
      if (entry.kind === "video") figures.framesSent += entry.framesSent ?? 0;
    } else if (entry.type === "media-source") {
      figures.framesGiven += entry.frames ?? 0;
    } else if (entry.type === "remote-inbound-rtp") {
      figures.lossOut = Math.max(figures.lossOut, entry.fractionLost ?? 0);
    } else if (entry.type === "transport") {
      progress.arrived += entry.bytesReceived ?? 0;
      progress.left += entry.bytesSent ?? 0;
    } else if (entry.type === "candidate-pair" && entry.nominated) {
      const seconds = entry.currentRoundTripTime;
      if (typeof seconds === "number") figures.rttMs = Math.round(seconds * 1000);
    }
  });
  return { figures, progress };
}

/**
 * Whether a leg that should be alive is. The other side may send nothing (muted, silent,
 * no camera), so it is the whole transport that must move: the server reports each
 * second. Picture that arrives but is never decoded counts as dead, too.
 */
export class StallWatch {
  /** @type {Progress | null} */ #last = null;
  #arrivedAt = mark();
  #leftAt = mark();
  #decodedAt = mark();

  /** @param {Progress} now */
  take(now) {
    const last = this.#last ?? { arrived: -1, left: -1, videoArrived: 0, framesDecoded: -1 };
    if (now.arrived > last.arrived) this.#arrivedAt = mark();
    if (now.left > last.left) this.#leftAt = mark();
    const isDecoded = now.framesDecoded > last.framesDecoded;
    const isIdle = now.videoArrived === last.videoArrived;
    if (isDecoded || isIdle) this.#decodedAt = mark();
    this.#last = now;
  }

  /** Milliseconds without a sign of life. */
  get stalledMs() {
    return Math.max(ageMs(this.#arrivedAt), ageMs(this.#leftAt), ageMs(this.#decodedAt));
  }
}
