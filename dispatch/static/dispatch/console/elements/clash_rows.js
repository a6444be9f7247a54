// Fields in which two people chose different things: what each is, and two ways to decide.

import { CodePicker } from "./code_picker.js";
import { showRows, writeSlot } from "./rows.js";
import { priorityName } from "../models/words.js";
import { fill, gettext } from "../../lib/words.js";

/** @typedef {import("./incident_form.js").IncidentForm} IncidentForm */
/** @typedef {import("../models/draft.js").Fields} Fields */

/**
 * @param {IncidentForm} form @param {Readonly<Fields>} clashes  what a colleague chose
 * @param {Fields} mine @param {string} who  saved theirs
 */
export function showClashes(form, clashes, mine, who) {
  const list = form.find("clashes");
  const template = /** @type {HTMLTemplateElement} */ (form.find("clash"));
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
          who: who || gettext("Somebody"),
          theirs: named(form, field, clashes[field]),
          mine: named(form, field, mine[field]),
        }),
      );
    },
  );
  list.hidden = Object.keys(clashes).length === 0;
}

/** @param {IncidentForm} form @param {string} field @param {unknown} value */
function named(form, field, value) {
  const control = form.querySelector(`[data-field="${field}"]`);
  if (value === "" || value === undefined) return gettext("nothing");
  if (field === "priority") return priorityName(Number(value));
  if (control instanceof CodePicker) return control.labelOf(String(value));
  if (control instanceof HTMLSelectElement)
    return [...control.options].find((option) => option.value === value)?.text ?? String(value);
  return String(value);
}

/** @param {IncidentForm} form @param {string} field  its own label, in the page's language */
function labelOf(form, field) {
  const control = form.querySelector(`[data-field="${field}"]`);
  const label = control?.closest(".field")?.querySelector("label, legend");
  return (label?.firstChild?.textContent ?? field).trim();
}
