// What is said in the parts of the page that come after the button (`later.js`).

import { fill, gettext } from "../../lib/words.js";

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
