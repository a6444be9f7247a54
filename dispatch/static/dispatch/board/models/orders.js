// What is sent for each act, what is said once it is done, and what would undo it.

import { callName } from "./words.js";
import { inLanguage } from "../../console/models/words.js";
import { seatWords } from "../../lib/seat_words.js";
import { fill, gettext } from "../../lib/words.js";

/** @typedef {import("./acts.js").Act} Act */
/** @typedef {import("./shapes.js").LineCall} LineCall */
/** @typedef {import("./shapes.js").Seat} Seat */
/** @typedef {import("../../lib/wire.js").Frame} Frame */
/** @typedef {{frame: Frame, done: string, undo?: Frame}} Order */

const STANCES = new Set(["monitor", "whisper", "open"]);

/** @param {Act} act @param {Seat} seat @param {string} reason @returns {Order | null} */
export function seatOrder(act, seat, reason) {
  const key = seat.seat;
  const said = (/** @type {string} */ words) =>
    fill(words, { seat: seatWords(inLanguage(seat.label, seat.label_en)) });
  switch (act) {
    case "pause":
      return {
        frame: { type: "pause_seat", seat: key, reason },
        done: said(gettext("%(seat)s is on a break now; its operator may come back.")),
      };
    case "free":
      return {
        frame: { type: "free_seat", seat: key, reason },
        done: said(gettext("%(seat)s is free now.")),
      };
    case "allow-break":
      return {
        frame: { type: "answer_break", seat: key, allow: true },
        done: said(
          seat.break_asked
            ? gettext("The break at %(seat)s is allowed.")
            : gettext("%(seat)s may go off; no calls go there now."),
        ),
      };
    case "refuse-break":
      return {
        frame: { type: "answer_break", seat: key, allow: false },
        done: said(
          seat.break_asked
            ? gettext("The break at %(seat)s is refused.")
            : gettext("%(seat)s may not go off; it is still Ready."),
        ),
      };
    default:
      return null; // no act of a seat
  }
}

/**
 * End the call, or come into its room; who is there already changes how.
 * @param {Act} act @param {LineCall} call @param {string} reason
 * @param {{call: string | null}} standing @returns {Order | null}
 */
export function callOrder(act, call, reason, standing) {
  const key = call.call;
  if (act === "end") {
    return {
      frame: { type: "force_end", call: key, reason },
      done: fill(gettext("%(call)s was ended."), { call: callName(call) }),
    };
  }
  if (!STANCES.has(act)) return null;
  const frame = standing.call === key
    ? { type: "set_stance", call: key, stance: act }
    : { type: "enter_room", call: key, stance: act, reason };
  return { frame, done: "" };
}

/**
 * @param {LineCall} call @param {string} whereto  "seat:UUID" or "agency:UUID"
 * @param {string} name  of that place @param {string} reason @returns {Order}
 */
export function moveOrder(call, whereto, name, reason) {
  const [kind, place] = whereto.split(":");
  // Only a call that waits can be put back as it was: its queue time is its own.
  const canUndo = kind === "agency" && call.state !== "connected";
  return {
    frame: { type: "move_call", call: call.call, [kind]: place, reason },
    done: fill(gettext("%(call)s goes to %(whereto)s."), { call: callName(call), whereto: name }),
    undo: canUndo
      ? { type: "move_call", call: call.call, agency: call.agency, reason: gettext("Undone") }
      : undefined,
  };
}

/** @param {LineCall} call @param {number} priority @param {string} reason @returns {Order} */
export function priorityOrder(call, priority, reason) {
  return {
    frame: { type: "set_call_priority", call: call.call, priority, reason },
    done: fill(gettext("%(call)s has priority %(priority)s now."), {
      call: callName(call),
      priority,
    }),
    undo: { type: "set_call_priority", call: call.call, priority: call.priority },
  };
}
