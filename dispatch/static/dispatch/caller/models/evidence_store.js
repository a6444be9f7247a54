// What the phone recorded and no server has acknowledged yet. It outlives the page, the
// call and the day; each chunk is wiped once it is acknowledged.

/** @typedef {import("./evidence_tables.js").Tables} Tables */
/**
 * @typedef {object} Facts  what is known of a clip when it begins
 * @property {string} clip  its id, made here
 * @property {string} incident
 * @property {string} evidence  the right to add to this incident; outlives the call
 * @property {string | null} call
 * @property {"video" | "audio" | "photo" | "file"} kind
 * @property {string} mime
 * @property {string} name
 */
/**
 * @typedef {object} Progress
 * @property {string} claimed_at
 * @property {number} heardAt  ms, of the last chunk
 * @property {number[]} segments  how many chunks each has
 * @property {number} waiting  chunks not yet acknowledged
 * @property {number} stored  chunks acknowledged
 * @property {boolean} isOpened  the server knows the clip
 * @property {boolean} isFinished  it never grows again
 * @property {string} reason
 * @property {string} message  id of the message that tells of it once it is whole, or ""
 */
/**
 * @typedef {object} Continuation  once the server took nothing more under the first id
 * @property {string} [remote]  the id that the server knows it by now
 * @property {string} [continues]  the one before
 * @property {number} [firstSegment]  what came before lies there
 */
/** @typedef {Facts & Progress & Continuation} Clip */
/**
 * @typedef {object} Chunk
 * @property {string} clip
 * @property {number} segment
 * @property {number} index
 * @property {string} digest
 * @property {ArrayBuffer} bytes
 */

// Nobody is told of what was taken back.
const CANCELLED = { reason: "cancelled", message: "" };
// A recorder that gave nothing for so long died with its page; the slices are 1 s.
const DEAD_MS = 20_000;

export class EvidenceStore {
  #tables;

  /** @param {Tables} tables */
  constructor(tables) {
    this.#tables = tables;
  }

  /** Whether it outlives the page. */
  get isLasting() {
    return this.#tables.isLasting;
  }

  /** @param {Facts} facts */
  begin(facts) {
    /** @type {Clip} */
    const clip = {
      ...facts,
      claimed_at: new Date().toISOString(),
      heardAt: Date.now(),
      segments: [],
      waiting: 0,
      stored: 0,
      isOpened: false,
      isFinished: false,
      reason: "",
      message: "",
    };
    return this.#tables.transaction(({ put }) => put("clips", clip));
  }

  /** @returns {Promise<Clip[]>} oldest first */
  async clips() {
    const clips = await this.#tables.transaction(({ all }) => all("clips"));
    return clips.sort((a, b) => (a.claimed_at < b.claimed_at ? -1 : 1));
  }

  /** @param {Chunk} chunk @returns {Promise<boolean>} false: its clip grows no more */
  keep(chunk) {
    return this.#tables.transaction(async ({ get, put }) => {
      const clip = await get("clips", chunk.clip);
      if (!clip || clip.isFinished) return false;
      const segments = [...clip.segments];
      while (segments.length <= chunk.segment) segments.push(0);
      segments[chunk.segment] = Math.max(segments[chunk.segment], chunk.index + 1);
      await put("chunks", chunk);
      const { waiting } = clip;
      await put("clips", { ...clip, segments, waiting: waiting + 1, heardAt: Date.now() });
      return true;
    });
  }

  /** @param {string} id @returns {Promise<Clip | undefined>} as it is now */
  clip(id) {
    return this.#tables.transaction(({ get }) => get("clips", id));
  }

  /** @param {string} clip @returns {Promise<Chunk | undefined>} the next to send */
  next(clip) {
    return this.#tables.transaction(({ firstChunk }) => firstChunk(clip));
  }

  /** The server knows the clip by this id. @param {Clip} clip */
  opened(clip) {
    return this.#change(clip.clip, (now) =>
      remoteOf(now) === remoteOf(clip) ? { isOpened: true } : {});
  }

  /**
   * The server takes nothing more under this id: what waits goes on under a new one. Only
   * the id changes, so that whoever records into the clip need not know.
   * @param {Clip} clip  as it was refused @param {string} remote  the new id
   */
  moveOn(clip, remote) {
    return this.#tables.transaction(async ({ get, put, firstChunk }) => {
      const now = await get("clips", clip.clip);
      const continues = remoteOf(clip);
      if (!now || remoteOf(now) !== continues) return; // another window was quicker
      const { segment } = (await firstChunk(clip.clip)) ?? { segment: 0 };
      const isOpened = false;
      await put("clips", { ...now, remote, continues, firstSegment: segment, isOpened });
    });
  }

  /** It grows no more. @param {string} id @param {string} reason @param {string} [message] */
  finish(id, reason, message = "") {
    return this.#change(id, (clip) =>
      clip.isFinished ? {} : { isFinished: true, reason, message });
  }

  /** Wipe a chunk: it is safe elsewhere, or will never be taken. */
  /** @param {Chunk} chunk @param {{isStored: boolean}} fate */
  wipe({ clip: id, segment, index }, { isStored }) {
    return this.#tables.transaction(async ({ get, put, remove }) => {
      const key = [id, segment, index];
      const [clip, chunk] = [await get("clips", id), await get("chunks", key)];
      if (!clip || !chunk) return; // another window was quicker
      await remove("chunks", key);
      const stored = clip.stored + Number(isStored);
      await put("clips", { ...clip, stored, waiting: Math.max(0, clip.waiting - 1) });
    });
  }

  /** Wipe what waits of a clip, which the person took back. @param {string} id */
  cancel(id) {
    return this.#tables.transaction(async ({ get, put, removeChunks }) => {
      const clip = await get("clips", id);
      if (!clip) return;
      await removeChunks(id);
      await put("clips", { ...clip, waiting: 0, isFinished: true, ...CANCELLED });
    });
  }

  /** Wipe a clip and all that waits of it. @param {string} id */
  forget(id) {
    return this.#tables.transaction(async ({ remove, removeChunks }) => {
      await removeChunks(id);
      await remove("clips", id);
    });
  }

  /**
   * Finish what died with its page, so that it can be closed.
   * @param {(clip: string) => boolean} [isAlive]  this window writes it: it may only be
   *   waiting for room
   */
  async finishDead(isAlive = () => false) {
    for (const clip of await this.clips()) {
      const isDead = Date.now() - clip.heardAt > DEAD_MS && !isAlive(clip.clip);
      if (!clip.isFinished && isDead) await this.finish(clip.clip, "page_gone");
    }
  }

  /** @param {string} id @param {(clip: Clip) => Partial<Clip>} change */
  #change(id, change) {
    return this.#tables.transaction(async ({ get, put }) => {
      const clip = await get("clips", id);
      if (clip) await put("clips", { ...clip, ...change(clip) });
    });
  }
}

/** The id by which the server knows it. @param {Clip} clip */
export function remoteOf({ clip, remote }) {
  return remote ?? clip;
}
