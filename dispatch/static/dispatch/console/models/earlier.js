// What a caller raised before, in words. Pure.

import { endReason, inLanguage } from "./words.js";
import { fill, gettext, ngettext } from "../../lib/words.js";
import { localTime } from "../../lib/zone.js";

/**
 * @typedef {object} EarlierAlarm
 * @property {string} incident
 * @property {string} number
 * @property {string} opened_at
 * @property {string} agency
 * @property {string} agency_en
 * @property {string} category  its title; empty if nobody filed it
 * @property {string} category_en
 * @property {string} disposition
 * @property {string} end_reason  of its last call
 */
/** @typedef {{count: number, incidents: EarlierAlarm[]}} Earlier  the newest, newest first */

/** @param {Earlier} earlier @returns {string} */
export function earlierWords({ count }) {
  if (!count) return gettext("First alarm from this phone");
  return fill(ngettext("%(count)s earlier alarm", "%(count)s earlier alarms", count), { count });
}

/** @param {Earlier} earlier @returns {string} how many are not listed; "" if none */
export function moreWords({ count, incidents }) {
  const more = count - incidents.length;
  return more > 0 ? fill(gettext("and %(count)s more before"), { count: more }) : "";
}

/** @param {EarlierAlarm} alarm @returns {string} */
export function categoryWords(alarm) {
  return inLanguage(alarm.category, alarm.category_en) || gettext("Not filed");
}

/** @param {EarlierAlarm} alarm @returns {string} what came of it; else how its call ended */
export function outcomeWords({ disposition, end_reason: reason }) {
  switch (disposition) {
    case "officers_sent":
      return gettext("Officers sent");
    case "advice":
      return gettext("Advice given");
    case "passed_on":
      return gettext("Passed to another service");
    case "call_back":
      return gettext("To be called back");
    case "false_alarm":
      return gettext("False alarm");
    case "test":
      return gettext("Test");
    default:
      // "by you" would be said of a colleague, years ago.
      return reason === "seat_ended" ? gettext("Ended at the seat") : endReason(reason);
  }
}

/** @param {string} at @returns {string} 2026-11-12 09:41, the region's */
export function dateAndTime(at) {
  const { date, time } = localTime(at);
  return `${date} ${time.slice(0, 5)}`;
}
