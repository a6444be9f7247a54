// Codes into words, in the language of the page.

import { accuracy } from "./trail.js";
import { fill, gettext, isEnglish } from "../../lib/words.js";

/** @param {string | null | undefined} chinese @param {string | null | undefined} english */
export function inLanguage(chinese, english) {
  return (isEnglish() ? english || chinese : chinese || english) ?? "";
}

/**
 * A seat's label starts with its agency's name; beside that name it is said without.
 * @param {{label: string, label_en: string}} seat
 * @param {{name: string, name_en: string} | null | undefined} agency @returns {string}
 */
export function seatName(seat, agency) {
  const label = inLanguage(seat.label, seat.label_en);
  const name = agency ? inLanguage(agency.name, agency.name_en) : "";
  const rest = name && label.startsWith(name) ? label.slice(name.length).trim() : label;
  return /^\d+$/.test(rest)
    ? fill(gettext("Seat %(number)s"), { number: rest })
    : rest || label;
}

/** @param {{area: string, area_en: string}} place @returns {string} */
export function areaName(place) {
  return inLanguage(place.area, place.area_en);
}

/**
 * A length of time that "ago" can follow: 1:56 would be taken for a time of day.
 * @param {number} seconds @returns {string} 4 s, 3 min 16 s, 2 h 5 min
 */
export function spanWords(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  if (hours) return fill(gettext("%(hours)s h %(minutes)s min"), { hours, minutes });
  return minutes
    ? fill(gettext("%(minutes)s min %(seconds)s s"), { minutes, seconds: whole % 60 })
    : fill(gettext("%(seconds)s s"), { seconds: whole });
}

/**
 * @param {number} accuracyMm @param {number} seconds  since the phone was there
 * @returns {string} ±12 m, 4 s ago
 */
export function fixAge(accuracyMm, seconds) {
  const time = spanWords(seconds);
  return fill(gettext("%(accuracy)s, %(time)s ago"), { accuracy: accuracy(accuracyMm), time });
}

/**
 * The serial, as spoken. Each agency counts its own, so where several agencies' calls meet
 * the code of the agency goes before it.
 * @param {string} number @param {string} [own]  the code that need not be said
 * @returns {string} 0017, or 370602-0017
 */
export function shortNumber(number, own) {
  const serial = number.split("-").at(-1) ?? number;
  return foreignCode(number, own) + serial;
}

/** @param {string} number @param {string} [own] @returns {string} "370602-", or nothing */
export function foreignCode(number, own) {
  const [code, ...rest] = number.split("-");
  return own === undefined || !rest.length || code === own ? "" : `${code}-`;
}

/**
 * @param {string} reason
 * @param {import("./shapes.js").Agency | null} [agency]  whose own reasons are known by name
 * @returns {string} why somebody is on a break
 */
export function breakReason(reason, agency) {
  const own = agency?.break_reasons?.find(({ text }) => text === reason);
  if (own) return inLanguage(own.text, own.text_en);
  switch (reason) {
    case "meal":
      return gettext("Meal");
    case "rest":
      return gettext("Rest");
    case "hard_call":
      return gettext("After a hard call");
    case "training":
      return gettext("Training");
    default:
      return reason;
  }
}

/** @param {import("./shapes.js").Seat} seat @returns {string} what goes on at the seat, in a word */
export function seatState(seat) {
  if (!seat.operator_id) return gettext("Nobody");
  switch (seat.activity) {
    case "offered":
      return gettext("Being called");
    case "on_call":
      return gettext("On a call");
    case "wrap_up":
      return gettext("Wrap-up");
    default:
      break;
  }
  switch (seat.availability) {
    case "ready":
      return gettext("Ready");
    case "break":
      return gettext("Break");
    case "away":
      return gettext("Away");
    default:
      return gettext("Off");
  }
}

/**
 * What stands beside the word: colour and icon.
 * @param {import("./shapes.js").Seat} seat @returns {{tone: string, icon: string}}
 */
export function seatLook(seat) {
  if (!seat.operator_id) return { tone: "muted", icon: "power" };
  if (seat.activity === "on_call") return { tone: "", icon: "phone" };
  if (seat.activity === "offered") return { tone: "warn", icon: "bell-ring" };
  if (seat.activity === "wrap_up") return { tone: "warn", icon: "timer" };
  if (seat.availability === "ready") return { tone: "ok", icon: "check" };
  if (seat.availability === "break") return { tone: "muted", icon: "coffee" };
  if (seat.availability === "away") return { tone: "warn", icon: "phone-missed" };
  return { tone: "muted", icon: "user" };
}

/** @param {number} priority @returns {string} */
export function priorityName(priority) {
  switch (priority) {
    case 1:
      return gettext("Life in danger");
    case 2:
      return gettext("Urgent");
    case 3:
      return gettext("Normal");
    default:
      return gettext("Can wait");
  }
}

/** @param {string} assurance @returns {string} how sure it is who calls */
export function assuranceName(assurance) {
  switch (assurance) {
    case "none":
      return gettext("Unknown caller");
    case "phone":
      return gettext("Phone number verified");
    case "real_name":
      return gettext("Name verified");
    default:
      return assurance;
  }
}

/** @param {string} state @returns {string} what a phone's camera, microphone or position can give */
export function deviceState(state) {
  switch (state) {
    case "on":
      return gettext("on");
    case "off":
      return gettext("off");
    case "refused":
      return gettext("refused");
    case "none":
      return gettext("none");
    case "asking":
      return gettext("asking the caller");
    default:
      return gettext("not known yet");
  }
}

/** @param {string} flag @returns {string} what a person must see of an incident */
export function flagName(flag) {
  switch (flag) {
    case "unverified":
      return gettext("caller not verified");
    case "position_missing":
      return gettext("no position");
    case "position_unreadable":
      return gettext("the phone's position could not be read");
    case "text_cut":
      return gettext("first words too long or unreadable, cut");
    case "no_scripts":
      return gettext("raised without scripts");
    case "position_outside":
      return gettext("position outside every known area");
    default:
      return flag;
  }
}

/**
 * @param {{category: string, disposition: string}} incident
 * @returns {string} what its record still lacks; empty if nothing
 */
export function missingWords({ category, disposition }) {
  if (!category && !disposition) return gettext("Category and outcome missing");
  if (!category) return gettext("Category missing");
  return disposition ? "" : gettext("Outcome missing");
}

/** @param {string} number @returns {string} that another incident tells of the same */
export function linkName(number) {
  return fill(gettext("see also %(number)s"), { number });
}

/** @param {string} reason @returns {string} how the call ended */
export function endReason(reason) {
  switch (reason) {
    case "seat_ended":
      return gettext("Ended by you");
    case "caller_ended":
      return gettext("Ended by the caller");
    case "caller_lost":
      return gettext("Ended: the caller was lost. To be called back.");
    case "supervisor":
      return gettext("Ended by a supervisor");
    case "merged":
      return gettext("Merged with another call of the same person");
    default:
      return gettext("Ended");
  }
}

/** @param {string} outcome @returns {string} what came of calling back */
export function outcomeName(outcome) {
  switch (outcome) {
    case "reached":
      return gettext("Reached");
    case "not_reached":
      return gettext("Not reached");
    case "not_needed":
      return gettext("Not needed");
    default:
      return outcome;
  }
}
