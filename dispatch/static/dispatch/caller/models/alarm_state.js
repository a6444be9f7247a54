// The caller's alarm as the server has confirmed it. Pure: an old snapshot with the
// entries since applied equals a fresh snapshot; entries carry the new state.

/** @typedef {import("../../lib/wire.js").Entry} Entry */
/**
 * @typedef {object} Call
 * @property {string} call
 * @property {string} number
 * @property {"waiting" | "offered" | "connected" | "ended"} state
 * @property {"normal" | "silent"} mode
 * @property {string} queued_at
 * @property {string | null} connected_at
 * @property {string | null} ended_at
 * @property {string} end_reason
 * @property {string} seat_label
 * @property {string} seat_label_en
 * @property {string | null} lost_at
 */
/**
 * @typedef {object} Message
 * @property {number} seq
 * @property {string} at
 * @property {"caller" | "seat"} side
 * @property {string} text
 * @property {string | null} [clip]  the photo or file it speaks of
 */
/** @typedef {"" | "asked" | "shown" | "refused" | "ended"} Warning */
/** @typedef {Record<"guest" | "host", {audio: boolean, video: boolean}>} Muted */
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
 * @typedef {object} AlarmState
 * @property {{incident: string, number: string, opened_at: string}} incident
 * @property {Call} call
 * @property {Message[]} messages
 * @property {Position | null} position
 * @property {{assurance: string, phone_masked: string}} caller
 * @property {Warning} [warning]  of who threatens the caller, by the officer's picture
 * @property {Muted} [muted]  what the host has stopped
 * @property {{parties: Party[]}} [room]  who else is in the conversation
 */
/** @typedef {{participant: string, role: "second" | "interpreter" | "supervisor" | "unit"}} Party */
/**
 * @typedef {"connected" | "returned" | "sent_on" | "ended" | "merged" | "passed" | "relieved" | "rescued" |
 *           Party["role"]} News  a role: somebody of it came in
 */

/** @param {AlarmState} state @param {Entry} entry @returns {AlarmState} */
export function applyEntry(state, entry) {
  const { type = "", data = {} } = entry;
  if (type === "call.warning") {
    return data.call === state.call.call ? { ...state, warning: data.state } : state;
  }
  // A repeat of another call of the same incident is not this window's call.
  if (type.startsWith("call.")) {
    return data.call?.call === state.call.call ? { ...state, call: data.call } : state;
  }
  switch (type) {
    case "message.posted": {
      const { side, text, clip } = data;
      const message = { seq: entry.seq, at: entry.at ?? "", side, text, ...(clip && { clip }) };
      return { ...state, messages: [...state.messages, message] };
    }
    case "position.reported":
      return { ...state, position: data.position };
    case "caller.verified":
      return { ...state, caller: data.caller };
    case "media.muted":
      return { ...state, muted: withMuting(state, data) };
    case "room.changed":
      if (data.call !== state.call.call) return state;
      return { ...state, room: { parties: data.parties } };
    case "incident.opened":
      return { ...state, incident: data.incident };
    default:
      // Hidden from callers, or newer than this page: only its number matters.
      return state;
  }
}

/** @param {AlarmState} state @param {any} data @returns {Muted | undefined} */
function withMuting({ call, muted }, data) {
  if (data.call !== call.call || !muted) return muted;
  const who = /** @type {"guest" | "host"} */ (data.who);
  return { ...muted, [who]: { ...muted[who], [data.track]: data.is_muted } };
}

/**
 * What happened between two states that the caller should be told once.
 * @param {AlarmState | null} before @param {AlarmState} after @param {Entry} [entry]
 * @returns {News | null}
 */
export function newsBetween(before, after, entry) {
  const was = before?.call.state;
  const { state, end_reason: reason } = after.call;
  if (entry?.type === "call.transferred" && before?.call !== after.call) {
    if (entry.data.how === "relief") return "relieved"; // somebody else, the same seat
    return ["take_over", "promoted"].includes(entry.data.how) ? "rescued" : "passed";
  }
  if (was === state) return cameIn(before, after);
  if (state === "connected") return "connected";
  if (state === "ended") return reason === "merged" ? "merged" : "ended";
  if (was !== "connected") return null;
  return ["transferred", "moved"].includes(entry?.data?.why) ? "sent_on" : "returned";
}

/** @param {AlarmState | null} before @param {AlarmState} after @returns {Party["role"] | null} */
function cameIn(before, after) {
  const known = (before?.room?.parties ?? []).map(({ participant }) => participant);
  const fresh = after.room?.parties.filter(({ participant }) => !known.includes(participant));
  return (before && fresh?.at(-1)?.role) ?? null;
}
