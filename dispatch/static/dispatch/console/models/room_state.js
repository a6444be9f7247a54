// The room of the call at this seat: who is asked in, who is there, where the call went.

/** @typedef {import("./shapes.js").IncidentSnapshot} IncidentState */
/** @typedef {import("./room_shapes.js").RoomState} RoomState */
/** @typedef {import("../../lib/wire.js").Entry} Entry */

/** @returns {RoomState} host and caller are alone */
export function emptyRoom() {
  return { parties: [], whispering: [], people: {} };
}

/**
 * What an entry says of the room; null if it says nothing of it.
 * @param {IncidentState} state @param {Entry} entry @returns {IncidentState | null}
 */
export function withRoomEntry(state, { type, at = "", data }) {
  if (type === "invitation.updated") return withInvitation(state, data.invitation, at);
  if (type === "room.changed") {
    if (data.call !== state.call.call) return state;
    const { parties, whispering = [], people = {} } = data;
    return { ...state, room: { parties, whispering, people } };
  }
  return null;
}

/**
 * An open one stands; of an answered one only how it came out, until the next is asked.
 * @param {IncidentState} state @param {import("./room_shapes.js").Invitation} invitation
 * @param {string} at
 */
function withInvitation(state, invitation, at) {
  if (invitation.call !== state.call.call) return state;
  const invitations = { ...state.invitations };
  if (invitation.state === "open") {
    invitations[invitation.offer] = invitation;
    return { ...state, invitations, answered: null };
  }
  delete invitations[invitation.offer];
  return { ...state, invitations, answered: { ...invitation, at } };
}

/**
 * A call that changed its host, or went back to a line; null: neither.
 * @param {Entry} entry @returns {import("./room_shapes.js").Passed | null}
 */
export function passedBy({ type, at = "", data }) {
  const isToLine = type === "call.returned" && ["transferred", "moved"].includes(data.why);
  if (type !== "call.transferred" && !isToLine) return null;
  return {
    how: isToLine ? (data.why === "moved" ? "moved_to_line" : "line") : data.how,
    from_seat: data.from_seat ?? null,
    from_label: data.from_label ?? "",
    from_label_en: data.from_label_en ?? "",
    from_operator: data.from_operator ?? "",
    reason: data.reason ?? "",
    at,
  };
}
