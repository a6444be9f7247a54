// Whether the uplink bears little more than the live picture; then the recording waits on
// the phone. Pure.

/**
 * @typedef {object} Sample  what a leg's figures said at a moment
 * @property {number} at  ms
 * @property {number} bytesOut
 * @property {number} framesSent
 * @property {number} framesGiven  by the camera; 0 where the browser does not tell
 * @property {number} lossOut  0 to 1
 * @property {number | null} rttMs
 */

const LOSS = 0.05;
const SLOW_BITS_A_SECOND = 200_000;
// A phone that lies on a table makes few bytes on the best of lines: a low rate counts
// only with one more sign that the line, not the scene, is the reason.
const SOME_LOSS = 0.01;
const FEW_FRAMES_A_SECOND = 12;
// At night a camera gives ten frames a second or fewer, and all of them are sent.
const MOST_FRAMES = 0.75;
const LONG_WAY_MS = 400;

/** @param {Sample} before @param {Sample} now @param {boolean} hasVideo */
export function isThinNow(before, now, hasVideo) {
  if (now.lossOut > LOSS) return true;
  const seconds = (now.at - before.at) / 1000;
  // A fresh leg counts from nothing: no judgement yet.
  if (!hasVideo || seconds <= 0 || now.bytesOut < before.bytesOut) return false;
  const bits = (8 * (now.bytesOut - before.bytesOut)) / seconds;
  const frames = (now.framesSent - before.framesSent) / seconds;
  const given = (now.framesGiven - before.framesGiven) / seconds;
  const isStrained = now.lossOut > SOME_LOSS
    || (frames < FEW_FRAMES_A_SECOND && (given <= 0 || frames < given * MOST_FRAMES))
    || (now.rttMs ?? 0) > LONG_WAY_MS;
  return bits < SLOW_BITS_A_SECOND && isStrained;
}
