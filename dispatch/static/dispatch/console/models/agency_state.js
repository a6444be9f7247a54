// An agency as a seat sees it: seats, the line, whom to call back, what supervisors tell.
// Snapshot + entries; each entry carries the new state, so applying one twice is harmless.

/** @typedef {import("./shapes.js").AgencySnapshot} AgencySnapshot */
/** @typedef {import("./shapes.js").LineCall} LineCall */
/** @typedef {import("./shapes.js").Seat} Seat */
/** @typedef {import("./room_shapes.js").Bulletin} Bulletin */
/** @typedef {import("../../lib/wire.js").Entry} Entry */
/** @typedef {AgencySnapshot & {done: LineCall[]}} AgencyState  `done`: called back lately */

const MOST_DONE = 3;

/**
 * @param {AgencySnapshot} snapshot
 * @param {LineCall[]} done  seen earlier by this window; a snapshot does not repeat them
 * @returns {AgencyState}
 */
export function fromSnapshot(snapshot, done = []) {
  return { ...snapshot, done };
}

/** @param {AgencyState} state @param {Entry} entry @returns {AgencyState} */
export function withEntry(state, entry) {
  if (entry.type === "seat.updated") {
    const { seat } = entry.data;
    return { ...state, seats: { ...state.seats, [seat.seat]: seat } };
  }
  if (entry.type === "line.updated") return withCall(state, entry.data.call);
  if (entry.type === "notice.updated") return withNotice(state, entry.data.notice);
  return state;
}

/** @param {AgencyState} state @param {LineCall} call @returns {AgencyState} */
function withCall(state, call) {
  const line = { ...state.line };
  const callbacks = { ...state.callbacks };
  const isHere = call.agency === state.agency.agency;
  delete callbacks[call.call];
  if (call.state === "ended" || !isHere) delete line[call.call];
  else line[call.call] = call;
  if (call.state === "ended" && isHere && call.needs_callback) callbacks[call.call] = call;
  const others = state.done.filter((known) => known.call !== call.call);
  const isDone = call.state === "ended" && !call.needs_callback && call.callback_outcome;
  const done = isDone && isHere ? [call, ...others].slice(0, MOST_DONE) : others;
  return { ...state, line, callbacks, done };
}

/** @param {AgencyState} state @param {Bulletin} notice @returns {AgencyState} */
function withNotice(state, notice) {
  const notices = { ...state.notices };
  if (notice.is_withdrawn) delete notices[notice.notice];
  else notices[notice.notice] = notice;
  return { ...state, notices };
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

/**
 * @param {AgencyState[]} agencies @param {string} [except]  a seat
 * @returns {boolean} whether somebody at another seat takes calls, now or after their own
 */
export function isAnybodyReady(agencies, except) {
  return agencies.flatMap(seatsOf).some(
    ({ seat, operator_id: operator, availability }) =>
      seat !== except && operator !== null && availability === "ready",
  );
}

/** @param {AgencyState[]} agencies @param {{agency: string}} whose  a seat or a call */
export function agencyOf(agencies, whose) {
  return agencies.find(({ agency }) => agency.agency === whose.agency)?.agency ?? null;
}

/**
 * Whom to call back: the longest lost first, as somebody may be in danger still; then what
 * colleagues have done about others a moment ago.
 * @param {AgencyState[]} agencies @returns {LineCall[]}
 */
export function callsToReturn(agencies) {
  const since = (/** @type {LineCall} */ call) => call.lost_at ?? call.ended_at ?? call.queued_at;
  const open = agencies
    .flatMap(({ callbacks }) => Object.values(callbacks))
    .sort((one, other) => since(one).localeCompare(since(other)));
  return [...open, ...agencies.flatMap(({ done }) => done)];
}

/**
 * @param {AgencyState[]} agencies @param {number} now  the server's time, ms
 * @returns {Bulletin[]} what supervisors tell, newest first, until it is over
 */
export function noticesAt(agencies, now) {
  return agencies
    .flatMap(({ notices }) => Object.values(notices))
    .filter(({ until }) => Date.parse(until) > now)
    .sort((one, other) => other.posted_at.localeCompare(one.posted_at));
}

/** @param {AgencyState[]} agencies @param {string} id @returns {string[]} Chinese, English */
export function agencyNames(agencies, id) {
  const known = agencies.flatMap(({ agency }) => [agency, ...(agency.neighbours ?? [])]);
  const found = known.find(({ agency }) => agency === id);
  return found ? [found.name, found.name_en] : ["", ""];
}
