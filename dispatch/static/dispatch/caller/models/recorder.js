// Records what camera and microphone give, whatever becomes of the call: one clip of
// segments, each a recorder's run of a minute, each cut into chunks of a second that are
// kept before anything is sent. The next run begins before the last one ends.

import { newId } from "../../lib/wire.js";
import { digestOf, slices } from "./chunks.js";

/** @typedef {import("./evidence_store.js").EvidenceStore} EvidenceStore */
/** @typedef {{incident: string, evidence: string, call: string | null}} Owner */
/** @typedef {{video: MediaStreamTrack | null, audio: MediaStreamTrack | null}} Tracks */
/** @typedef {(stream: MediaStream, options: MediaRecorderOptions) => MediaRecorder} MakeRecorder */

const SLICE_MS = 1000;
// WebKit reloads pages whose recorder ran for long; a minute is also the most that one
// broken segment can cost.
const SEGMENT_MS = 60_000;
const MOST_SEGMENTS = 300; // of one clip, five hours; the server closes none with over 600
const VIDEO_BITS = 600_000;
const AUDIO_BITS = 32_000;
const KEY_FRAME_MS = 2000;
const AGAIN_MS = 2000;
const MOST_FAILURES = 5;
const LAST_WORDS_MS = 3000;

export class Recorder {
  /** Whether it has given up: this browser cannot. */
  hasFailed = false;
  /** The device has no room: what is recorded waits in the page. */
  isFull = false;
  /** @type {() => void} */ onState = () => {};
  /** @type {(clip: string) => void} a chunk is kept on the phone */ onKept = () => {};

  #store;
  #choose;
  #make;
  /** @type {{clip: string, kind: string, mime: string, owner: Owner, segment: number} | null} */
  #clip = null;
  /** @type {Run | null} */ #run = null;
  /** @type {Tracks} */ #tracks = { video: null, audio: null };
  /** What was last asked for. */
  #wanted = "";
  /** @type {Promise<void>} */ #turn = Promise.resolve();
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #failures = 0;
  #isEnding = false;
  /** The device has not even room to note that a clip begins. */
  #lacksRoom = false;
  /** @type {Owner | null} whose recording was asked for */ #owner = null;
  /** @type {Set<string>} clips whose chunks are still to be kept */ #writing = new Set();

  /**
   * @param {object} options
   * @param {EvidenceStore} options.store
   * @param {(hasVideo: boolean) => string} options.choose  a type this browser can record
   * @param {MakeRecorder} options.make
   */
  constructor({ store, choose, make }) {
    this.#store = store;
    this.#choose = choose;
    this.#make = make;
  }

  /** Whether it was asked to record. */
  get isOn() {
    return this.#wanted !== "";
  }

  /** Whether more is still to come out of it. */
  get isBusy() {
    return this.isOn || this.#isEnding;
  }

  /** @returns {string | null} the clip that grows now */
  get clip() {
    return this.#clip?.clip ?? null;
  }

  /** @returns {string | null} the incident that it belongs to */
  get incident() {
    return this.#clip?.owner.incident ?? null;
  }

  /** @param {string} clip @returns {boolean} whether it grows, or waits for room to */
  isWriting(clip) {
    return clip === this.clip || this.#writing.has(clip);
  }

  /** Record these from now on. The same again is nothing. */
  /** @param {Tracks} tracks @param {Owner} owner */
  record(tracks, owner) {
    const wanted = JSON.stringify([tracks.video?.id, tracks.audio?.id, owner]);
    if (wanted === this.#wanted) return this.#turn;
    this.#wanted = wanted;
    this.hasFailed = false;
    this.#failures = 0;
    return this.#next(() => this.#begin(tracks, owner));
  }

  /** Nothing is given any more, or the call is over: the clip ends. @param {string} reason */
  stop(reason) {
    if (!this.#wanted) return this.#turn;
    this.#wanted = "";
    return this.#next(() => this.#end(reason));
  }

  /** The page may go any moment: give out what is in the recorder. */
  flush() {
    this.#run?.flush();
  }

  /** @param {() => Promise<void>} work */
  #next(work) {
    this.#turn = this.#turn.then(work).catch(() => this.#failed());
    return this.#turn;
  }

  /** @param {Tracks} tracks @param {Owner} owner */
  async #begin(tracks, owner) {
    const kind = tracks.video ? "video" : "audio";
    const mime = this.#choose(kind === "video");
    if (!mime) {
      await this.#end("failed");
      this.hasFailed = true;
      return this.onState();
    }
    this.#tracks = tracks;
    this.#owner = owner; // should there be no room for a clip yet
    const before = this.#clip;
    const isSame = before?.kind === kind && before.mime === mime
      && before.owner.incident === owner.incident && before.segment + 1 < MOST_SEGMENTS;
    if (before && isSame) before.segment += 1;
    else {
      const clip = { clip: newId(), kind, mime, owner, segment: 0 };
      this.#lacksRoom = true;
      await this.#store.begin({
        ...owner, clip: clip.clip, kind: /** @type {"video"} */ (kind), mime, name: "",
      });
      this.#lacksRoom = this.hasFailed = false;
      this.#clip = clip;
    }
    await this.#change();
    if (before && !isSame) await this.#store.finish(before.clip, "changed");
    this.onState();
  }

  /** Let the next run begin, then the last one end. */
  async #change() {
    const clip = this.#clip;
    if (!clip) return;
    const last = this.#run;
    const { segment } = clip;
    const { video, audio } = this.#tracks;
    const given = [video, audio].filter((track) => track !== null);
    const begin = () => new Run({
      recorder: this.#make(new MediaStream(given), {
        mimeType: clip.mime,
        audioBitsPerSecond: AUDIO_BITS,
        ...(video && { videoBitsPerSecond: VIDEO_BITS }),
        // Seeking and joining late need key frames; Chromium alone makes too few.
        ...(video && { videoKeyFrameIntervalDuration: KEY_FRAME_MS }),
      }),
      keep: (blob, index) => this.#keep(clip.clip, segment, blob, index),
      onEnd: () => this.#failed(),
    });
    try {
      this.#run = begin();
    } catch {
      // Some phones have one encoder: then the old run must end first.
      await last?.end();
      this.#run = begin();
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#next(() => this.#rotate()), SEGMENT_MS);
    await last?.end();
  }

  async #rotate() {
    if (!this.#owner || !this.#wanted) return;
    // The same tracks and owner: the next segment, or, of a long clip, the next clip.
    await this.#begin(this.#tracks, this.#owner);
  }

  /** @param {string} reason */
  async #end(reason) {
    clearTimeout(this.#timer);
    const [clip, run] = [this.#clip, this.#run];
    this.#clip = this.#run = null;
    this.#isEnding = true;
    try {
      await run?.end();
      if (clip) await this.#store.finish(clip.clip, reason);
    } finally {
      this.#isEnding = false;
      this.onState();
    }
  }

  /** It threw, or stopped by itself: the tracks ended, or the browser gave up. */
  #failed() {
    clearTimeout(this.#timer);
    this.#failures += 1;
    if (this.#failures > MOST_FAILURES) {
      this.hasFailed = true;
      if (!this.#lacksRoom) return void this.#next(() => this.#end("failed"));
      this.onState(); // and an upload may make room
    }
    this.#timer = setTimeout(() => {
      const { video, audio } = this.#tracks;
      const isLive = [video, audio].some((track) => track?.readyState === "live");
      if (isLive) this.#next(() => this.#rotate());
    }, AGAIN_MS);
  }

  /**
   * Keep one slice, in as many chunks as it takes; a sleeping phone makes huge ones.
   * @param {string} clip @param {number} segment @param {Blob} blob
   * @param {number} index  of its first chunk
   * @returns {Promise<number>} the index after its last one
   */
  async #keep(clip, segment, blob, index) {
    let next = index;
    for (const slice of slices(blob)) {
      const bytes = await slice.arrayBuffer();
      const chunk = { clip, segment, index: next, digest: await digestOf(bytes), bytes };
      while (!(await this.#put(chunk))) {
        this.#writing.add(clip);
        await rest(AGAIN_MS);
      }
      next += 1;
    }
    this.#writing.delete(clip);
    this.#failures = 0;
    return next;
  }

  /** @param {import("./evidence_store.js").Chunk} chunk @returns {Promise<boolean>} */
  async #put(chunk) {
    let isTaken;
    try {
      isTaken = await this.#store.keep(chunk);
    } catch {
      this.isFull = true;
      this.onState();
      return false;
    }
    if (this.isFull) this.onState();
    this.isFull = false;
    if (isTaken) this.onKept(chunk.clip);
    else if (chunk.clip === this.clip) this.#startAnew();
    return true;
  }

  /** While this page stood still, another window closed its clip. */
  #startAnew() {
    const owner = this.#clip?.owner;
    this.#clip = null;
    if (owner) this.#next(() => this.#begin(this.#tracks, owner));
  }
}

/** One MediaRecorder from its start to its last chunk: a segment. */
class Run {
  #recorder;
  #index = 0;
  #isEnding = false;
  /** @type {Promise<unknown>} */ #kept = Promise.resolve();
  #stopped;

  /**
   * @param {object} options
   * @param {MediaRecorder} options.recorder
   * @param {(blob: Blob, index: number) => Promise<number>} options.keep
   * @param {() => void} options.onEnd  it ended by itself
   */
  constructor({ recorder, keep, onEnd }) {
    this.#recorder = recorder;
    this.#stopped = new Promise((/** @type {(value?: unknown) => void} */ done) => {
      recorder.onstop = () => {
        done();
        if (!this.#isEnding) onEnd();
      };
    });
    recorder.ondataavailable = ({ data }) => {
      // WebKit gives empty ones.
      if (!data.size) return;
      this.#kept = this.#kept
        .then(async () => {
          this.#index = await keep(data, this.#index);
        })
        // Its bytes could not be read any more: what comes goes into a fresh segment.
        .catch(onEnd);
    };
    recorder.start(SLICE_MS);
  }

  /** Stop, and settle once all it gave is kept. */
  async end() {
    this.#isEnding = true;
    if (this.#recorder.state !== "inactive") {
      this.#recorder.stop();
      // Some browsers forget to say so.
      await Promise.race([this.#stopped, rest(LAST_WORDS_MS)]);
    }
    await this.#kept;
  }

  flush() {
    if (this.#recorder.state === "recording") this.#recorder.requestData();
  }
}

/** @param {number} ms @returns {Promise<void>} */
function rest(ms) {
  return new Promise((done) => setTimeout(done, ms));
}
