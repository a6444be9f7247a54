// Photos and files on their way: cut like a recording, kept on the phone, sent by the same
// door, and spoken of in the conversation once they are whole.

import { newId } from "../../lib/wire.js";
import { digestOf, MOST_CHUNK_BYTES, slices } from "./chunks.js";
import { remoteOf } from "./evidence_store.js";

/** @typedef {import("./recorder.js").Owner} Owner */
/** @typedef {"reading" | "sending" | "kept" | "cancelled" | "failed"} Fate */
/**
 * @typedef {object} Attachment
 * @property {string} clip
 * @property {string} message  id of the message that will tell of it
 * @property {"photo" | "file"} kind
 * @property {string} name
 * @property {string} url  of the local picture, "" for what is none
 * @property {number} total  chunks
 * @property {number} sent
 * @property {Fate} fate
 */

/** What one file may weigh: read in slices, but a phone's store is not a server's. */
export const MOST_BYTES = 200 * 1024 * 1024;
const SHOWN_AS_PICTURE = /^image\/(jpeg|png|webp|gif)$/;

/** Tells "change". */
export class Attachments extends EventTarget {
  /** @type {Map<string, Attachment>} by clip, oldest first */ #all = new Map();
  #store;
  #uploader;

  /**
   * @param {import("./evidence_store.js").EvidenceStore} store
   * @param {import("./uploader.js").Uploader} uploader
   */
  constructor(store, uploader) {
    super();
    this.#store = store;
    this.#uploader = uploader;
    uploader.addEventListener("kept", (event) => {
      const { clip } = /** @type {CustomEvent} */ (event).detail;
      this.#update(clip, ({ sent }) => ({ sent: sent + 1 }));
    });
    uploader.addEventListener("delivered", (event) => {
      const { detail } = /** @type {CustomEvent} */ (event);
      const clip = remoteOf(detail); // what the conversation will speak of
      // Taken back too late, too: then it is there, and must not be said to be cancelled.
      const isThere = detail.reason !== "cancelled";
      this.#update(detail.clip, ({ fate }) =>
        fate === "sending" || (fate === "cancelled" && isThere) ? { fate: "kept", clip } : {});
    });
    uploader.addEventListener("lost", (event) => {
      const { clip } = /** @type {CustomEvent} */ (event).detail;
      this.#update(clip, () => ({ fate: "failed" }));
    });
  }

  /** @returns {Attachment[]} */
  get all() {
    return [...this.#all.values()];
  }

  /** @param {string} clip @returns {boolean} whether it is still read from its file */
  isReading(clip) {
    return this.#all.get(clip)?.fate === "reading";
  }

  /** @param {string} clip */
  of(clip) {
    return this.#all.get(clip) ?? null;
  }

  /** Why a file cannot be sent, or "". @param {File} file @returns {"" | "empty" | "large"} */
  trouble(file) {
    if (file.size === 0) return "empty";
    return file.size > MOST_BYTES ? "large" : "";
  }

  /** @param {File} file @param {Owner} owner */
  async send(file, owner) {
    const clip = newId();
    const mime = file.type.slice(0, 120) || "application/octet-stream";
    const kind = file.type.startsWith("image/") ? "photo" : "file";
    const name = file.name.slice(0, 200);
    const url = SHOWN_AS_PICTURE.test(file.type) ? URL.createObjectURL(file) : "";
    const total = Math.ceil(file.size / MOST_CHUNK_BYTES);
    this.#all.set(clip, {
      clip, message: newId(), kind, name, url, total, sent: 0, fate: "reading",
    });
    this.#changed();
    try {
      await this.#store.begin({ ...owner, clip, kind, mime, name });
      // Taken back before there was anything to wipe: it would be sent all the same.
      if (this.#all.get(clip)?.fate === "cancelled") return await this.#takeBack(clip);
      await this.#keepAll(clip, file);
    } catch {
      // The phone has no room, or the file went away while it was read.
      await this.#store.forget(clip).catch(() => {});
      this.#update(clip, () => ({ fate: "failed" }));
    }
  }

  /** The person takes it back; what arrived stays there. @param {string} clip */
  async cancel(clip) {
    const { fate } = this.#all.get(clip) ?? {};
    if (fate !== "reading" && fate !== "sending") return;
    this.#update(clip, () => ({ fate: "cancelled" }));
    await this.#takeBack(clip);
  }

  /** @param {string} clip */
  async #takeBack(clip) {
    await this.#store.cancel(clip);
    this.#uploader.wake();
  }

  /** @param {string} clip @param {File} file */
  async #keepAll(clip, file) {
    let index = 0;
    for (const slice of slices(file)) {
      const bytes = await slice.arrayBuffer();
      const digest = await digestOf(bytes);
      const isTaken = await this.#store.keep({ clip, segment: 0, index, digest, bytes });
      if (!isTaken) return; // cancelled meanwhile
      this.#uploader.wake();
      index += 1;
    }
    // Before the clip can be whole: whoever hears of that looks here.
    this.#update(clip, ({ fate }) => (fate === "reading" ? { fate: "sending" } : {}));
    await this.#store.finish(clip, "finished", this.#all.get(clip)?.message);
    this.#uploader.wake();
  }

  /** @param {string} clip @param {(old: Attachment) => Partial<Attachment>} change */
  #update(clip, change) {
    const old = this.#all.get(clip);
    if (!old) return;
    this.#all.set(clip, { ...old, ...change(old) });
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
