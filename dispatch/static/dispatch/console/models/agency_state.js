// An agency as a seat sees it: seats, the line, and calls that should be called back.
// Snapshot + entries; each entry carries the new state, so applying one twice is harmless.

/** @typedef {import("./shapes.js").AgencySnapshot} AgencySnapshot */
/** @typedef {import("./shapes.js").LineCall} LineCall */
/** @typedef {import("./shapes.js").Seat} Seat */
/** @typedef {import("../../lib/wire.js").Entry} Entry */
/** @typedef {LineCall & {ended_at: string}} Missed */
/** @typedef {AgencySnapshot & {missed: Missed[]}} AgencyState */

const MOST_MISSED = 20;

/**
 * @param {AgencySnapshot} snapshot
 * @param {Missed[]} missed  seen earlier in this shift; a snapshot does not repeat them
 * @returns {AgencyState}
 */
export function fromSnapshot(snapshot, missed = []) {
  return { ...snapshot, missed };
}

/** @param {AgencyState} state @param {Entry} entry @returns {AgencyState} */
export function withEntry(state, entry) {
  if (entry.type === "seat.updated") {
    const { seat } = entry.data;
    return { ...state, seats: { ...state.seats, [seat.seat]: seat } };
  }
  if (entry.type === "line.updated") return withCall(state, entry.data.call, entry.at ?? "");
  return state;
}

/** @param {AgencyState} state @param {LineCall} call @param {string} at @returns {AgencyState} */
function withCall(state, call, at) {
  const line = { ...state.line };
  const isGone = call.state === "ended" || call.agency !== state.agency.agency;
  if (isGone) delete line[call.call];
  else line[call.call] = call;
  if (call.state !== "ended" || !call.needs_callback) return { ...state, line };
  const others = state.missed.filter((known) => known.call !== call.call);
  const missed = [{ ...call, ended_at: at }, ...others].slice(0, MOST_MISSED);
  return { ...state, line, missed };
}

/** @param {LineCall} one @param {LineCall} other */
function byTurn(one, other) {
  return (
    one.priority - other.priority ||
    one.queued_at.localeCompare(other.queued_at) ||
    one.call.localeCompare(other.call)
  );
}

/**
 * @param {Iterable<AgencyState>} agencies
 * @returns {LineCall[]} who waits, in the order they will be answered
 */
export function callsWaiting(agencies) {
  const calls = [...agencies].flatMap((agency) => Object.values(agency.line));
  return calls.filter(({ state }) => state === "waiting" || state === "offered").sort(byTurn);
}

/** @param {LineCall[]} calls @returns {string | null} since when the longest waits */
export function oldestSince(calls) {
  return calls.map((call) => call.queued_at).sort()[0] ?? null;
}

/** @param {AgencyState} agency @returns {Seat[]} seats in service, by number */
export function seatsOf(agency) {
  return Object.values(agency.seats)
    .filter((seat) => seat.is_active)
    .sort((one, other) => one.number - other.number);
}

/** @param {AgencyState[]} agencies @param {{agency: string}} whose  a seat or a call */
export function agencyOf(agencies, whose) {
  return agencies.find(({ agency }) => agency.agency === whose.agency)?.agency ?? null;
}

/** @param {Iterable<AgencyState>} agencies @returns {Missed[]} newest first */
export function callsMissed(agencies) {
  return [...agencies]
    .flatMap((agency) => agency.missed)
    .sort((one, other) => other.ended_at.localeCompare(one.ended_at));
}
