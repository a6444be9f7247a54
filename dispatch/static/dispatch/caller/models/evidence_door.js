// The doors of evidence: open a clip, put a chunk, close the clip. Each may be knocked at
// again for ever; what an answer means for what waits on the phone is decided here. Pure
// but for the request itself.

import { request } from "../../lib/http.js";
import { remoteOf } from "./evidence_store.js";

/** @typedef {import("./evidence_store.js").Clip} Clip */
/** @typedef {import("./evidence_store.js").Chunk} Chunk */
/**
 * @typedef {object} Outcome
 * @property {"taken" | "conflict" | "sealed" | "crowded" | "again" | "later" | "full" |
 *            "large" | "unknown" | "refused"} is
 *   `conflict`: another chunk stands there; `sealed`: this clip takes nothing more, a new
 *   one does; `crowded`: nor does a new one; `again`: it was spoilt on its way; `later`:
 *   not now; `full`: there is no room for anybody now; `large`: something between us and
 *   the server does not let this chunk through; `unknown`: our server does not know it as
 *   ours; `refused`: something refuses, which may be no server of ours
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
    const { kind, mime, claimed_at, call } = clip;
    const name = clip.name || (clip.continues ? `continues ${clip.continues}` : "");
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
      .filter(({ segment, chunks }) => chunks > 0 && segment >= (clip.firstSegment ?? 0));
    return this.#knock(clip, "/close", {
      body: { segments, reason: clip.reason }, timeoutMs: OPEN_TIMEOUT_MS,
    });
  }

  /** @param {Clip} clip @param {string} path @param {any} options @returns {Promise<Outcome>} */
  async #knock(clip, path, { headers = {}, ...options }) {
    const { incident, evidence } = clip;
    const url = `/api/v1/incidents/${incident}/clips/${remoteOf(clip)}${path}`;
    try {
      const answer = await this.#ask(url, {
        ...options, headers: { ...headers, "Alarm110-Evidence": evidence },
      });
      return { is: meaning(answer), retryAfterMs: answer.retryAfterMs };
    } catch {
      return { is: "later", retryAfterMs: 0 };
    }
  }
}

/**
 * Only two answers let a chunk be wiped: `taken` and `conflict`.
 * @param {{status: number, body: any}} answer @returns {Outcome["is"]}
 */
function meaning({ status, body }) {
  if (status >= 200 && status < 300) return isOurs(body) ? "taken" : "later";
  switch (status) {
    case 409:
      return meaningOfConflict(body?.code);
    case 413:
      if (body?.code !== "over_quota") return "large";
      return body.facts?.of === "clip" ? "sealed" : "crowded";
    case 422:
      return "again";
    case 507:
      return "full";
    case 404:
      return body?.code === "not_found" ? "unknown" : "refused";
    case 400:
    case 401:
    case 403:
      return "refused";
    default:
      return "later";
  }
}

/** @param {unknown} code @returns {Outcome["is"]} */
function meaningOfConflict(code) {
  if (code === "chunk_conflict") return "conflict";
  // Closed while the phone was away, or its id was begun as something else.
  return code === "clip_closed" || code === "clip_conflict" ? "sealed" : "later";
}

/**
 * A filter's page or a portal answers 200 too; what it took would be wiped for ever.
 * @param {any} body @returns {boolean} whether our server says that it has the chunk, or which clip
 */
function isOurs(body) {
  return body?.stored === true || Boolean(body?.clip);
}
