// Whereto a call can go: the list of free seats and of other agencies' lines.

import { freeSeats } from "../models/lists.js";
import { agencyName, lineWords } from "../models/words.js";
import { inLanguage } from "../../console/models/words.js";
import { seatWords } from "../../lib/seat_words.js";
import { gettext } from "../../lib/words.js";

/** @typedef {import("../models/shapes.js").AgencyState} AgencyState */
/** @typedef {import("../models/shapes.js").LineCall} LineCall */
/** @typedef {{value: string, name: string, more: string}} Place */

/**
 * Show whereto the call can go. The list is made anew only where there is another place:
 * who is busy changes with every call, and an open list would close under who chooses.
 * @param {HTMLSelectElement} select @param {AgencyState[]} agencies @param {LineCall} call
 */
export function showWhereTo(select, agencies, call) {
  const seats = freeSeats(agencies).filter(({ seat }) => seat !== call.seat).map((seat) => ({
    value: `seat:${seat.seat}`,
    name: `${seatWords(inLanguage(seat.label, seat.label_en))} · ${seat.operator}`,
    more: "",
  }));
  const lines = agencies.filter(({ agency }) => agency.agency !== call.agency).map((line) => ({
    value: `agency:${line.agency.agency}`,
    name: agencyName(line.agency),
    more: lineWords(line),
  }));
  const places = [...seats, ...lines];
  const stands = [...select.options].map(({ value }) => value);
  const wanted = ["", ...places.map(({ value }) => value)];
  if (JSON.stringify(stands) !== JSON.stringify(wanted)) fillAnew(select, seats, lines);
  for (const [at, place] of places.entries()) {
    const option = /** @type {HTMLOptionElement} */ (select.options[at + 1]);
    const words = place.more ? `${place.name} · ${place.more}` : place.name;
    if (option.text !== words) option.text = words;
    option.dataset.name = place.name;
  }
}

/** @param {HTMLSelectElement} select @param {Place[]} seats @param {Place[]} lines */
function fillAnew(select, seats, lines) {
  const chosen = select.value;
  const isAny = seats.length + lines.length > 0;
  const choose = new Option(
    isAny ? gettext("Choose a seat or an agency") : gettext("No seat is free, no other line"),
    "",
  );
  select.replaceChildren(
    choose,
    group(gettext("Free seats"), seats),
    group(gettext("Lines of agencies"), lines),
  );
  select.value = chosen;
  if (select.selectedIndex < 0) select.value = "";
}

/** @param {string} label @param {Place[]} places */
function group(label, places) {
  const element = document.createElement("optgroup");
  element.label = label;
  element.append(...places.map(({ value }) => new Option("", value)));
  element.hidden = places.length === 0;
  return element;
}
