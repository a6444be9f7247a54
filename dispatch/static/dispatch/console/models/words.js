// Codes into words, in the language of the page.

import { fill, gettext, isEnglish } from "../../lib/words.js";

/** @param {string | null | undefined} chinese @param {string | null | undefined} english */
export function inLanguage(chinese, english) {
  return (isEnglish() ? english || chinese : chinese || english) ?? "";
}

/** @param {{label: string, label_en: string}} seat @returns {string} */
export function seatLabel(seat) {
  return inLanguage(seat.label, seat.label_en);
}

/** @param {{area: string, area_en: string}} place @returns {string} */
export function areaName(place) {
  return inLanguage(place.area, place.area_en);
}

/** @param {string} number @returns {string} the serial, as spoken: the last part */
export function shortNumber(number) {
  return number.split("-").at(-1) ?? number;
}

/** @param {string} reason @returns {string} why somebody is on a break */
export function breakReason(reason) {
  switch (reason) {
    case "meal": return gettext("Meal");
    case "rest": return gettext("Rest");
    case "hard_call": return gettext("After a hard call");
    case "training": return gettext("Training");
    default: return reason;
  }
}

/** @param {import("./shapes.js").Seat} seat @returns {string} what goes on at the seat, in a word */
export function seatState(seat) {
  if (!seat.operator_id) return gettext("Nobody");
  switch (seat.activity) {
    case "offered": return gettext("Being called");
    case "on_call": return gettext("On a call");
    case "wrap_up": return gettext("Wrap-up");
    default: break;
  }
  switch (seat.availability) {
    case "ready": return gettext("Ready");
    case "break": return gettext("Break");
    default: return gettext("Off");
  }
}

/** @param {number} priority @returns {string} */
export function priorityName(priority) {
  switch (priority) {
    case 1: return gettext("Life in danger");
    case 2: return gettext("Urgent");
    case 3: return gettext("Normal");
    default: return gettext("Can wait");
  }
}

/** @param {string} assurance @returns {string} how sure it is who calls */
export function assuranceName(assurance) {
  switch (assurance) {
    case "none": return gettext("Unknown caller");
    case "phone": return gettext("Phone number verified");
    case "real_name": return gettext("Name verified");
    default: return assurance;
  }
}

/** @param {string} state @returns {string} what a phone's camera, microphone or position can give */
export function deviceState(state) {
  switch (state) {
    case "on": return gettext("on");
    case "off": return gettext("off");
    case "refused": return gettext("refused");
    case "none": return gettext("none");
    case "asking": return gettext("asking the caller");
    default: return gettext("not known yet");
  }
}

/** @param {string} flag @returns {string} what a person must see of an incident */
export function flagName(flag) {
  switch (flag) {
    case "unverified": return gettext("caller not verified");
    case "position_missing": return gettext("no position");
    case "position_outside": return gettext("position outside every known area");
    default: return flag;
  }
}

/** @param {string} reason @returns {string} how the call ended */
export function endReason(reason) {
  switch (reason) {
    case "seat_ended": return gettext("Ended by you");
    case "caller_ended": return gettext("Ended by the caller");
    case "caller_lost": return gettext("Ended: the caller was lost. To be called back.");
    case "merged": return gettext("Merged with another call of the same person");
    default: return gettext("Ended");
  }
}

/** @param {import("../../lib/wire.js").Refused} refused @returns {string} why not, and who won */
export function refusal(refused) {
  const { facts } = refused;
  const seat = inLanguage(facts.seat_label, facts.seat_label_en) || gettext("another seat");
  switch (refused.code) {
    case "call_taken":
      return facts.operator
        ? fill(gettext("Taken by %(seat)s (%(operator)s) a moment before."), { seat, operator: facts.operator })
        : fill(gettext("Taken by %(seat)s a moment before."), { seat });
    case "offer_gone": return gettext("The offer no longer stands. The call went on to another seat.");
    case "call_ended": return gettext("The call has ended.");
    case "seat_busy": return gettext("This seat already has a call.");
    case "seat_held":
      return fill(gettext("%(operator)s took this seat a moment before."), { operator: facts.operator ?? gettext("Somebody") });
    case "epoch_stale": return gettext("Not done: this window no longer holds the seat.");
    case "no_seat": return gettext("Not done: take a seat first.");
    case "too_large": return gettext("Not done: this is too long.");
    case "not_found": return gettext("Not done: this call is not at this seat.");
    default: return refused.message;
  }
}

/** @param {import("./shapes.js").Notice} notice @returns {string} why this tab lost its seat */
export function lapse(notice) {
  const { facts } = notice;
  const seat = inLanguage(facts.seat_label, facts.seat_label_en) || gettext("your seat");
  switch (facts.why) {
    case "lapsed": return fill(gettext("The connection was gone too long, so %(seat)s was given up."), { seat });
    case "left": return fill(gettext("You left %(seat)s in another window."), { seat });
    case "revoked": return fill(gettext("Your right to work at %(seat)s was taken away."), { seat });
    default: return fill(gettext("%(seat)s is no longer yours."), { seat });
  }
}

/** @param {import("./shapes.js").Notice} notice @returns {string} what became of the call; "" if there was none */
export function callAfterLapse(notice) {
  const { facts } = notice;
  const seat = inLanguage(facts.call_seat_label, facts.call_seat_label_en);
  switch (facts.call_state) {
    case "waiting":
    case "offered": return gettext("Your call is back in the line, at its old place.");
    case "connected": return fill(gettext("Your call went on at %(seat)s."), { seat: seat || gettext("another seat") });
    case "ended": return gettext("Your call has ended.");
    default: return "";
  }
}
