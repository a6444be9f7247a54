// What is not needed for the alarm itself comes after it: live media, the recorder, parts
// of the page. On a bad line each is asked for again until it is there; the alarm never
// waits for them.

import { restOrOnline } from "../../lib/tap.js";

const AGAIN_MS = 3000;
const SELDOM_MS = 30_000;
const OFTEN = 20; // tries

/** @returns {Promise<typeof import("./live.js").Live>} */
export function loadLive() {
  return patiently(async () => (await import("./live.js")).Live);
}

/** @returns {Promise<typeof import("./evidence.js").Evidence>} */
export function loadEvidence() {
  return patiently(async () => (await import("./evidence.js")).Evidence);
}

/** Call back when the page has nothing better to do. @param {() => void} work */
export function whenIdle(work) {
  if ("requestIdleCallback" in globalThis) requestIdleCallback(work, { timeout: 4000 });
  else setTimeout(work, 1500);
}

/** Never given up. @template T @param {() => Promise<T>} load @returns {Promise<T>} */
export async function patiently(load) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await load();
    } catch {
      await restOrOnline(tries < OFTEN ? AGAIN_MS : SELDOM_MS);
    }
  }
}
