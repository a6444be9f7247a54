// Sends what the evidence store holds, one request at a time, until nothing waits: the
// first chunk of a recording at once, then photos and files, then the rest in order.
// Events: "kept" (a chunk is safe), "delivered" (a whole clip is), "lost", "change".

import { backOffMs, upload } from "./upload_step.js";

/** @typedef {import("./evidence_store.js").EvidenceStore} EvidenceStore */
/** @typedef {import("./evidence_store.js").Clip} Clip */
/** @typedef {import("./evidence_door.js").EvidenceDoor} EvidenceDoor */
/** @typedef {"sending" | "idle" | "held" | "later" | "full" | "refused"} UploadState */

const LOCK = "alarm110.evidence";
// A frozen window may hold the lock for ever; sending twice is harmless.
const LOCK_PATIENCE_MS = 20_000;
const HELD_REST_MS = 1000;
// What is settled, or is one clip's or one incident's own trouble: the next may be tried.
const OVER = new Set(["taken", "conflict", "sealed", "crowded", "large", "unknown", "refused"]);
// A line spoils a chunk once; five times in a row it is the phone's own disk.
const MOST_SPOILT = 5;

export class Uploader extends EventTarget {
  /** @type {UploadState} */ state = "idle";
  /** Chunks that wait on this phone. */
  waiting = 0;
  /** Chunks that no server will take. */
  lost = 0;
  /** Whether the line is kept free for the live picture now. */
  isThin = () => false;

  #store;
  #door;
  #locks;
  /** What the server does not take: clips, and whole incidents; asked again next visit. */
  /** @type {Map<string, "refused" | "full">} */ #barred = new Map();
  /** Clips in trouble of their own, which hold up nobody else: failures in a row. */
  /** @type {Map<string, number>} */ #troubled = new Map();
  /** Those of them that are let rest now. */
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */ #resting = new Map();
  #failures = 0;
  /** How often in a row a chunk arrived as something else. */
  #spoilt = 0;
  #isOn = false;
  /** @type {(() => void) | null} */ #wake = null;
  #isAwake = false;
  #listening = new AbortController();

  /**
   * @param {{store: EvidenceStore, door: EvidenceDoor, locks?: LockManager | null}} options
   */
  constructor({ store, door, locks = globalThis.navigator?.locks ?? null }) {
    super();
    this.#store = store;
    this.#door = door;
    this.#locks = locks;
  }

  start() {
    if (this.#isOn) return;
    this.#isOn = true;
    const { signal } = this.#listening;
    globalThis.addEventListener?.("online", () => this.hurry(), { signal });
    this.#run();
  }

  stop() {
    this.#isOn = false;
    this.#listening.abort();
    this.#letRestingGo();
    this.wake();
  }

  /** There is something new to send. */
  wake() {
    this.#isAwake = true;
    if (this.state === "idle") this.state = "sending";
    if (this.#failures === 0) this.#wake?.();
  }

  /** The network is back: whatever failed before, try now. */
  hurry() {
    this.#failures = 0;
    this.#letRestingGo();
    this.wake();
  }

  /**
   * Why what waits of a clip is not taken, this visit.
   * @param {string} clip @param {string} incident @returns {"refused" | "full" | null}
   */
  troubleOf(clip, incident) {
    return this.#barred.get(clip) ?? this.#barred.get(incident) ?? null;
  }

  async #run() {
    while (this.#isOn) {
      this.#isAwake = false;
      let restMs = Infinity;
      try {
        restMs = await this.#locked(() => this.#step());
      } catch {
        // The store failed, not the line.
        restMs = backOffMs((this.#failures += 1), 0);
      }
      if (restMs > 0 && this.#isOn) await this.#rest(restMs);
    }
  }

  /** @returns {Promise<number>} milliseconds to rest before the next */
  async #step() {
    const clips = await this.#store.clips();
    this.waiting = clips.reduce((sum, clip) => sum + clip.waiting, 0);
    const open = clips.filter((clip) => hasWork(clip) && !this.#isBarred(clip));
    const ready = open.filter((clip) => !this.#resting.has(clip.clip));
    const clip = choose(ready, this.isThin());
    if (!clip) {
      this.#become(ready.length ? "held" : open.length ? "later" : this.#left(clips));
      return ready.length ? HELD_REST_MS : Infinity;
    }
    const isDoomed = this.#spoilt >= MOST_SPOILT;
    const { is, retryAfterMs, event, detail, bars } = await upload(
      clip, this.#store, this.#door, isDoomed,
    );
    this.#spoilt = is === "again" ? this.#spoilt + 1 : 0;
    if (event === "lost") this.lost += 1;
    if (bars) this.#barred.set(clip[bars], is === "crowded" ? "full" : "refused");
    if (event === "kept") this.#troubled.delete(clip.clip);
    if (is === "sealed" || is === "large") this.#letRest(clip.clip);
    const isOver = OVER.has(is);
    this.#failures = isOver ? 0 : this.#failures + 1;
    if (event === "kept" || event === "lost") this.waiting = Math.max(0, this.waiting - 1);
    if (event) this.dispatchEvent(new CustomEvent(event, { detail }));
    this.#become(isOver ? "sending" : is === "full" ? "full" : "later");
    if (isOver) return 0;
    // Spoilt on its way: once more from the store, at once.
    return is === "again" && this.#failures === 1 ? 0 : backOffMs(this.#failures, retryAfterMs);
  }

  /** @param {Clip} clip */
  #isBarred({ clip, incident }) {
    return this.troubleOf(clip, incident) !== null;
  }

  /** What to say when nothing can be tried. @param {Clip[]} clips @returns {UploadState} */
  #left(clips) {
    return clips.some((clip) => hasWork(clip) && this.#isBarred(clip)) ? "refused" : "idle";
  }

  /** @param {string} clip */
  #letRest(clip) {
    const failures = (this.#troubled.get(clip) ?? 0) + 1;
    this.#troubled.set(clip, failures);
    const over = () => {
      this.#resting.delete(clip);
      this.wake();
    };
    this.#resting.set(clip, setTimeout(over, backOffMs(failures, 0)));
  }

  #letRestingGo() {
    for (const timer of this.#resting.values()) clearTimeout(timer);
    this.#resting.clear();
  }

  /** One window at a time; each chunk anew, so that a window that is gone holds nothing. */
  /** @param {() => Promise<number>} step @returns {Promise<number>} */
  async #locked(step) {
    if (!this.#locks) return step();
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), LOCK_PATIENCE_MS);
    try {
      return await this.#locks.request(LOCK, { signal: patience.signal }, () => {
        clearTimeout(timer);
        return step();
      });
    } catch (error) {
      if (/** @type {Error} */ (error).name !== "AbortError") throw error;
      return await step();
    } finally {
      clearTimeout(timer);
    }
  }

  /** @param {number} ms */
  async #rest(ms) {
    if (this.#isAwake && this.#failures === 0) return;
    await new Promise((/** @type {(value?: unknown) => void} */ done) => {
      this.#wake = () => done();
      if (ms !== Infinity) setTimeout(done, ms);
    });
    this.#wake = null;
  }

  /** @param {UploadState} state */
  #become(state) {
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }
}

/** @param {Clip} clip */
function hasWork(clip) {
  return clip.waiting > 0 || clip.isFinished;
}

/**
 * What to send next. Pure.
 * @param {Clip[]} clips  with work, oldest first
 * @param {boolean} isThin  the live picture needs the line: only what cannot wait
 * @returns {Clip | undefined}
 */
export function choose(clips, isThin) {
  const isRecording = (/** @type {Clip} */ clip) => clip.kind === "video" || clip.kind === "audio";
  const unproven = clips.find((clip) =>
    isRecording(clip) && !clip.isFinished && clip.stored === 0 && clip.waiting > 0);
  if (unproven) return unproven;
  // A photo was sent by hand: somebody waits for it.
  const photo = clips.find((clip) => !isRecording(clip));
  return photo ?? (isThin ? undefined : clips[0]);
}
