// What a person at a seat must be told at once: others changed their call or their seat.
// Compares the desk before and after an entry; says nothing of what they did themselves.

import { agencyNames, agencyOf } from "./agency_state.js";
import { isVisitor } from "./room.js";
import { cameFrom, outcome, passedOn, withReason } from "./room_words.js";
import { passedBy } from "./room_state.js";
import { breakReason } from "./words.js";
import { fill, gettext, ngettext } from "../../lib/words.js";

/** @typedef {import("./shapes.js").Seat} Seat */
/** @typedef {import("./shapes.js").IncidentSnapshot} IncidentSnapshot */
/** @typedef {import("../../lib/wire.js").Entry} Entry */
/** @typedef {{words: string, tone: "" | "warn" | "ok"}} Told */
/**
 * @typedef {object} Standing  the desk at one moment
 * @property {Seat | null} seat
 * @property {IncidentSnapshot | null} incident
 * @property {import("./agency_state.js").AgencyState[]} agencies
 */

/** @param {Entry} entry @param {Standing} before @param {Standing} after @returns {Told | null} */
export function toldBy(entry, before, after) {
  if (!entry.data || !after.seat) return null;
  if (entry.type === "seat.updated") return ofSeat(entry, before.seat, after.seat);
  if (entry.type === "invitation.updated") return ofInvitation(entry, after);
  if (entry.type === "room.changed") return ofRoom(entry, before, after);
  return ofCall(entry, before, after);
}

// --- The seat --------------------------------------------------------------------------

/** @param {Entry} entry @param {Seat | null} was @param {Seat} seat @returns {Told | null} */
function ofSeat({ data }, was, seat) {
  if (data.seat.seat !== seat.seat || !was || was.epoch !== seat.epoch) return null;
  if (seat.availability === "away" && was.availability !== "away") return away(seat);
  const isBreak = seat.availability === "break";
  // First: it also settles whatever was asked for, and only this one has a reason.
  if (isBreak && was.availability !== "break" && /paus/.test(data.why)) {
    return {
      words: withReason(
        gettext("A supervisor sent you on a break. Choose Ready to come back."),
        breakReason(seat.reason),
      ),
      tone: "warn",
    };
  }
  if (was.break_asked_at && !seat.break_asked_at) {
    if (!was.break_asked) return offAnswered(data.why);
    if (isBreak)
      return { words: gettext("Your break is allowed. No calls come now."), tone: "ok" };
    return /refus/.test(data.why)
      ? {
          words: gettext("A supervisor did not allow the break. You are still Ready."),
          tone: "warn",
        }
      : null;
  }
  return null;
}

/** @param {string} why @returns {Told | null} */
function offAnswered(why) {
  if (/allow/.test(why)) return { words: gettext("You may go off. No calls come now."), tone: "ok" };
  return /refus/.test(why)
    ? { words: gettext("A supervisor did not let you go off. You are still Ready."), tone: "warn" }
    : null;
}

/** @param {Seat} seat @returns {Told} */
function away(seat) {
  const words = ngettext(
    "%(count)s call rang here unanswered: calls go to other seats until you choose Ready.",
    "%(count)s calls in a row rang here unanswered: calls go to other seats until you choose Ready.",
    seat.misses,
  );
  return { words: fill(words, { count: seat.misses }), tone: "warn" };
}

// --- The call --------------------------------------------------------------------------

/** @param {Entry} entry @param {Standing} after @returns {Told | null} */
function ofInvitation({ data }, { incident, seat, agencies }) {
  const { invitation } = data;
  if (invitation.call !== incident?.call.call || invitation.state === "open") return null;
  // The one who was asked knows what they answered.
  if (invitation.seat === seat?.seat) return null;
  const { words, tone } = outcome(invitation, seat && agencyOf(agencies, seat));
  return { words: sentence(words), tone: tone === "warn" ? "warn" : "" };
}

/**
 * Who leads must know at each moment who hears a supervisor: the host alone, or everybody.
 * @param {Entry} entry @param {Standing} before @param {Standing} after @returns {Told | null}
 */
function ofRoom({ data }, before, after) {
  const { incident, seat } = after;
  if (incident?.call.state !== "connected" || incident.call.call !== data.call) return null;
  if (isVisitor(seat)) return null;
  const [were, are] = [supervisors(before), supervisors(after)];
  for (const [participant, hearing] of are) {
    if (were.get(participant) === hearing) continue;
    const words =
      hearing === "host"
        ? gettext("A supervisor speaks to you; only you hear it.")
        : gettext("A supervisor takes part; everybody hears it.");
    return { words, tone: "" };
  }
  const isGone = [...were.keys()].some((participant) => !are.has(participant));
  return isGone ? { words: gettext("The supervisor is out of the call."), tone: "" } : null;
}

/** @param {Standing} standing @returns {Map<string, string>} participant → who hears them */
function supervisors({ incident }) {
  const { parties = [], whispering = [] } = incident?.room ?? {};
  return new Map([
    ...parties.filter(({ role }) => role === "supervisor").map(heardBy("everybody")),
    ...whispering.map(heardBy("host")),
  ]);
}

/** @param {string} whom */
function heardBy(whom) {
  /** @returns {[string, string]} */
  return (/** @type {{participant: string}} */ { participant }) => [participant, whom];
}

/** @param {Entry} entry @param {Standing} before @param {Standing} after @returns {Told | null} */
function ofCall(entry, before, after) {
  const passed = passedBy(entry);
  const { incident, seat } = after;
  if (!passed || !incident || !seat || entry.data.call.call !== incident.call.call) return null;
  const ours = agencyOf(after.agencies, seat);
  const wasMine = before.incident?.call.seat === seat.seat;
  if (incident.call.seat === seat.seat) {
    const words = wasMine ? "" : cameFrom(passed, ours);
    const isAlone = passed.how === "promoted";
    if (!words) return null;
    return { words: withReason(words, passed.reason), tone: isAlone ? "warn" : "" };
  }
  const line = agencyNames(after.agencies, incident.call.agency);
  const { tone, words } = passedOn(passed, incident.call, line, ours);
  return wasMine
    ? { words: withReason(sentence(words), passed.reason), tone: tone === "warn" ? "warn" : "" }
    : { words: sentence(words), tone: "" };
}

/** @param {string} words @returns {string} the same with a full stop, as the language has it */
function sentence(words) {
  return fill(gettext("%(words)s."), { words });
}
