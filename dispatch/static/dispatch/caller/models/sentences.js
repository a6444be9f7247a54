// The sentences the page builds from facts: plain, short, never more than is confirmed.

import { fill, gettext } from "../../lib/words.js";

/** @typedef {import("./alarm.js").Alarm} Alarm */
/** @typedef {import("./position_watch.js").Sense} Sense */

/**
 * @param {import("./line_truth.js").LineTruth} truth
 * @param {string} seat @param {boolean} isOffered @param {string} phone
 */
export function truthSentence({ is, seconds }, seat, isOffered, phone) {
  switch (is) {
    case "connecting":
      return gettext("Connecting to the police…");
    case "waiting":
      return isOffered
        ? gettext("The line is open. A call-taker is being asked.")
        : gettext("The line is open. Waiting for a call-taker.");
    case "connected":
      return fill(gettext("Connected to %(seat)s"), { seat });
    case "watching":
      return gettext("The line is open. This window only watches.");
    case "closed":
      return fill(gettext("This page lost the call. Call %(phone)s or reload."), { phone });
    default:
      return fill(
        gettext("No connection since %(seconds)s s. Trying again. Call %(phone)s."),
        { seconds, phone },
      );
  }
}

/**
 * @param {import("./alarm.js").Place | null} place @param {string} phone
 * @param {boolean} isKnown  whether the server said so lately
 * @returns {{main: string, more: string, isNobody: boolean}}
 */
export function placeSentence(place, phone, isKnown) {
  if (!place) return { main: "", more: "", isNobody: false };
  if (place.seats_open === 0) {
    return {
      main: fill(gettext("Nobody is on duty here now. Call %(phone)s."), { phone }),
      more: gettext("Your alarm stays in line."),
      isNobody: true,
    };
  }
  const main = place.place <= 1
    ? gettext("You are next")
    : fill(gettext("Place in line: %(place)s"), { place: place.place });
  const more = isKnown ? waitSentence(place.wait_seconds) : gettext("when last heard");
  return { main, more, isNobody: false };
}

/** @param {number | null} seconds */
function waitSentence(seconds) {
  if (seconds === null) return "";
  if (seconds < 60) return gettext("less than 1 min");
  const minutes = Math.round(seconds / 60);
  return fill(gettext("about %(minutes)s min"), { minutes });
}

/**
 * @param {Sense} sense @param {import("./alarm_state.js").Position | null} position
 *   as the server has it: the tick stands on its word, not on the phone's
 * @returns {{tone: string, words: string}}
 */
export function positionSentence(sense, position) {
  if (position) {
    const metres = Math.max(1, Math.round(position.accuracy_mm / 1000));
    const words = fill(gettext("Position ±%(metres)s m, received"), { metres });
    return { tone: sense === "refused" ? "muted" : "ok", words };
  }
  return /** @type {Record<Sense, {tone: string, words: string}>} */ ({
    on: { tone: "muted", words: gettext("Position found, sending…") },
    asking: { tone: "muted", words: gettext("Looking for your position…") },
    off: { tone: "muted", words: gettext("Position not asked yet") },
    refused: { tone: "warn", words: gettext("Position not allowed") },
    none: { tone: "warn", words: gettext("No position. Write where you are.") },
  })[sense];
}

/** @param {Sense} sense @param {boolean} isSeen @returns {{tone: string, words: string}} */
export function cameraSentence(sense, isSeen) {
  if (sense === "on" && isSeen) {
    return { tone: "live", words: gettext("Camera on, seen by the police") };
  }
  return /** @type {Record<Sense, {tone: string, words: string}>} */ ({
    on: { tone: "ok", words: gettext("Camera on") },
    asking: { tone: "muted", words: gettext("Opening the camera…") },
    off: { tone: "muted", words: gettext("Camera off") },
    refused: { tone: "warn", words: gettext("Camera not allowed") },
    none: { tone: "warn", words: gettext("No camera here. Write what you see.") },
  })[sense];
}

/** @param {import("./questions.js").Question} question */
export function questionSentence(question) {
  return question === "position"
    ? gettext("Your phone now asks for your position. Allow it, so that the police find you.")
    : gettext("Your phone now asks for the camera. Allow it, so that the police see.");
}

/** @param {"returned" | "resumed" | "back"} news */
export function newsSentence(news) {
  switch (news) {
    case "returned":
      return gettext("The call-taker was cut off. You keep your place in line.");
    case "resumed":
      return gettext("The connection is back. Same call.");
    default:
      return gettext("Your alarm goes on.");
  }
}

/** @param {string} reason @param {boolean} hasPhone  whether a phone number was confirmed */
export function endSentence(reason, hasPhone) {
  switch (reason) {
    case "seat_ended":
      return gettext("The call-taker ended the call.");
    case "caller_ended":
      return gettext("You ended the call.");
    case "caller_lost":
      return hasPhone
        ? gettext("The connection to your phone was lost for too long. The police know, and have your phone number.")
        : gettext("The connection to your phone was lost for too long. The police know.");
    case "merged":
      return gettext("Your alarm goes on in your earlier call.");
    default:
      return "";
  }
}

/** @param {string} at  UTC text with microseconds @returns {string} hours and minutes here */
export function clockTime(at) {
  const date = new Date(at.replace(/(\.\d{3})\d*/, "$1"));
  if (Number.isNaN(date.valueOf())) return "";
  return date.toLocaleTimeString(document.documentElement.lang, {
    hour: "2-digit", minute: "2-digit", hour12: false,
  });
}
