// What can be done with a seat or a call as it now stands. The server has the last word.

import { doing } from "./lists.js";

/** @typedef {import("./shapes.js").LineCall} LineCall */
/** @typedef {import("./shapes.js").Seat} Seat */
/**
 * @typedef {"allow-break" | "refuse-break" | "pause" | "free" | "priority" | "move"
 *   | "monitor" | "whisper" | "open" | "end"} Act
 */

/** Acts that say why: the server refuses them without a reason. */
export const NEEDS_REASON = new Set(["pause", "free", "monitor", "whisper", "open", "end"]);
/** Acts that cannot be taken back and are asked for once more, in their place. */
export const ASKS = new Set(["free", "open", "end"]);

/** @param {Seat} seat @returns {Set<Act>} */
export function seatActs(seat) {
  /** @type {Set<Act>} */
  const acts = new Set();
  if (!seat.operator_id) return acts;
  if (seat.break_asked_at) acts.add("allow-break").add("refuse-break");
  if (doing(seat) === "ready" || seat.availability === "ready") acts.add("pause");
  return acts.add("free");
}

/**
 * @param {LineCall} call @param {{call: string | null, stance: string}} standing
 * @returns {Set<Act>}
 */
export function callActs(call, standing) {
  /** @type {Set<Act>} */
  const acts = new Set();
  if (call.state === "ended") return acts;
  acts.add("priority").add("move").add("end");
  if (call.state !== "connected") return acts;
  for (const stance of /** @type {Act[]} */ (["monitor", "whisper", "open"])) {
    if (standing.call !== call.call || standing.stance !== stance) acts.add(stance);
  }
  return acts;
}
