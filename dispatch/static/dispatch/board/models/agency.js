// One agency as its stream's entries keep it. Entries carry whole states: what has not
// changed stays the same object, so that only changed rows are drawn again.

/** @typedef {import("./shapes.js").AgencyState} AgencyState */
/** @typedef {import("./shapes.js").LineCall} LineCall */
/** @typedef {import("../../lib/wire.js").Entry} Entry */

/** @param {import("./shapes.js").AgencySnapshot} snapshot @returns {AgencyState} */
export function fromSnapshot(snapshot) {
  return {
    agency: snapshot.agency,
    seats: new Map(Object.entries(snapshot.seats)),
    line: new Map(Object.entries(snapshot.line)),
    callbacks: new Map(Object.entries(snapshot.callbacks ?? {})),
    notices: new Map(Object.entries(snapshot.notices ?? {})),
  };
}

/** Bring it up to an entry, in place. @param {AgencyState} state @param {Entry} entry */
export function apply(state, entry) {
  if (entry.type === "seat.updated") {
    state.seats.set(entry.data.seat.seat, entry.data.seat);
  } else if (entry.type === "line.updated") {
    applyCall(state, entry.data.call);
  } else if (entry.type === "notice.updated") {
    const { notice } = entry.data;
    if (notice.is_withdrawn) state.notices.delete(notice.notice);
    else state.notices.set(notice.notice, notice);
  }
}

/** @param {AgencyState} state @param {LineCall} call */
function applyCall(state, call) {
  const isOurs = call.agency === state.agency.agency;
  const isOver = call.state === "ended";
  if (isOver || !isOurs) state.line.delete(call.call);
  else state.line.set(call.call, call);
  if (isOver && isOurs && call.needs_callback) state.callbacks.set(call.call, call);
  else state.callbacks.delete(call.call);
}
