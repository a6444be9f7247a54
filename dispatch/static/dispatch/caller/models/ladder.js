// Which rung of the ladder the seat can have of this phone, and why not a higher one.
// Each rung is reached and left without a new call. Pure.

/** @typedef {import("./position_watch.js").Sense} Sense */
/** @typedef {"video" | "stills" | "voice" | "text"} Rung */
/**
 * @typedef {object} Device
 * @property {Sense} state
 * @property {string} trouble
 * @property {boolean} isInterrupted
 */
/**
 * @typedef {object} Leg  of live media
 * @property {string} state
 * @property {string} why
 */

/** From the least to the best. @type {Rung[]} */
const RUNGS = ["text", "voice", "stills", "video"];

/**
 * @param {{camera: Device, microphone: Device, leg: Leg | null, isOnline: boolean}} facts
 *   `leg`: null before there is one; `isOnline`: the server was heard lately
 * @returns {{rung: Rung, why: string}}  words of dispatch/commands/words.py
 */
export function ladder({ camera, microphone, leg, isOnline }) {
  const isUp = leg?.state === "up";
  const noCamera = reason(camera, "camera");
  const noMicrophone = reason(microphone, "microphone");
  const noMedia = isUp ? "" : leg?.why || "connecting";
  if (!noCamera && isUp) return { rung: "video", why: noMicrophone };
  if (!noCamera && isOnline) return { rung: "stills", why: noMedia };
  if (!noMicrophone && isUp) return { rung: "voice", why: noCamera };
  // The one that would help most if it could be mended.
  return { rung: "text", why: noCamera || noMedia };
}

/** @param {Device} device @param {"camera" | "microphone"} name @returns {string} "": it gives */
function reason({ state, trouble, isInterrupted }, name) {
  if (state === "on") return isInterrupted ? "interrupted" : "";
  if (trouble === "no_answer" || trouble === "insecure") return trouble;
  switch (state) {
    case "refused":
      return `${name}_refused`;
    case "none":
      return `${name}_none`;
    case "off":
      return trouble === "switched_off" ? trouble : "connecting";
    default:
      return "connecting";
  }
}

/**
 * @param {Rung} before @param {Rung} after
 * @returns {"fall" | "rise" | null} what the caller should be told once
 */
export function step(before, after) {
  const by = RUNGS.indexOf(after) - RUNGS.indexOf(before);
  return by < 0 ? "fall" : by > 0 ? "rise" : null;
}
