// Codes into words and looks, in the language of the page. Word + icon + tone, always.

import { doing, seatsOf, sumsOf } from "./lists.js";
import {
  breakReason, foreignCode, inLanguage, priorityName, seatName, shortNumber,
} from "../../console/models/words.js";
import { seatWords } from "../../lib/seat_words.js";
import { fill, gettext } from "../../lib/words.js";

/** @typedef {import("./lists.js").Doing} Doing */
/** @typedef {import("./shapes.js").AgencyState} AgencyState */
/** @typedef {import("./shapes.js").LineCall} LineCall */
/** @typedef {{tone: string, icon: string, words: string}} Look */

const USUAL_PRIORITY = 2;
const LONG_NAME = 17; // letters that fit a wall's line beside a number
const LONGEST_NAME = 29; // and in a line of their own

/** @param {Doing} doing @returns {Look} */
export function seatLook(doing) {
  switch (doing) {
    case "ready":
      return { tone: "ok", icon: "check", words: gettext("Ready") };
    case "offered":
      return { tone: "warn", icon: "bell-ring", words: gettext("Being called") };
    case "on_call":
      return { tone: "busy", icon: "phone", words: gettext("On a call") };
    case "wrap_up":
      return { tone: "busy", icon: "timer", words: gettext("Wrap-up") };
    case "break":
      return { tone: "muted", icon: "coffee", words: gettext("Break") };
    case "away":
      return { tone: "warn", icon: "bell-off", words: gettext("Away") };
    case "off":
      return { tone: "muted", icon: "user", words: gettext("Off") }; // a person sits there
    default:
      return { tone: "muted", icon: "power", words: gettext("Nobody") };
  }
}

/** @param {import("./shapes.js").Seat} seat @returns {string} why it is on a break or away */
export function pauseReason(seat) {
  const what = doing(seat);
  if (what === "away") return gettext("offers not answered");
  return what === "break" ? breakReason(seat.reason) : "";
}

/** @param {import("./shapes.js").Seat} seat @returns {string} what it waits to be allowed */
export function asksFor({ break_asked: reason }) {
  if (!reason) return gettext("Wants to go off");
  return fill(gettext("Asks for a break: %(reason)s"), { reason: breakReason(reason) });
}

/** @param {string} role @returns {string} what a seat is in a room it does not host */
export function roomRole(role) {
  if (role === "second") return gettext("second seat");
  if (role === "interpreter") return gettext("interpreter");
  return role === "supervisor" ? gettext("supervisor") : "";
}

/** @param {string} need @returns {string} */
function needName(need) {
  if (need === "sign_language") return gettext("Sign language");
  try {
    const names = new Intl.DisplayNames([document.documentElement.lang], { type: "language" });
    return names.of(need) ?? need;
  } catch {
    return need;
  }
}

/** @param {import("./shapes.js").Agency | null | undefined} agency @returns {string} */
export function agencyName(agency) {
  return agency ? inLanguage(agency.name, agency.name_en) : "";
}

/** @param {LineCall} call @returns {string} never whose line it is in: it is not there */
export function placeName(call) {
  return inLanguage(call.area, call.area_en) || gettext("Place unknown");
}

/** @param {LineCall} call @returns {string} the seat with its office; empty if it has none */
export function callSeat(call) {
  return seatWords(inLanguage(call.seat_label, call.seat_label_en));
}

/**
 * What a county's seats do, in a line: a needle would be lost among zeros.
 * @param {ReturnType<typeof sumsOf>} sums @returns {string} 0 ready · 1 busy
 */
export function countWords({ ready, busy, idle, nobody }) {
  return [
    fill(gettext("%(n)s ready"), { n: ready }),
    busy ? fill(gettext("%(n)s busy"), { n: busy }) : "",
    idle ? fill(gettext("%(n)s not ready"), { n: idle }) : "",
    nobody ? fill(gettext("%(n)s empty"), { n: nobody }) : "",
  ]
    .filter(Boolean)
    .map((one) => one.replaceAll(" ", "\u00a0")) // "1 not" over "ready" says "ready" from afar
    .join(" · ");
}

/** @param {AgencyState} agency @returns {string} who would take a call in its line */
export function lineWords(agency) {
  const sums = sumsOf(seatsOf(agency));
  const isStaffed = sums.ready + sums.busy + sums.idle > 0;
  return isStaffed ? countWords({ ...sums, nobody: 0 }) : gettext("nobody at its seats");
}

/** @param {LineCall} call @returns {string} by which it is told from every other of the day */
export function callName(call) {
  return fill(gettext("Call %(number)s"), { number: shortNumber(call.number, "") });
}

/** @param {LineCall} call @returns {Look[]} what must not be overlooked of a call */
export function callMarks(call) {
  const marks = [];
  if (call.mode === "silent") {
    marks.push({ tone: "silent", icon: "volume-x", words: gettext("SILENT") });
  }
  if (call.priority === 1) {
    marks.push({ tone: "warn", icon: "triangle-alert", words: priorityName(1) });
  }
  if (call.lost_at && call.is_plain) {
    const words = gettext("Only words, cannot answer");
    marks.push({ tone: "warn", icon: "message-square", words });
  } else if (call.lost_at) {
    marks.push({ tone: "warn", icon: "wifi-off", words: gettext("Phone out of reach") });
  }
  if (call.escalations > 0) {
    const words = gettext("Waits too long");
    marks.push({
      tone: "warn",
      icon: "flag",
      words: call.escalations > 1 ? `${words} ×${call.escalations}` : words,
    });
  }
  for (const need of call.needs ?? []) {
    marks.push({ tone: "", icon: "languages", words: needName(need) });
  }
  // A call comes in as 2; what stands behind others in the line says so.
  if (call.priority > USUAL_PRIORITY && call.state !== "connected") {
    const words = fill(gettext("Priority %(n)s: %(name)s"), {
      n: call.priority,
      name: priorityName(call.priority),
    });
    marks.push({ tone: "muted", icon: "hourglass", words });
  }
  if (call.state === "offered") {
    const seat = callSeat(call) || gettext("a seat");
    marks.push({
      tone: "muted",
      icon: "bell-ring",
      words: fill(gettext("Ringing at %(seat)s"), { seat }),
    });
  }
  return marks;
}

/** @param {"" | "monitor" | "whisper" | "open"} stance @returns {string} */
export function stanceName(stance) {
  if (stance === "monitor") return gettext("You listen; nobody in the call knows. This is on record.");
  if (stance === "whisper") return gettext("Only the operator hears you");
  return stance === "open" ? gettext("Everybody hears you") : "";
}

/**
 * How much room a name takes on a wall, where nothing scrolls: a longer one is written a
 * step smaller, in more lines. Known from the name alone, so that nothing is measured.
 * @param {string} name @returns {"" | "long" | "longest"}
 */
export function nameSize(name) {
  let width = 0;
  for (const letter of name) width += letter > "\u2e7f" ? 2 : 1; // a Chinese one is as wide as two
  return width <= LONG_NAME ? "" : width <= LONGEST_NAME ? "long" : "longest";
}

export { foreignCode, seatName, shortNumber };
