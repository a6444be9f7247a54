// Asking a colleague in, or giving a call away: which command, and what is said before.

import { fill, gettext } from "../../lib/words.js";

/** @typedef {import("./colleagues.js").Colleague} Colleague */
/** @typedef {import("./shapes.js").Call} Call */
/** @typedef {import("../../lib/wire.js").Frame} Frame */
/** @typedef {"warm" | "blind" | "second" | "interpreter" | "supervisor"} Way */

/**
 * @param {Way} way @param {Call} call @param {Colleague} whom @param {string} reason
 * @returns {Frame}
 */
export function passingFrame(way, call, { seat, agency }, reason) {
  const whom = seat ? { seat } : { agency };
  if (way === "blind") return { type: "transfer_call", call: call.call, ...whom, reason };
  const role = way === "warm" ? "second" : way;
  const skill = way === "interpreter" && agency ? (call.needs?.[0] ?? "") : "";
  return { type: "invite_seat", call: call.call, role, ...whom, skill, reason };
}

/**
 * @param {Way} way @param {Colleague | null} whom
 * @returns {{explains: string, button: string}} what will happen, and what is pressed for it
 */
export function passingWords(way, whom) {
  const button = whom ? buttonWords(way, whom) : gettext("Choose somebody");
  return { explains: explanation(way, whom), button };
}

/** @param {Way} way @param {Colleague | null} whom */
function explanation(way, whom) {
  switch (way) {
    case "warm":
      return gettext("They come in and hear the caller with you; then you hand over and leave.");
    case "blind":
      return whom?.agency
        ? gettext(
            "The caller goes to that line at once and keeps the waiting time. You are out of the call.",
          )
        : gettext("It rings there. You keep the call until it is taken; then you are out of it.");
    case "interpreter":
      return gettext("They see, hear and speak with you. You still lead the call.");
    case "supervisor":
      return gettext("A supervisor at a seat comes in. You still lead the call.");
    default:
      return gettext("They see, hear and speak with you. You still lead the call.");
  }
}

/** @param {Way} way @param {Colleague} whom */
function buttonWords(way, { seat, place }) {
  if (way !== "blind") return fill(gettext("Ask %(place)s to come in"), { place });
  return seat
    ? fill(gettext("Transfer to %(place)s"), { place })
    : fill(gettext("Give it to the line of %(place)s"), { place });
}
