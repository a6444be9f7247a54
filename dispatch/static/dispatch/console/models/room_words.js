// Several parties in words: roles, skills, how an invitation came out, where a call went.

import { inLanguage, seatName, shortNumber } from "./words.js";
import { fill, gettext, isEnglish } from "../../lib/words.js";

/** @typedef {import("./room_shapes.js").Invitation} Invitation */
/** @typedef {import("./room_shapes.js").Passed} Passed */
/** @typedef {import("./shapes.js").Agency | null} Ours  whose seats go by number alone */
/** @typedef {{tone: string, icon: string, words: string}} Said */

/** @param {string} role @returns {string} who somebody is in a room */
export function roleName(role) {
  switch (role) {
    case "host":
      return gettext("leads the call");
    case "second":
      return gettext("colleague");
    case "interpreter":
      return gettext("interpreter");
    case "supervisor":
      return gettext("supervisor");
    case "unit":
      return gettext("unit");
    default:
      return role;
  }
}

const ROLE_ICONS = { host: "headset", interpreter: "languages", supervisor: "shield-check" };

/**
 * Somebody in the room, as the strip marks them.
 * @param {import("./room.js").Person} person @param {boolean} isLeading  this seat is host
 * @param {Ours} [ours] @returns {Said}
 */
export function personMark(person, isLeading, ours) {
  const { role, isMuted, isWhispering } = person;
  // From the board somebody comes without a seat: the name is all there is.
  const seat = seatName(person, ours);
  const label = role === "supervisor" ? person.name || seat : seat;
  const name = person.isMe ? gettext("You") : label;
  const whispers = isLeading ? gettext("only you hear") : gettext("heard by the host alone");
  const parts = [
    role === "host" && person.isMe
      ? gettext("You lead")
      : role === "second"
        ? name
        : fill(gettext("%(name)s, %(role)s"), { name, role: roleName(role) }),
    isMuted ? gettext("not heard") : "",
    isWhispering ? whispers : "",
  ];
  const shape = ROLE_ICONS[/** @type {keyof typeof ROLE_ICONS} */ (role)] ?? "user";
  return {
    tone: isMuted || isWhispering ? "warn" : "",
    icon: isMuted ? "mic-off" : shape,
    words: parts.filter(Boolean).join(" · "),
  };
}

/** @param {string[]} skills  language tags and "sign" @returns {string} in words, for a person */
export function skillNames(skills) {
  const names = new Intl.DisplayNames([isEnglish() ? "en" : "zh-Hans"], {
    type: "language",
    fallback: "code",
  });
  return skills
    .map((skill) => (skill === "sign" ? gettext("sign language") : languageName(names, skill)))
    .join(gettext(", "));
}

/** @param {Intl.DisplayNames} names @param {string} tag */
function languageName(names, tag) {
  try {
    return names.of(tag) ?? tag;
  } catch {
    return tag; // not a language tag: somebody's own word for a skill
  }
}

/**
 * @param {string} label @param {string} labelEn @param {string} name @param {Ours} [ours]
 * @returns {string} Desk 4 (Wu)
 */
export function seatWithName(label, labelEn, name, ours) {
  const seat = label || labelEn ? seatName({ label, label_en: labelEn }, ours) : "";
  if (!seat) return name;
  return name ? fill(gettext("%(seat)s (%(name)s)"), { seat, name }) : seat;
}

/** @param {Invitation} invitation @param {number} seconds  left @param {Ours} [ours] */
export function ringingWords({ kind, seat_label, seat_label_en }, seconds, ours) {
  const words =
    kind === "transfer"
      ? gettext("Transfer rings at %(seat)s, %(seconds)s s")
      : gettext("Ringing at %(seat)s, %(seconds)s s");
  const seat = seatName({ label: seat_label, label_en: seat_label_en }, ours);
  return fill(words, { seat, seconds: Math.ceil(seconds) });
}

/** @param {Invitation} invitation @param {Ours} [ours] @returns {Said} how it came out */
export function outcome({ state, kind, seat_label, seat_label_en, operator }, ours) {
  const seat = seatWithName(seat_label, seat_label_en, operator, ours);
  switch (state) {
    case "accepted":
      return {
        tone: "ok",
        icon: "check",
        words: fill(
          kind === "transfer" ? gettext("%(seat)s took the call") : gettext("%(seat)s came in"),
          { seat },
        ),
      };
    case "declined":
      return { tone: "warn", icon: "x", words: fill(gettext("%(seat)s declined"), { seat }) };
    case "unanswered":
      return {
        tone: "warn",
        icon: "phone-missed",
        words: fill(gettext("No answer from %(seat)s"), { seat }),
      };
    default:
      return {
        tone: "muted",
        icon: "rotate-ccw",
        words: fill(gettext("%(seat)s is no longer asked"), { seat }),
      };
  }
}

/** @param {string} words @param {string} reason @returns {string} and why, if somebody said so */
export function withReason(words, reason) {
  return reason ? fill(gettext("%(words)s Reason: %(reason)s"), { words, reason }) : words;
}

/**
 * What became of the call, for the seat that led it.
 * @param {Passed} passed
 * @param {{seat_label: string, seat_label_en: string, operator: string}} call
 * @param {string[]} line  whose line it went to: Chinese, English
 * @param {Ours} [ours] @returns {Said}
 */
export function passedOn(passed, call, line, ours) {
  const seat = seatWithName(call.seat_label, call.seat_label_en, call.operator, ours);
  const place = inLanguage(line[0], line[1]) || gettext("another agency");
  const said = (/** @type {string} */ words, isAlarming = false) => ({
    tone: isAlarming ? "warn" : "muted",
    icon: isAlarming ? "triangle-alert" : "arrow-right",
    words: fill(words, { seat, place }),
  });
  switch (passed.how) {
    case "line":
      return said(gettext("Given to the line of %(place)s"));
    case "moved_to_line":
      return said(gettext("A supervisor moved the call to the line of %(place)s"), true);
    case "moved":
      return said(gettext("A supervisor gave the call to %(seat)s"), true);
    case "take_over":
      return said(gettext("%(seat)s took the call over"), true);
    case "promoted":
      return said(gettext("%(seat)s went on with the call"), true);
    case "relief":
      return said(gettext("%(seat)s relieved you"));
    default:
      return said(gettext("%(seat)s has the call now"));
  }
}

/**
 * How the call came here, for the seat that leads it now; "" where it came from the line.
 * @param {Passed} passed @param {Ours} [ours] @returns {string}
 */
export function cameFrom(passed, ours) {
  const { from_label: label, from_label_en: english, from_operator: name } = passed;
  const seat = seatWithName(label, english, name, ours);
  if (!seat) return "";
  switch (passed.how) {
    case "blind":
    case "warm":
      return fill(gettext("You have the call now, from %(seat)s."), { seat });
    case "moved":
      return fill(gettext("A supervisor gave you the call of %(seat)s."), { seat });
    case "promoted":
      return fill(gettext("%(seat)s was lost: you lead the call now."), { seat });
    case "take_over":
      return fill(gettext("You took the call over from %(seat)s."), { seat });
    case "relief":
      return fill(gettext("You relieved %(seat)s: the call is yours now."), { seat });
    default:
      return "";
  }
}

/** @param {string[]} needs @returns {string} what the caller asks of whoever answers */
export function needsWords(needs) {
  return fill(gettext("The caller needs: %(needs)s"), { needs: skillNames(needs) });
}

/**
 * @param {import("./shapes.js").Offer} offer @param {string} [own]  code of the seat's agency
 * @returns {string} the head of the card
 */
export function offerTitle({ kind, number }, own) {
  const short = { number: shortNumber(number, own) };
  if (kind === "invite") return fill(gettext("Join call %(number)s?"), short);
  if (kind === "transfer") return fill(gettext("Take over call %(number)s?"), short);
  return fill(gettext("Call %(number)s"), short);
}

/**
 * What the caller wrote, for a card that has room for two lines.
 * @param {import("./shapes.js").OfferWords | null} words @returns {string[]} oldest first
 */
export function writtenLines(words) {
  const lines = (words?.words ?? []).map(({ text, is_file }) =>
    [is_file ? gettext("(a photo or file)") : "", text].filter(Boolean).join(" "),
  );
  return lines.filter(Boolean).slice(-2);
}

/**
 * @param {import("./shapes.js").Offer} offer @param {Ours} [ours]
 * @returns {string} who wishes what, in a sentence
 */
export function offerAsks({ kind, role, from_label, from_label_en, asked_by }, ours) {
  const who = seatWithName(from_label, from_label_en, asked_by, ours);
  if (kind === "transfer") return fill(gettext("%(who)s gives you this call."), { who });
  switch (role) {
    case "interpreter":
      return fill(gettext("%(who)s asks you to join as an interpreter."), { who });
    case "supervisor":
      return fill(gettext("%(who)s asks you to join as a supervisor."), { who });
    default:
      return fill(gettext("%(who)s asks you to join as a colleague."), { who });
  }
}
