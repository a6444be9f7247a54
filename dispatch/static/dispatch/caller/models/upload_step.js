// One request of an upload, and what it changes in the store.

import { newId } from "../../lib/wire.js";

/** @typedef {import("./evidence_store.js").EvidenceStore} EvidenceStore */
/** @typedef {import("./evidence_store.js").Clip} Clip */
/** @typedef {import("./evidence_door.js").EvidenceDoor} EvidenceDoor */
/** @typedef {import("./evidence_door.js").Outcome} Outcome */
/**
 * @typedef {Outcome & {event?: "kept" | "lost" | "delivered", detail?: any,
 *                      bars?: "clip" | "incident"}} Step
 *   `bars`: what need not be tried again before the next visit
 */

const BACK_OFF_MS = [1000, 2000, 4000, 8000, 15_000];
const MOST_RETRY_AFTER_MS = 60_000;
// What a server never knew as ours is tried on each visit, but not kept for ever.
const REFUSED_DAYS = 7;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Open the clip, send its next chunk, or close it: whichever is due.
 * @param {Clip} clip @param {EvidenceStore} store @param {EvidenceDoor} door
 * @param {boolean} [isDoomed]  the next chunk arrived spoilt too often: let it go
 * @returns {Promise<Step>}
 */
export async function upload(clip, store, door, isDoomed = false) {
  if (!clip.isOpened) {
    if (clip.isFinished && clip.waiting === 0) {
      await store.forget(clip.clip); // nothing of it ever came to be
      return { is: "taken", retryAfterMs: 0 };
    }
    const outcome = await door.open(clip);
    if (outcome.is === "taken") await store.opened(clip);
    const step = await ended(clip, store, outcome);
    // So many clips: those that are open may still grow.
    return step.bars ? { ...step, bars: "clip" } : step;
  }
  const chunk = clip.waiting > 0 ? await store.next(clip.clip) : undefined;
  if (!chunk) {
    // Taken back since it was read: not to be closed as the whole that it was to become.
    const isStale = clip.waiting > 0;
    const now = isStale ? await store.clip(clip.clip) : clip;
    return now ? close(now, store, door) : { is: "taken", retryAfterMs: 0 };
  }
  const outcome = await door.put(clip, chunk);
  const { clip: id, segment, index } = chunk;
  const detail = { clip: id, segment, index, bytes: chunk.bytes.byteLength };
  if (outcome.is === "taken") {
    await store.wipe(chunk, { isStored: true });
    return { ...outcome, event: "kept", detail };
  }
  if (outcome.is === "conflict" || (outcome.is === "again" && isDoomed)) {
    // Something else stands there, or what the phone kept is not what it recorded: it will
    // never be taken.
    await store.wipe(chunk, { isStored: false });
    return { ...outcome, is: "conflict", event: "lost", detail };
  }
  return ended(clip, store, outcome);
}

/** @param {Clip} clip @param {EvidenceStore} store @param {EvidenceDoor} door @returns {Promise<Step>} */
async function close(clip, store, door) {
  const outcome = await door.close(clip);
  if (outcome.is === "taken") {
    await store.forget(clip.clip);
    return { ...outcome, event: "delivered", detail: clip };
  }
  return ended(clip, store, outcome);
}

/** @param {Clip} clip @param {EvidenceStore} store @param {Outcome} outcome @returns {Promise<Step>} */
async function ended(clip, store, outcome) {
  if (outcome.is === "sealed") {
    // The phone's copy is the only one: it goes into a new clip.
    await store.moveOn(clip, newId());
    return outcome;
  }
  if (outcome.is === "crowded") return { ...outcome, bars: "incident" };
  if (outcome.is !== "refused" && outcome.is !== "unknown") return outcome;
  const isOld = Date.now() - Date.parse(clip.claimed_at) > REFUSED_DAYS * DAY_MS;
  // A proxy or a hotel's portal may refuse anything, and has no say in this.
  if (!isOld || outcome.is === "refused") return { ...outcome, bars: "clip" };
  await store.forget(clip.clip);
  return { ...outcome, event: "lost", detail: { clip: clip.clip } };
}

/** @param {number} failures  in a row @param {number} askedMs  by the server, or 0 */
export function backOffMs(failures, askedMs) {
  const own = BACK_OFF_MS[Math.min(Math.max(failures, 1), BACK_OFF_MS.length) - 1];
  return Math.max(own, Math.min(askedMs, MOST_RETRY_AFTER_MS));
}
