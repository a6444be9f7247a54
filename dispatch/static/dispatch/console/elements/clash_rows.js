// Fields in which two people chose different things: what each is, and two ways to decide.

import { CodePicker } from "./code_picker.js";
import { showRows, writeSlot } from "./rows.js";
import { priorityName } from "../models/words.js";
import { fill, gettext } from "../../lib/words.js";

/** @typedef {import("./incident_form.js").IncidentForm} IncidentForm */
/** @typedef {import("../models/draft.js").Clash} Clash */
/** @typedef {import("../models/draft.js").Fields} Fields */

/** In characters: a text that is too long to be joined is shown by how it begins. */
const LONGEST_SHOWN = 120;

/**
 * @param {IncidentForm} form @param {Readonly<Record<string, Clash>>} clashes
 * @param {Fields} mine
 * @returns {string} the field whose row had the focus and is no more; "" if there is none
 */
export function showClashes(form, clashes, mine) {
  const list = form.find("clashes");
  const template = /** @type {HTMLTemplateElement} */ (form.find("clash"));
  const held = list.contains(document.activeElement) ? document.activeElement : null;
  const field = /** @type {HTMLElement | null} */ (held?.closest("li"))?.dataset.key ?? "";
  showRows(
    list,
    template,
    Object.keys(clashes),
    (field) => field,
    (row, field) => {
      const words = gettext("%(field)s: %(who)s wrote “%(theirs)s”. Yours is “%(mine)s”.");
      writeSlot(
        row,
        "text",
        fill(words, {
          field: labelOf(form, field),
          who: clashes[field].who || gettext("Somebody"),
          theirs: named(form, field, clashes[field].theirs),
          mine: named(form, field, mine[field]),
        }),
      );
    },
  );
  list.hidden = Object.keys(clashes).length === 0;
  return field in clashes ? "" : field;
}

/** @param {IncidentForm} form @param {string} field @param {unknown} value */
function named(form, field, value) {
  const control = form.querySelector(`[data-field="${field}"]`);
  if (value === "" || value === undefined) return gettext("nothing");
  if (field === "priority") return priorityName(Number(value));
  if (control instanceof CodePicker) return control.labelOf(String(value));
  if (control instanceof HTMLSelectElement)
    return [...control.options].find((option) => option.value === value)?.text ?? String(value);
  const text = String(value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}

/** @param {IncidentForm} form @param {string} field  its own label, in the page's language */
function labelOf(form, field) {
  const control = form.querySelector(`[data-field="${field}"]`);
  const label = control?.closest(".field")?.querySelector("label, legend");
  return (label?.firstChild?.textContent ?? field).trim();
}
