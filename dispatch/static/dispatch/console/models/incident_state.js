// The incident of the call at this seat: snapshot + entries. What an entry brings
// replaces what was there; only messages and the trail grow.

/** @typedef {import("./shapes.js").IncidentSnapshot} IncidentState */
/** @typedef {import("../../lib/wire.js").Entry} Entry */

const LONGEST_TRAIL = 50;

/** @param {IncidentState} state @param {Entry} entry @returns {IncidentState} */
export function withEntry(state, entry) {
  const { data } = entry;
  if (!data) return state;
  const next = { ...state };
  if (data.call) next.call = data.call;
  if (data.incident) next.incident = data.incident;
  if (data.caller) next.caller = data.caller;
  if (data.position) {
    next.position = data.position;
    next.trail = [...state.trail, data.position].slice(-LONGEST_TRAIL);
  }
  if (entry.type === "message.posted") {
    const { side, text, client_id: clientId } = data;
    const message = { seq: entry.seq, at: entry.at ?? "", side, text, client_id: clientId };
    next.messages = [...state.messages, message];
  }
  return next;
}
