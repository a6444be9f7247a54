// How long ago something happened, measured so that a sleeping phone cannot lie: the
// monotonic clock may stand still while the phone sleeps, the wall clock may be set back.
// The larger of the two is the honest one: it errs towards "no connection".

/** @typedef {{mono: number, wall: number}} Mark  a moment on both clocks, in ms */

/** @returns {Mark} this moment */
export function mark() {
  return { mono: performance.now(), wall: Date.now() };
}

/** @param {Mark} then @returns {number} milliseconds since `then` */
export function ageMs(then) {
  return Math.max(0, performance.now() - then.mono, Date.now() - then.wall);
}
