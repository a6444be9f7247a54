// The phone's evidence as the page knows it: what is being recorded, what is safe, what
// still waits here. Loaded after the alarm button works. Tells "change", and "told" when
// a photo or a file is whole and may be spoken of.

import { Attachments } from "./attachments.js";
import { EvidenceDoor } from "./evidence_door.js";
import { EvidenceStore } from "./evidence_store.js";
import { openTables } from "./evidence_tables.js";
import { Recorder } from "./recorder.js";
import { chooseType, hardware } from "./recorder_type.js";
import { Uploader } from "./uploader.js";

/** @typedef {import("./recorder.js").Owner} Owner */
/** @typedef {import("./recorder.js").Tracks} Tracks */
/** @typedef {"off" | "starting" | "kept" | "held" | "full" | "failed"} Recording */

// Chunks of a second; a little behind is no news.
const BEHIND = 10;
const CHANNEL = "alarm110.evidence";
const TAKES_OVER_MS = 20_000;

export class Evidence extends EventTarget {
  /** Whether what is recorded outlives this page. */
  isLasting;
  attachments;

  #recorder;
  #uploader;
  /** @type {Set<string>} clips of which the server has something */ #proven = new Set();
  /** Chunks of the growing clip that no server has. */
  #behind = 0;
  /** @type {BroadcastChannel | null} */ #others = null;
  /** @type {ReturnType<typeof setInterval>} */ #looking;
  #hasSent = false;

  /** @returns {Promise<Evidence>} */
  static async open() {
    const store = new EvidenceStore(await openTables());
    await store.finishDead().catch(() => {}); // no room even for that: it is tried again
    return new Evidence(store);
  }

  /** @param {EvidenceStore} store */
  constructor(store) {
    super();
    this.isLasting = store.isLasting;
    this.#uploader = new Uploader({ store, door: new EvidenceDoor() });
    this.attachments = new Attachments(store, this.#uploader);
    this.#recorder = new Recorder({
      store,
      choose: (hasVideo) => chooseType({ hasVideo, ...hardware(), isSupported }),
      make: (stream, options) => new MediaRecorder(stream, options),
    });
    this.#recorder.onState = () => this.#changed();
    this.#recorder.onKept = (clip) => this.#grew(clip);
    this.#uploader.addEventListener("kept", (event) => this.#kept(detailOf(event).clip, true));
    this.#uploader.addEventListener("lost", () => this.#changed());
    this.#uploader.addEventListener("change", () => this.#changed());
    this.#uploader.addEventListener("delivered", (event) => this.#delivered(detailOf(event)));
    this.attachments.addEventListener("change", () => this.#changed());
    // The last moment that a phone grants a page: it may be killed while it is hidden.
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.#recorder.flush();
    });
    addEventListener("pagehide", () => this.#recorder.flush());
    if ("BroadcastChannel" in globalThis) {
      this.#others = new BroadcastChannel(CHANNEL);
      this.#others.onmessage = ({ data }) => this.#kept(data, false);
    }
    // Another window that died leaves its clip open; once it is cold, it is ours.
    this.#looking = setInterval(
      () => store.finishDead((clip) => this.#isWriting(clip))
        .then(() => this.#uploader.wake(), () => {}),
      TAKES_OVER_MS,
    );
    this.#uploader.start();
  }

  /** Only tests let go of it. */
  close() {
    clearInterval(this.#looking);
    this.#others?.close();
    this.#uploader.stop();
  }

  // --- What is true now --------------------------------------------------------------

  /** @returns {Recording}  as on the wire: never more than the server has confirmed */
  get recording() {
    const { clip, hasFailed, isFull } = this.#recorder;
    if (!clip) return hasFailed ? "failed" : "off";
    const { state } = this.#uploader;
    const trouble = this.#uploader.troubleOf(clip, this.#recorder.incident ?? "");
    if (isFull || state === "full" || trouble === "full") return "full";
    if (trouble === "refused") return "failed";
    if (this.#behind >= BEHIND) return "held";
    return this.#proven.has(clip) ? "kept" : "starting";
  }

  /** Chunks that wait on this phone, of this alarm or an earlier one. */
  get waiting() {
    return this.#uploader.waiting;
  }

  /** Whether nothing is left to record, to send or to close. */
  get isDone() {
    return !this.#recorder.isBusy && this.waiting === 0 && this.#uploader.state === "idle";
  }

  /** Whether the server does not take what waits. */
  get isRefused() {
    return this.#uploader.state === "refused";
  }

  /** Whether anything was sent since the page was loaded. */
  get hasSent() {
    return this.#hasSent;
  }

  /** @param {() => boolean} isThin  whether the live picture needs the line */
  yieldTo(isThin) {
    this.#uploader.isThin = isThin;
  }

  // --- Acting ------------------------------------------------------------------------

  /** Record these; none: the recording ends. @param {Tracks} tracks @param {Owner} owner */
  record(tracks, owner) {
    if (tracks.video || tracks.audio) this.#recorder.record(tracks, owner);
    else this.stop("switched_off");
  }

  /** @param {string} reason */
  async stop(reason) {
    if (!this.#recorder.isOn) return;
    await this.#recorder.stop(reason);
    this.#behind = 0;
    this.#uploader.wake();
  }

  /** The page is visible or the network back. */
  look() {
    this.#uploader.hurry();
  }

  /** @param {string} clip */
  #isWriting(clip) {
    return this.#recorder.isWriting(clip) || this.attachments.isReading(clip);
  }

  /** @param {string} clip */
  #grew(clip) {
    if (clip === this.#recorder.clip) this.#behind += 1;
    this.#uploader.wake();
    this.#changed();
  }

  /** @param {string} clip @param {boolean} isOurs  this window sent it */
  #kept(clip, isOurs) {
    this.#proven.add(clip);
    this.#hasSent = true;
    if (clip === this.#recorder.clip) this.#behind = Math.max(0, this.#behind - 1);
    if (isOurs) this.#others?.postMessage(clip);
    this.#changed();
  }

  /** @param {import("./evidence_store.js").Clip} clip */
  #delivered(clip) {
    if (clip.message) this.dispatchEvent(new CustomEvent("told", { detail: clip }));
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

/** @param {string} mime */
function isSupported(mime) {
  return globalThis.MediaRecorder?.isTypeSupported(mime) ?? false;
}

/** @param {Event} event */
function detailOf(event) {
  return /** @type {CustomEvent} */ (event).detail;
}
