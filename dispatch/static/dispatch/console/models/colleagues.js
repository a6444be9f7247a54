// Whom one can ask into a call or give it to: the seats of one's own agency, those that are
// free first, then other agencies, by their line, and last those where nobody is. Found by
// typing.

import { seatsOf } from "./agency_state.js";
import { inLanguage, seatName, seatState } from "./words.js";
import { skillNames } from "./room_words.js";
import { fill, gettext } from "../../lib/words.js";

/** @typedef {import("./shapes.js").Seat} Seat */
/** @typedef {import("./agency_state.js").AgencyState} AgencyState */
/** @typedef {import("./others.js").Standing} Standing */
/** @typedef {import("./others.js").Standings} Standings */
/** @typedef {"free" | "busy" | "agency"} Group */
/**
 * @typedef {object} Colleague  one line of the list
 * @property {string} key
 * @property {Group} group
 * @property {boolean} isAskable  as far as is known; an agency of which nothing is known, too
 * @property {string} seat  empty for an agency
 * @property {string} agency  empty for a seat
 * @property {string} name  of the seat, or "to the line of …"
 * @property {string} place  the bare name, for a sentence
 * @property {string} operator
 * @property {string} state  what the seat does, or how many are free there
 * @property {string} skills
 * @property {boolean} fits  has what the call needs
 * @property {Seat | null} at
 * @property {string} search
 */

/** @param {Seat} seat @returns {boolean} whether it can be asked now */
function canBeAsked(seat) {
  return Boolean(seat.operator_id) && seat.activity === "idle" && seat.availability === "ready";
}

/** @param {Seat} seat @returns {boolean} whether it leads a call */
export function leads(seat) {
  const isHost = !seat.room_role || seat.room_role === "host";
  return seat.activity === "on_call" && Boolean(seat.call) && isHost;
}

/**
 * @param {Seat} seat @param {string[]} silent  seats whose console is not heard
 * @param {string[]} supervises  agencies @returns {boolean} as the server would say
 */
export function mayTakeOver(seat, silent, supervises) {
  return leads(seat) && (silent.includes(seat.seat) || supervises.includes(seat.agency));
}

/**
 * @param {AgencyState[]} agencies @param {Seat} own @param {string[]} needs  of the caller
 * @param {"line" | "somebody"} way  what another agency is asked for
 * @param {Standings} [standings]  of the other agencies, as far as they are known
 * @returns {Colleague[]} free seats, then the others in service, then agencies
 */
export function colleagues(agencies, own, needs, way, standings = {}) {
  const mine = agencies.find(({ agency }) => agency.agency === own.agency);
  if (!mine) return [];
  const seats = seatsOf(mine)
    .filter((seat) => seat.seat !== own.seat && seat.operator_id)
    .map((seat) => ofSeat(seat, mine, needs));
  const isFree = (/** @type {Colleague} */ one) => one.group === "free";
  const free = seats.filter(isFree).sort((one, other) => Number(other.fits) - Number(one.fits));
  const others = (mine.agency.neighbours ?? [])
    .map((agency) => ofAgency(agency, way, standings[agency.agency]))
    .sort((one, other) => Number(other.isAskable) - Number(one.isAskable));
  return [...free, ...seats.filter((one) => !isFree(one)), ...others];
}

/**
 * @param {Colleague[]} list @param {string} typed @returns {Colleague[]} that have every word
 */
export function found(list, typed) {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return list.filter(({ search }) => words.every((word) => search.includes(word)));
}

/** @param {Seat} seat @param {AgencyState} state @param {string[]} needs @returns {Colleague} */
function ofSeat(seat, { agency }, needs) {
  const skills = seat.skills ?? [];
  const name = seatName(seat, agency);
  const spoken = skillNames(skills);
  const isAskable = canBeAsked(seat);
  return {
    key: seat.seat,
    group: isAskable ? "free" : "busy",
    isAskable,
    seat: seat.seat,
    agency: "",
    name,
    place: name,
    operator: seat.operator,
    state: seatState(seat),
    skills: spoken,
    fits: needs.length > 0 && needs.every((need) => skills.some((skill) => meets(skill, need))),
    at: seat,
    search: [name, seat.label, seat.label_en, seat.operator, spoken, ...skills]
      .join(" ")
      .toLowerCase(),
  };
}

/**
 * @param {import("./room_shapes.js").Neighbour} agency @param {"line" | "somebody"} way
 * @param {Standing | undefined} standing
 * @returns {Colleague}
 */
function ofAgency(agency, way, standing) {
  const place = inLanguage(agency.name, agency.name_en);
  const words =
    way === "line"
      ? gettext("To the line of %(place)s")
      : gettext("Whoever is free in %(place)s");
  return {
    key: agency.agency,
    group: "agency",
    ...askedFor(way, standing),
    seat: "",
    agency: agency.agency,
    name: fill(words, { place }),
    place,
    operator: "",
    skills: "",
    fits: false,
    at: null,
    search: `${agency.name} ${agency.name_en}`.toLowerCase(),
  };
}

/**
 * As the server would refuse it: a line needs somebody ready, there or helping, a room
 * somebody free.
 * @param {"line" | "somebody"} way @param {Standing | undefined} standing
 * @returns {{isAskable: boolean, state: string}}
 */
function askedFor(way, standing) {
  if (!standing) return { isAskable: true, state: "" };
  const { free, is_served: isServed } = standing;
  if (way === "line" && !isServed) return { isAskable: false, state: gettext("nobody ready") };
  if (free) return { isAskable: true, state: fill(gettext("%(count)s free"), { count: free }) };
  return way === "line"
    ? { isAskable: true, state: gettext("nobody free yet") }
    : { isAskable: false, state: gettext("nobody free") };
}

/** @param {string} skill @param {string} need @returns {boolean} "en" speaks for "en-GB" */
function meets(skill, need) {
  const [one, other] = [skill.toLowerCase(), need.toLowerCase()];
  return one === other || one.split("-")[0] === other.split("-")[0];
}
