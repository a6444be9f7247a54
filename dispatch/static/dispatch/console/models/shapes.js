// The shapes the console reads off the wire; PROTOCOL.md is the full declaration.

/**
 * @typedef {object} Offer
 * @property {string} offer
 * @property {string} call
 * @property {string} incident
 * @property {string} number
 * @property {string} mode
 * @property {number} priority
 * @property {string} queued_at
 * @property {"auto" | "ring"} answer
 * @property {string} made_at
 * @property {string} expires_at
 * @property {string} assurance
 * @property {string} area
 * @property {string} area_en
 * @property {string | null} lost_at
 * @property {string[]} needs
 * @property {"call" | "invite" | "transfer"} kind
 * @property {string} role  as what one is asked in
 * @property {string} asked_by
 * @property {string} from_label
 * @property {string} from_label_en
 * @property {string} reason
 * @property {boolean} [is_plain]  by the page without scripts: never in reach, not lost
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
 * @property {number} epoch
 * @property {Offer | null} offer
 * @property {string | null} call
 * @property {string | null} incident
 * @property {string | null} wrap_up_until
 * @property {string} room_role  host, second, interpreter; empty outside a room
 * @property {string[]} skills  its operator's
 * @property {number} misses  offers in a row that nobody answered
 * @property {string | null} rest_until  no offer before
 * @property {string} break_asked  why, while a supervisor has not answered; empty: it wants to be off
 * @property {string | null} break_asked_at
 * @property {boolean} relief_open  a colleague may sit down here
 */
/**
 * @typedef {object} LineCall
 * @property {string} call
 * @property {string} number
 * @property {string} incident
 * @property {string} agency
 * @property {"waiting" | "offered" | "connected" | "ended"} state
 * @property {"normal" | "silent"} mode
 * @property {number} priority
 * @property {string} queued_at
 * @property {string} assurance
 * @property {string} area
 * @property {string} area_en
 * @property {string | null} seat
 * @property {string} seat_label
 * @property {string} seat_label_en
 * @property {string} operator
 * @property {string | null} lost_at
 * @property {number} escalations
 * @property {boolean} needs_callback
 * @property {string[]} needs
 * @property {string} language
 * @property {string} phone_masked
 * @property {string | null} ended_at
 * @property {string} end_reason
 * @property {string | null} called_back_at
 * @property {string} called_back_by
 * @property {"" | "reached" | "not_reached" | "not_needed"} callback_outcome
 * @property {boolean} [is_plain]  by the page without scripts: never in reach, not lost
 */
/**
 * @typedef {object} Call
 * @property {string} call
 * @property {string} number
 * @property {string} incident
 * @property {string} agency
 * @property {"waiting" | "offered" | "connected" | "ended"} state
 * @property {"normal" | "silent"} mode
 * @property {number} priority
 * @property {string} queued_at
 * @property {string | null} connected_at
 * @property {string | null} ended_at
 * @property {string} end_reason
 * @property {string | null} seat
 * @property {string} seat_label
 * @property {string} seat_label_en
 * @property {string} operator
 * @property {string | null} lost_at
 * @property {number} escalations
 * @property {boolean} needs_callback
 * @property {string[]} [needs]
 */
/**
 * @typedef {object} Position
 * @property {number} lat_e7
 * @property {number} lon_e7
 * @property {number} accuracy_mm
 * @property {number} age_ms
 * @property {string} at
 * @property {string} area
 * @property {string} area_en
 * @property {boolean} is_inside
 */
/**
 * @typedef {object} Caller
 * @property {string} caller
 * @property {string} assurance
 * @property {string} phone_masked
 * @property {string} name_masked
 * @property {string} language
 */
/**
 * @typedef {object} Incident
 * @property {string} incident
 * @property {string} number
 * @property {string} opened_at
 * @property {string} category
 * @property {number} priority
 * @property {string} place
 * @property {string} notes
 * @property {string} persons
 * @property {string} disposition
 * @property {string[]} flags
 * @property {{incident: string, number: string}[]} links  of the same person, merged
 * @property {string | null} saved_at
 * @property {string} saved_by
 */
/**
 * @typedef {object} Message
 * @property {number} seq
 * @property {string} at
 * @property {"caller" | "seat"} side
 * @property {string} text
 * @property {string} [client_id]  id of the command that made it
 * @property {string | null} [clip]  a photo or a file that came with it
 */
/** @typedef {{code: string, name: string, name_en: string}} Category */
/** @typedef {{text: string, text_en: string}} Phrase */
/**
 * @typedef {object} Agency
 * @property {string} agency
 * @property {string} name
 * @property {string} name_en
 * @property {string} code
 * @property {"auto" | "ring"} answer_mode
 * @property {string} phone_number
 * @property {Category[]} categories
 * @property {Phrase[]} phrases
 * @property {Phrase[]} break_reasons
 * @property {boolean} breaks_need_approval
 * @property {import("./room_shapes.js").Neighbour[]} neighbours  nearest first
 */
/**
 * @typedef {object} AgencySnapshot
 * @property {Agency} agency
 * @property {Record<string, Seat>} seats
 * @property {Record<string, LineCall>} line
 * @property {Record<string, LineCall>} callbacks  lost callers whom nobody reached yet
 * @property {Record<string, import("./room_shapes.js").Bulletin>} notices  still standing
 */
/**
 * @typedef {object} IncidentSnapshot
 * @property {Incident} incident
 * @property {Caller} caller
 * @property {Call} call
 * @property {Message[]} messages
 * @property {Position | null} position
 * @property {Position[]} trail
 * @property {Record<string, import("./evidence_shapes.js").Clip>} [clips]  the newest
 * @property {number} [clips_older]  how many more there are
 * @property {import("./evidence_shapes.js").Warning} [warning]
 * @property {import("./evidence_shapes.js").Muted} [muted]
 * @property {Record<string, import("./room_shapes.js").Invitation>} [invitations]  open
 * @property {import("./room_shapes.js").RoomState} [room]
 * @property {import("./room_shapes.js").Answered | null} [answered]  seen by this window
 * @property {import("./room_shapes.js").Passed | null} [passed]  seen by this window
 */
/**
 * @typedef {object} Device  what the phone can give now: on, off, refused, none, asking
 * @property {string} call
 * @property {string} camera
 * @property {string} microphone
 * @property {string} position
 * @property {boolean} is_hidden
 * @property {boolean} is_interrupted  something else holds the camera or microphone
 * @property {import("./evidence_shapes.js").Rung} rung
 * @property {string} why  the rung is not a better one
 * @property {"off" | "starting" | "kept" | "held" | "full" | "failed"} recording
 */
/**
 * @typedef {object} OfferWords  what the caller of a ringing offer wrote, newest last
 * @property {string} offer
 * @property {string} call
 * @property {{text: string, is_file: boolean}[]} words
 * @property {import("./evidence_shapes.js").Rung | ""} rung  "": the phone has not said
 * @property {string} why  the rung is not a better one
 */
/** @typedef {{code: string, detail: string, facts: Record<string, any>}} Notice */
/**
 * @typedef {object} You
 * @property {"seat"} side
 * @property {{id: string, name: string}} operator
 * @property {string | null} seat
 * @property {string[]} agencies
 * @property {string[]} [supervises]  agencies whose calls one may take over at any time
 * @property {boolean} held_elsewhere
 * @property {Notice} [notice]
 */

export {};
