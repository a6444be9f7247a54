// Why something was not done: what happened meanwhile, and who did it.

import { inLanguage } from "../../console/models/words.js";
import { seatWords } from "../../lib/seat_words.js";
import { fill, gettext } from "../../lib/words.js";

/** @param {import("../../lib/wire.js").Refused} refused @returns {string} */
export function refusal(refused) {
  const { facts } = refused;
  const seat = inLanguage(facts.seat_label, facts.seat_label_en);
  const who = facts.operator || facts.by || "";
  const why = reason(refused.code, refused.message, seat, who);
  return fill(gettext("Not done. %(why)s"), { why });
}

/** @param {string} code @param {string} told @param {string} seat @param {string} who */
function reason(code, told, seat, who) {
  switch (code) {
    case "call_taken":
      return fill(gettext("The call was answered meanwhile at %(seat)s (%(who)s)."), {
        seat: seatWords(seat) || gettext("another seat"),
        who: who || gettext("somebody"),
      });
    case "not_found":
      return gettext("You do not supervise it, or it has left your agencies.");
    case "over_budget":
      return gettext("Too much at once. Wait a moment.");
    default: {
      const by = [seat, who].filter(Boolean).join(", ");
      return by && !told.includes(by) ? `${told} (${by})` : told;
    }
  }
}
