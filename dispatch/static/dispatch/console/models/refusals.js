// Why not, who won, and what became of a seat and its call: codes of the server in words.

import { fill, gettext } from "../../lib/words.js";
import { withReason } from "./room_words.js";
import { inLanguage, seatName } from "./words.js";

/** @param {import("../../lib/wire.js").Refused} refused @returns {string} why not, and who won */
export function refusal(refused) {
  const { facts } = refused;
  const seat = inLanguage(facts.seat_label, facts.seat_label_en) || gettext("another seat");
  switch (refused.code) {
    case "call_taken":
      return facts.operator
        ? fill(gettext("Taken by %(seat)s (%(operator)s) a moment before."), {
            seat,
            operator: facts.operator,
          })
        : fill(gettext("Taken by %(seat)s a moment before."), { seat });
    case "offer_gone":
      return gettext("The offer no longer stands. The call went on to another seat.");
    case "call_ended":
      return gettext("The call has ended.");
    case "seat_busy":
      return gettext("This seat already has a call.");
    case "seat_held":
      return fill(gettext("%(operator)s took this seat a moment before."), {
        operator: facts.operator ?? gettext("Somebody"),
      });
    case "epoch_stale":
      return gettext("Not done: this window no longer holds the seat.");
    case "no_seat":
      return gettext("Not done: take a seat first.");
    case "too_large":
      return gettext("Not done: this is too long.");
    case "not_found":
      return gettext("Not done: this call is not at this seat.");
    default:
      return refused.message;
  }
}

/**
 * @param {import("./shapes.js").Notice} notice
 * @param {import("./shapes.js").Seat | null} [seatNow]  the seat as it stands since
 * @param {import("./shapes.js").Agency | null} [ours]  whose seats go by number alone
 * @returns {string} why this tab lost its seat
 */
export function lapse(notice, seatNow, ours) {
  const { facts } = notice;
  const label = { label: facts.seat_label ?? "", label_en: facts.seat_label_en ?? "" };
  const seat = seatName(label, ours) || gettext("your seat");
  const operator = facts.operator || seatNow?.operator || gettext("Somebody");
  switch (facts.why) {
    case "lapsed":
      return fill(gettext("The connection was gone too long, so %(seat)s was given up."), {
        seat,
      });
    case "left":
      return fill(gettext("You left %(seat)s in another window."), { seat });
    case "relieved":
      return fill(gettext("%(operator)s relieved you at %(seat)s."), { operator, seat });
    case "freed":
      // The reason stands at the seat, with who gave it, until somebody sits down there.
      return withReason(
        fill(gettext("A supervisor ended your shift at %(seat)s."), { seat }),
        facts.reason || seatNow?.reason || "",
      );
    case "revoked":
      return fill(gettext("Your right to work at %(seat)s was taken away."), { seat });
    default:
      return fill(gettext("%(seat)s is no longer yours."), { seat });
  }
}

/**
 * @param {import("./shapes.js").Notice} notice
 * @returns {string} what became of the call; "" if there was none
 */
export function callAfterLapse(notice) {
  const { facts } = notice;
  const seat = inLanguage(facts.call_seat_label, facts.call_seat_label_en);
  switch (facts.call_state) {
    case "waiting":
    case "offered":
      return gettext("Your call is back in the line, at its old place.");
    case "connected":
      return fill(gettext("Your call went on at %(seat)s."), {
        seat: seat || gettext("another seat"),
      });
    case "ended":
      return gettext("Your call has ended.");
    default:
      return "";
  }
}
