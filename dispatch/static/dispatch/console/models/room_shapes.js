// The shapes of several parties: who is asked into a call, who is in it, and what a
// supervisor tells every seat. PROTOCOL.md is the full declaration.

/** @typedef {"second" | "interpreter" | "supervisor"} InvitedRole */
/** @typedef {"host" | "second" | "interpreter" | "supervisor" | "unit"} RoomRole */
/**
 * @typedef {object} Invitation  a colleague is asked in, or to take the call over
 * @property {string} offer
 * @property {string} call
 * @property {"invite" | "transfer"} kind
 * @property {string} role
 * @property {string} seat
 * @property {string} seat_label
 * @property {string} seat_label_en
 * @property {string} operator
 * @property {string} asked_by
 * @property {string} reason
 * @property {"open" | "accepted" | "declined" | "unanswered" | "withdrawn"} state
 * @property {string} expires_at
 */
/**
 * @typedef {object} Party  somebody in the room besides host and caller
 * @property {string} participant
 * @property {RoomRole} role
 * @property {string} label
 * @property {string} label_en
 * @property {boolean} is_muted
 * @property {string} joined_at
 */
/**
 * @typedef {object} RoomState
 * @property {Party[]} parties
 * @property {Party[]} whispering  heard by the host alone
 * @property {Record<string, string>} people  participant → name
 */
/**
 * @typedef {object} Bulletin  a supervisor's sentence to every seat of an agency
 * @property {string} notice
 * @property {string} text
 * @property {string} posted_by
 * @property {string} posted_at
 * @property {string} until
 * @property {boolean} is_withdrawn
 */
/** @typedef {Invitation & {at: string}} Answered  how the last one came out, and when */
/**
 * @typedef {object} Passed  where the call went, or where it came from
 * @property {string} how  blind, warm, take_over, relief, promoted, moved;
 *   or line, moved_to_line
 * @property {string | null} from_seat
 * @property {string} from_label
 * @property {string} from_label_en
 * @property {string} from_operator
 * @property {string} reason
 * @property {string} at
 */
/** @typedef {{agency: string, name: string, name_en: string}} Neighbour */

export {};
