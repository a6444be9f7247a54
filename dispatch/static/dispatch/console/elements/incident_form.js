// The incident's form, saved as one types. Beside its title stands what is saved and when;
// what failed is said, tried again, and kept in this window until it is saved.

import { CodePicker } from "./code_picker.js";
import { Region } from "./region.js";
import { writeMark } from "./rows.js";
import { timeOfDay } from "../models/clock.js";
import { Draft } from "../models/draft.js";
import { Saver } from "../models/saver.js";
import { refusal } from "../models/refusals.js";
import { flagName, inLanguage, linkName, priorityName } from "../models/words.js";
import { fill, gettext } from "../../lib/words.js";

/** @typedef {import("../models/shapes.js").Incident} Incident */
/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement | CodePicker} Control */

export class IncidentForm extends Region {
  #incident = "";
  /** @type {Draft | null} */ #draft = null;
  /** @type {Saver | null} */ #saver = null;

  begin() {
    const form = this.find("form");
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", (event) => this.#typed(event.target));
    form.addEventListener("change", (event) => this.#typed(event.target));
    this.desk.addEventListener("cleared", () => this.#close());
    const console = this.closest("seat-console");
    console?.addEventListener("record", () => void this.act("notes"));
    console?.addEventListener("wrapping-up", (event) => {
      if (this.#saver) /** @type {CustomEvent} */ (event).detail.push(this.#saver.flush());
    });
  }

  show() {
    const incident = this.desk.incident?.incident;
    if (!incident) return;
    if (incident.incident !== this.#incident) this.#open(incident);
    this.#fields.disabled = this.desk.isVisitor;
    this.#fillCategories();
    for (const control of this.#controls) this.#fill(control, incident);
    const chosen = this.#draft?.fields.priority ?? incident.priority;
    this.write("priority-words", priorityName(Number(chosen)));
    const links = incident.links.map(({ number }) => linkName(number));
    this.write("flags", [...incident.flags.map(flagName), ...links].join(" · "));
    this.#showSaved(incident);
  }

  /** @param {string} act */
  act(act) {
    const field = { category: "category", notes: "notes", outcome: "disposition" }[act];
    if (!field) return false;
    /** @type {HTMLElement | null} */ (this.querySelector(`#${field}`))?.focus();
    return true;
  }

  // --- Saving ------------------------------------------------------------------------

  /** @param {Incident} incident */
  #open({ incident, number }) {
    this.#saver?.stop();
    this.#incident = incident;
    this.#draft = new Draft(sessionStorage, incident, number);
    const save = (/** @type {object} */ fields) =>
      this.desk.command({ type: "update_incident", incident, ...fields });
    this.#saver = new Saver(this.#draft, save, () => this.show());
  }

  #close() {
    this.#saver?.stop();
    this.#saver = null;
    this.#draft = null;
    this.#incident = "";
    // One by one: reset() does not know the picker, whose code would pass to the next call.
    for (const control of this.#controls) {
      if (control instanceof HTMLInputElement && control.type === "radio")
        control.checked = false;
      else control.value = "";
    }
  }

  /** @param {EventTarget | null} target */
  #typed(target) {
    const control =
      target instanceof Element
        ? /** @type {Control | null} */ (target.closest("[data-field]"))
        : null;
    // What is typed into the picker is a search; only its own "change" is a choice.
    if (!control || (control instanceof CodePicker && target !== control)) return;
    const field = control.dataset.field ?? "";
    const value = field === "priority" ? Number(control.value) : control.value;
    const isKnown = this.#draft?.has(field)
      ? this.#draft.fields[field] === value
      : this.#saved(field) === value;
    if (!isKnown) this.#saver?.typed(field, value);
  }

  // --- Showing -----------------------------------------------------------------------

  /** @param {Control} control @param {Incident} incident */
  #fill(control, incident) {
    const field = control.dataset.field ?? "";
    const value = this.#draft?.fields[field] ?? incident[/** @type {keyof Incident} */ (field)];
    if (control instanceof HTMLInputElement && control.type === "radio")
      control.checked = control.value === String(value);
    else if (control.value !== value) control.value = String(value ?? "");
  }

  #fillCategories() {
    const picker = this.querySelector("code-picker");
    const categories = this.desk.agency?.categories ?? [];
    const stamp = categories.map(({ code }) => code).join();
    if (!(picker instanceof CodePicker) || picker.dataset.stamp === stamp) return;
    picker.dataset.stamp = stamp;
    picker.choices = categories.map(({ code, name, name_en: english }) => ({
      code,
      label: `${code} ${inLanguage(name, english)}`,
      search: `${code} ${name} ${english}`.toLowerCase(),
    }));
  }

  /** @param {Incident} incident */
  #showSaved(incident) {
    const saved = this.find("saved");
    const state = this.#saver?.state ?? "saved";
    const isCut = this.desk.line !== "live";
    if (this.desk.isVisitor)
      return writeMark(saved, "muted", "lock", gettext("Only the seat that leads writes here"));
    if (state === "failed") {
      const why = this.#saver?.refused ? refusal(this.#saver.refused) : "";
      writeMark(
        saved,
        "warn",
        "triangle-alert",
        fill(gettext("Not saved, kept here. %(why)s"), { why }),
      );
    } else if (state !== "saved" && isCut)
      writeMark(saved, "warn", "wifi-off", gettext("Not saved yet, kept here"));
    else if (state !== "saved") writeMark(saved, "muted", "timer", gettext("Saving"));
    else if (incident.saved_at) {
      writeMark(
        saved,
        "ok",
        "check",
        fill(gettext("Saved %(time)s"), { time: timeOfDay(incident.saved_at) }),
      );
    } else writeMark(saved, "muted", "info", gettext("Saved as you type"));
  }

  /** @param {string} field @returns {unknown} */
  #saved(field) {
    return this.desk.incident?.incident[/** @type {keyof Incident} */ (field)];
  }

  /** Who is in a colleague's call reads the form, and leaves it to who leads. */
  get #fields() {
    return /** @type {HTMLFieldSetElement} */ (this.find("fields"));
  }

  /** @returns {Control[]} */
  get #controls() {
    return /** @type {Control[]} */ ([...this.querySelectorAll("[data-field]")]);
  }
}
