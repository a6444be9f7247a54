// What the page may say about the connection. "Connected" stands only on proof younger
// than six seconds; everything else says since when there is none. Pure.

/** @typedef {import("../../lib/wire.js").LineState} LineState */
/**
 * @typedef {object} LineTruth
 * @property {"connecting" | "waiting" | "connected" | "watching" | "silent" | "closed"} is
 * @property {number} seconds  without a sign of the server, for "silent"
 */

const PROOF_MS = 6000;

/**
 * @param {{line: LineState, silentMs: number, callState: string | null,
 *          isReadOnly: boolean}} facts
 * @returns {LineTruth}
 */
export function lineTruth({ line, silentMs, callState, isReadOnly }) {
  const seconds = Math.max(1, Math.floor(Math.min(silentMs, 1e9) / 1000));
  if (line === "down") return { is: "closed", seconds };
  if (silentMs >= PROOF_MS) return { is: "silent", seconds };
  if (line === "connecting" || callState === null) return { is: "connecting", seconds };
  // A reconnect that takes a moment is not worth a fright: the proof still holds.
  if (isReadOnly) return { is: "watching", seconds };
  return { is: callState === "connected" ? "connected" : "waiting", seconds };
}
