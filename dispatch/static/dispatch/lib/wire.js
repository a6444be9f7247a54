// The words both pages share with the server: shapes of frames, limits, fresh ids.
// PROTOCOL.md is the full declaration; only what the pages read is typed here.

export const SUBPROTOCOL = "alarm110.v1";
/** Bytes of JPEG, before base64. */
export const MAX_STILL_BYTES = 40 * 1024;
/** "Not now", as opposed to "no": the same frame will be taken a little later. */
export const PASSING = new Set(["try_again", "over_budget"]);
/** How much later. */
export const PUT_OFF_MS = 1000;

/** @typedef {{[field: string]: any, type: string}} Frame  anything on the wire */
/** @typedef {Frame & {id: string}} Command  a frame that is answered by ack or error */
/**
 * @typedef {object} Ack
 * @property {"ack"} type
 * @property {string} id
 * @property {string} [stream]
 * @property {number} [seq]
 * @property {number} [epoch]  a take-over through the second door brings it here
 */
/**
 * @typedef {object} Entry  a numbered fact; a hidden one has only stream, seq and skip
 * @property {string} stream
 * @property {number} seq
 * @property {string} [type]
 * @property {string} [at]
 * @property {{kind: string}} [author]
 * @property {any} [data]
 * @property {boolean} [skip]
 */
/**
 * @typedef {object} Welcome
 * @property {"welcome"} type
 * @property {number | null} epoch  null: this window only watches
 * @property {Record<string, number>} cursors
 * @property {Record<string, any>} snapshots
 * @property {Record<string, any>} you
 * @property {string} at
 */
/** @typedef {"connecting" | "live" | "reconnecting" | "down"} LineState */

/**
 * What whoever opens a door listens to.
 * @typedef {object} LineHooks
 * @property {() => Record<string, any>} hello  what hello says besides the cursors
 * @property {(welcome: Welcome) => void} onWelcome
 * @property {(entry: Entry) => void} onEntry  in order, each number once, hidden ones too
 * @property {(frame: Frame) => void} onFrame  everything unnumbered but ack and welcome
 * @property {(state: LineState, silentMs: number, code: number) => void} onLine
 *   `silentMs`: since the last frame; `code`: the close code when "down", else 0
 */

/** A refusal by the server: `code` for programs, `message` for people, `facts` say why. */
export class Refused extends Error {
  /** @param {{code: string, detail?: string, facts?: Record<string, any>}} frame */
  constructor(frame) {
    super(frame.detail ?? frame.code);
    this.name = "Refused";
    this.code = frame.code;
    this.facts = frame.facts ?? {};
  }
}

/** @returns {string} a random UUID, also where the page is not a secure context */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
