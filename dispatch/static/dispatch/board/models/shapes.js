// The shapes the board reads off the wire; PROTOCOL.md is the full declaration.

/**
 * @typedef {object} LineCall  a live call, or one to be called back
 * @property {string} call
 * @property {string} number
 * @property {string} incident
 * @property {string} agency
 * @property {"waiting" | "offered" | "connected" | "ended"} state
 * @property {"normal" | "silent"} mode
 * @property {number} priority
 * @property {string} queued_at
 * @property {string | null} [connected_at]
 * @property {string} assurance
 * @property {string} area
 * @property {string} area_en
 * @property {string | null} seat
 * @property {string} seat_label
 * @property {string} seat_label_en
 * @property {string} operator
 * @property {string | null} lost_at
 * @property {boolean} [is_plain]  by the page without scripts: never in reach, not lost
 * @property {number} escalations
 * @property {boolean} needs_callback
 * @property {string[]} needs
 * @property {string} language
 */
/**
 * @typedef {object} Seat
 * @property {string} seat
 * @property {number} number
 * @property {string} label
 * @property {string} label_en
 * @property {string} agency
 * @property {boolean} is_active
 * @property {"off" | "ready" | "break" | "away"} availability
 * @property {string} reason
 * @property {"idle" | "offered" | "on_call" | "wrap_up"} activity
 * @property {string} since
 * @property {string} operator
 * @property {string | null} operator_id
 * @property {string | null} call
 * @property {string} room_role
 * @property {string[]} skills
 * @property {number} misses
 * @property {string | null} rest_until
 * @property {string} break_asked  the reason; empty if it wants to be off
 * @property {string | null} break_asked_at
 */
/**
 * @typedef {object} Notice
 * @property {string} notice
 * @property {string} text
 * @property {string} posted_by
 * @property {string} posted_at
 * @property {string} until
 * @property {boolean} is_withdrawn
 */
/** @typedef {{agency: string, code: string, name: string, name_en: string}} Agency */
/**
 * @typedef {object} AgencySnapshot
 * @property {Agency} agency
 * @property {Record<string, Seat>} seats
 * @property {Record<string, LineCall>} line
 * @property {Record<string, LineCall>} [callbacks]
 * @property {Record<string, Notice>} [notices]
 */
/**
 * @typedef {object} AgencyState  the same, kept current
 * @property {Agency} agency
 * @property {Map<string, Seat>} seats
 * @property {Map<string, LineCall>} line
 * @property {Map<string, LineCall>} callbacks
 * @property {Map<string, Notice>} notices
 */
/**
 * @typedef {object} FiguresFrame
 * @property {"figures"} type
 * @property {string} agency
 * @property {Record<string, number>} figures
 * @property {string} starts_at
 * @property {number[][]} quarters  [offered, answered, in 15 s, of how many, abandoned]
 */
/** @typedef {{lapsed: number, stuck: number, late: string[]}} AgencyHealth */
/**
 * @typedef {object} HealthFrame
 * @property {"health"} type
 * @property {string} at
 * @property {Record<string, number>} loops  ms since each loop's last turn
 * @property {number | null} relay_percent
 * @property {string | null} canary_at
 * @property {boolean} canary_ok
 * @property {number} batches
 * @property {Record<string, AgencyHealth>} agencies
 */
/**
 * @typedef {object} Standing  the room this board's supervisor is in
 * @property {string | null} call
 * @property {string | null} incident
 * @property {string | null} participant
 * @property {"" | "monitor" | "whisper" | "open"} stance
 */
/** @typedef {{participant: string, label: string, label_en: string, role: string}} Party */
/** @typedef {{parties: Party[], whispering: Party[], people: Record<string, string>}} Room */
/**
 * @typedef {object} You
 * @property {"board"} side
 * @property {{id: string, name: string}} supervisor
 * @property {string[]} agencies
 * @property {string[]} moves  those of them that may be acted on
 */

export {};
