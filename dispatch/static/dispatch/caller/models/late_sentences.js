// What is said in the parts of the page that come after the button (`later.js`).

import { fill, gettext, ngettext } from "../../lib/words.js";

/**
 * What stands over the officer who is held up to an offender: never more than is so.
 * @param {boolean} isRecorded  the camera is on, and what it sees is kept
 */
export function warningSentence(isRecorded) {
  return isRecorded ? gettext("Police. You are seen and recorded.") : gettext("Police.");
}

/** What the seat gives. @param {{camera: string} | null} seat */
export function seatSentence(seat) {
  if (seat && seat.camera !== "on") return gettext("The call-taker's camera is off.");
  return gettext("No picture of the call-taker");
}

/**
 * What is left of a recording when the call is over.
 * @param {{waiting: number, isDone: boolean, isRefused: boolean}} facts
 * @param {boolean} isOnline
 */
export function restSentence({ waiting, isDone, isRefused }, isOnline) {
  if (isDone) return gettext("All of the recording is with the police.");
  if (isRefused) return gettext("A part of the recording could not be handed over.");
  if (waiting === 0) return gettext("Sending the last of the recording…");
  const sentence = isOnline
    ? gettext("Sending the rest of the recording… %(count)s left")
    : gettext("No network. The rest of the recording waits on this phone: %(count)s left");
  return fill(sentence, { count: waiting });
}

/** @param {number} count @returns {string} of words that no server took before the end */
export function owedSentence(count) {
  const words = ngettext(
    "%(count)s message did not reach the police.",
    "%(count)s messages did not reach the police.",
    count,
  );
  return fill(words, { count });
}

/**
 * @param {string} reason @param {boolean} hasPhone  whether a phone number was confirmed
 * @param {boolean} [hasNoOther]  this phone knows of no call that it could go on in
 */
export function endSentence(reason, hasPhone, hasNoOther = false) {
  switch (reason) {
    case "seat_ended":
      return gettext("The call-taker ended the call.");
    case "supervisor":
      return gettext("The police ended the call.");
    case "caller_ended":
      return gettext("You ended the call.");
    case "caller_lost":
      return hasPhone
        ? gettext("The connection to your phone was lost for too long. The police know, and have your phone number.")
        : gettext("The connection to your phone was lost for too long. The police know.");
    case "merged":
      return hasNoOther
        ? gettext("Your alarm was joined to an earlier one. This phone is in no call now: if you need help, raise a new alarm.")
        : gettext("Your alarm goes on in your earlier call.");
    default:
      return "";
  }
}
