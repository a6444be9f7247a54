// The doors of evidence: open a clip, put a chunk, close the clip. Each may be knocked at
// again for ever; what an answer means for what waits on the phone is decided here. Pure
// but for the request itself.

import { request } from "../../lib/http.js";

/** @typedef {import("./evidence_store.js").Clip} Clip */
/** @typedef {import("./evidence_store.js").Chunk} Chunk */
/**
 * @typedef {object} Outcome
 * @property {"taken" | "conflict" | "again" | "later" | "full" | "refused"} is
 *   `again`: it was spoilt on its way; `later`: not now; `full`: there is no room now
 * @property {number} retryAfterMs  0: the server did not say
 */
/** @typedef {(url: string, options: object) => Promise<import("../../lib/http.js").Answer>} Ask */

const OPEN_TIMEOUT_MS = 10_000;
// A chunk of a second is about 80 KB; a thin line gets 8 KB/s of patience.
const CHUNK_TIMEOUT_MS = 15_000;
const PATIENT_BYTES_A_MS = 8;

export class EvidenceDoor {
  #ask;

  /** @param {Ask} [ask] */
  constructor(ask = request) {
    this.#ask = ask;
  }

  /** @param {Clip} clip */
  open(clip) {
    const { kind, mime, name, claimed_at, call } = clip;
    return this.#knock(clip, "", {
      method: "PUT", body: { kind, mime, name, claimed_at, call }, timeoutMs: OPEN_TIMEOUT_MS,
    });
  }

  /** @param {Clip} clip @param {Chunk} chunk */
  put(clip, { segment, index, digest, bytes }) {
    return this.#knock(clip, `/segments/${segment}/chunks/${index}`, {
      method: "PUT",
      bytes,
      headers: { "Content-Digest": `sha-256=:${digest}:` },
      timeoutMs: CHUNK_TIMEOUT_MS + bytes.byteLength / PATIENT_BYTES_A_MS,
    });
  }

  /** @param {Clip} clip */
  close(clip) {
    const segments = clip.segments
      .map((chunks, segment) => ({ segment, chunks }))
      .filter(({ chunks }) => chunks > 0);
    return this.#knock(clip, "/close", {
      body: { segments, reason: clip.reason }, timeoutMs: OPEN_TIMEOUT_MS,
    });
  }

  /** @param {Clip} clip @param {string} path @param {any} options @returns {Promise<Outcome>} */
  async #knock({ incident, clip, evidence }, path, { headers = {}, ...options }) {
    const url = `/api/v1/incidents/${incident}/clips/${clip}${path}`;
    try {
      const answer = await this.#ask(url, {
        ...options, headers: { ...headers, "Alarm110-Evidence": evidence },
      });
      return { is: meaning(answer.status), retryAfterMs: answer.retryAfterMs };
    } catch {
      return { is: "later", retryAfterMs: 0 };
    }
  }
}

/** @param {number} status @returns {Outcome["is"]} */
export function meaning(status) {
  if (status >= 200 && status < 300) return "taken";
  switch (status) {
    case 409:
      return "conflict";
    case 422:
      return "again";
    case 413:
    case 507:
      return "full";
    case 400:
    case 401:
    case 403:
    case 404:
      return "refused";
    default:
      return "later";
  }
}
