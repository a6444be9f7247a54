// The tap: one alarm, delivered once, however often it has to be sent. Keeps trying with
// the same id; what the server cannot read is left out rather than the alarm lost.

import { request } from "./http.js";
import { fill, gettext } from "./words.js";
import { newId } from "./wire.js";

/**
 * @typedef {object} Tap
 * @property {string} id
 * @property {"normal" | "silent"} mode
 * @property {string} [text]
 * @property {{age_ms: number}} [position]  with what else is known of the place
 * @property {string} [language]
 * @property {boolean} [sign_language]
 */
/**
 * @typedef {object} Tapped  the server's answer
 * @property {string} call
 * @property {string} incident
 * @property {string} number
 * @property {string} stream
 * @property {number} cursor
 * @property {number | null} epoch
 * @property {string | null} capability
 * @property {"normal" | "silent"} mode
 * @property {string} state
 * @property {string} queued_at
 * @property {{name: string, name_en: string, phone_number: string}} agency
 * @property {number | null} place
 * @property {number} seats_open
 * @property {boolean} merged
 * @property {string} [evidence]  the right to add recordings to this incident
 */

const TAP_URL = "/api/v1/calls";
const MINE_URL = "/api/v1/calls/mine";
// Longer each time: on a very thin line only patience gets one through.
const TIMEOUTS_MS = [5000, 8000, 12_000, 20_000];
const RETRY_MS = [500, 1000, 2000, 4000];
// A tap that waited longer than this for a line says so itself.
const TOLD_MS = 60_000;
const MOST_AGE_MS = 2 ** 31 - 1;

/** @param {Omit<Tap, "id">} parts @returns {Tap} */
export function makeTap(parts) {
  return { id: newId(), ...parts };
}

/**
 * Send until it is answered.
 * @param {Tap} tap
 * @param {{onFailure: (failures: number) => void, isWanted: () => boolean,
 *          ageMs?: () => number}} options
 *   `onFailure` after each try that brought no alarm; false from `isWanted` stops it;
 *   `ageMs` says how long ago it was tapped
 * @returns {Promise<Tapped | null>} null if it was no longer wanted
 */
export async function sendTap(tap, { onFailure, isWanted, ageMs = () => 0 }) {
  /** @type {Tap | null} */ let bare = null;
  for (let failures = 0; isWanted(); failures += 1) {
    const step = Math.min(failures, TIMEOUTS_MS.length - 1);
    let retryMs = RETRY_MS[step];
    try {
      const body = bare ?? withAge(tap, ageMs());
      const answer = await request(TAP_URL, {
        body, timeoutMs: TIMEOUTS_MS[step], keepalive: true,
      });
      if ((answer.status === 200 || answer.status === 201) && answer.body?.call) {
        return answer.body;
      }
      if (answer.status === 400 || answer.status === 413 || answer.status === 422) {
        bare = { id: tap.id, mode: tap.mode };
      }
      retryMs = Math.max(retryMs, Math.min(answer.retryAfterMs, 10_000));
    } catch {
      // Not reached: the same again.
    }
    onFailure(failures + 1);
    await restOrOnline(retryMs);
  }
  return null;
}

/**
 * The tap as it is to be read now: the place is older, and a long wait is told in words.
 * @param {Tap} tap @param {number} ageMs  since it was tapped @returns {Tap}
 */
export function withAge(tap, ageMs) {
  const { position } = tap;
  const age_ms = Math.min(MOST_AGE_MS, Math.round((position?.age_ms ?? 0) + ageMs));
  const older = position ? { ...tap, position: { ...position, age_ms } } : tap;
  if (ageMs < TOLD_MS || tap.text) return older;
  const minutes = Math.round(ageMs / 60_000);
  const text = fill(gettext("(Tapped %(minutes)s min ago. This phone had no line until now.)"), { minutes });
  return { ...older, text };
}

/** @returns {Promise<Tapped | null>} the live call of this phone, if there is one */
export async function findMine() {
  const answer = await request(MINE_URL);
  const { status, body } = answer;
  // A captive portal's page says 200, too.
  if (status !== 200 || body?.live === undefined) throw new Error(`mine ${status}`);
  return body.live;
}

/** @param {number} ms @returns {Promise<void>} after `ms`, or once the network is back */
export function restOrOnline(ms) {
  return new Promise((done) => {
    const wake = () => {
      clearTimeout(timer);
      removeEventListener("online", wake);
      done();
    };
    const timer = setTimeout(wake, ms);
    addEventListener("online", wake);
  });
}
