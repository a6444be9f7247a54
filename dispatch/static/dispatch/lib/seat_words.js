// How a seat is called where its office is not named beside it.

import { fill, gettext } from "./words.js";

/**
 * An office's seat that has no name of its own is called by its number: a bare one after
 * the office's name would puzzle whoever reads it.
 * @param {string} label @returns {string}
 */
export function seatWords(label) {
  const [, office = "", number = ""] = /^(.*) (\d+)$/.exec(label) ?? [];
  const isOffice = office.includes(" ") || /^\p{Script=Han}{4,}$/u.test(office);
  return isOffice ? fill(gettext("%(office)s, seat %(number)s"), { office, number }) : label;
}
