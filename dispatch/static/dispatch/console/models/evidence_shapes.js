// The shapes of evidence and live media that the console reads off the wire.

/** @typedef {{segment: number, first: number, last: number}} Gap  chunks that never came */
/**
 * @typedef {object} ViewCopy  a copy of a clip that can be looked at
 * @property {string} view
 * @property {"making" | "ready" | "refused"} state
 * @property {number} chunk_count  of the clip, when the copy was begun
 * @property {string} mime
 * @property {string} sha256
 * @property {number} bytes
 * @property {number} duration_ms
 * @property {string} reason  why it cannot be shown
 */
/**
 * @typedef {object} Clip
 * @property {string} clip
 * @property {string | null} call
 * @property {"phone" | "relay" | "seat"} source
 * @property {"caller" | "seat"} side  who is recorded
 * @property {"video" | "audio" | "photo" | "file"} kind
 * @property {string} mime
 * @property {string} name
 * @property {string} claimed_at
 * @property {"open" | "closed"} state
 * @property {string} opened_at
 * @property {string | null} closed_at
 * @property {string} reason
 * @property {number} bytes
 * @property {number} chunk_count
 * @property {Gap[]} gaps  the first of them
 * @property {number} gap_count  of all
 * @property {number} missing  chunks in all of them
 * @property {boolean} is_complete
 * @property {string} root
 * @property {ViewCopy | null} view
 */
/** @typedef {"" | "asked" | "shown" | "refused" | "ended"} Warning */
/** @typedef {Record<"guest" | "host", Record<"audio" | "video", boolean>>} Muted */
/** @typedef {"video" | "stills" | "voice" | "text"} Rung */

export {};
