// What stands where on the board: the line, the seats by county, the live calls, counts.

/** @typedef {import("./shapes.js").AgencyState} AgencyState */
/** @typedef {import("./shapes.js").LineCall} LineCall */
/** @typedef {import("./shapes.js").Notice} Notice */
/** @typedef {import("./shapes.js").Seat} Seat */
/** @typedef {"nobody" | "off" | "ready" | "break" | "away" | "offered" | "on_call" | "wrap_up"} Doing */

/** @param {Seat} seat @returns {Doing} one word for a seat's two axes */
export function doing(seat) {
  if (!seat.operator_id) return "nobody";
  return seat.activity === "idle" ? seat.availability : seat.activity;
}

/** @param {LineCall} one @param {LineCall} other */
function byAge(one, other) {
  return compare(one.queued_at, other.queued_at) || compare(one.call, other.call);
}

/** @param {string} one @param {string} other */
function compare(one, other) {
  return one < other ? -1 : Number(one > other);
}

/** @param {AgencyState[]} agencies @returns {LineCall[]} who waits, the oldest first */
export function waitingCalls(agencies) {
  return callsOf(agencies)
    .filter(({ state }) => state === "waiting" || state === "offered")
    .sort(byAge);
}

/** @param {AgencyState[]} agencies @returns {LineCall[]} who talks, the oldest first */
export function liveCalls(agencies) {
  return callsOf(agencies)
    .filter(({ state }) => state === "connected")
    .sort(byAge);
}

/** @param {AgencyState[]} agencies */
function callsOf(agencies) {
  return agencies.flatMap(({ line }) => [...line.values()]);
}

/** @param {AgencyState} agency @returns {Seat[]} in service, by number */
export function seatsOf(agency) {
  return [...agency.seats.values()]
    .filter((seat) => seat.is_active)
    .sort((one, other) => one.number - other.number);
}

/** @param {Seat[]} seats @returns {Record<Doing, number>} how many do what */
export function countDoing(seats) {
  /** @type {Record<Doing, number>} */
  const counts = {
    nobody: 0, off: 0, ready: 0, break: 0, away: 0, offered: 0, on_call: 0, wrap_up: 0,
  };
  for (const seat of seats) counts[doing(seat)] += 1;
  return counts;
}

/**
 * The same three sums in the bar and beside each county's name.
 * @param {Seat[]} seats @returns {{ready: number, busy: number, idle: number, nobody: number}}
 *   `idle`: somebody sits there who takes no calls, on a break, away or off
 */
export function sumsOf(seats) {
  const counts = countDoing(seats);
  return {
    ready: counts.ready,
    busy: counts.on_call + counts.wrap_up + counts.offered,
    idle: counts.break + counts.away + counts.off,
    nobody: counts.nobody,
  };
}

/** @param {AgencyState[]} agencies @returns {Seat[]} who can be given a call now */
export function freeSeats(agencies) {
  return agencies.flatMap(seatsOf).filter((seat) => doing(seat) === "ready");
}

/**
 * @param {AgencyState[]} agencies @param {number} now
 * @returns {(Notice & {agency: string})[]} what stands at the seats, the newest first
 */
export function openNotices(agencies, now) {
  return agencies
    .flatMap(({ agency, notices }) =>
      [...notices.values()].map((notice) => ({ ...notice, agency: agency.agency })),
    )
    .filter(({ until }) => Date.parse(until) > now)
    .sort((one, other) => compare(other.posted_at, one.posted_at));
}

/**
 * A list that does not fit is cut, never scrolled: what is hidden is counted.
 * @template Item
 * @param {Item[]} items @param {number} most @returns {{shown: Item[], hidden: Item[]}}
 */
export function cut(items, most) {
  if (items.length <= most) return { shown: items, hidden: [] };
  return { shown: items.slice(0, most), hidden: items.slice(most) };
}
