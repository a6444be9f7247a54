// The incident's form, saved as one types. Beside its title stands what is saved and when;
// what failed is said, tried again, and kept in this window until it is saved. What a
// colleague writes meanwhile is joined with it, or asked about.

import { showClashes } from "./clash_rows.js";
import { CodePicker } from "./code_picker.js";
import { tellMoreBelow } from "./more_below.js";
import { Region } from "./region.js";
import { writeMark } from "./rows.js";
import { timeOfDay } from "../models/clock.js";
import { draftOf } from "../models/draft.js";
import { caretIn } from "../models/merge.js";
import { Saver } from "../models/saver.js";
import { refusal } from "../models/refusals.js";
import { flagName, inLanguage, linkName, priorityName } from "../models/words.js";
import { fill, gettext } from "../../lib/words.js";

/** @typedef {import("../models/shapes.js").Incident} Incident */
/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement | CodePicker} Control */

/** A second press that comes sooner is the other half of a double click. */
const READ_MS = 1000;

/** Acts that lead to a field. */
const FIELD_KEYS = ["category", "priority", "place", "notes", "persons", "outcome"];

export class IncidentForm extends Region {
  #incident = "";
  /** @type {import("../models/draft.js").Draft | null} */ #draft = null;
  /** @type {Saver | null} */ #saver = null;
  /** An input method is at work: a text that changed under it would break its word. */
  #isComposing = false;
  /** @type {Record<string, any> | null} a refusal's facts that wait until it is done */
  #stale = null;
  /** What "Done" stopped for, and when, by `performance.now()`. */
  #asked = { clashes: "", at: 0 };

  begin() {
    const form = this.find("form");
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", (event) => this.#typed(event.target));
    form.addEventListener("change", (event) => this.#typed(event.target));
    form.addEventListener("unknown", (event) => {
      const words = String(/** @type {CustomEvent} */ (event).detail);
      const text = gettext("No category chosen for “%(words)s”. Choose one of the list.");
      this.desk.say(fill(text, { words }), "warn");
    });
    form.addEventListener("compositionstart", () => {
      this.#isComposing = true;
    });
    form.addEventListener("compositionend", (event) => {
      this.#isComposing = false;
      this.#typed(event.target);
      this.show();
    });
    this.desk.addEventListener("cleared", () => this.#close());
    tellMoreBelow(this.#fields);
    const console = this.closest("seat-console");
    console?.addEventListener("record", () => void this.act("notes"));
    console?.addEventListener("wrapping-up", (event) => {
      if (this.#saver) /** @type {CustomEvent} */ (event).detail.push(this.#isDone());
    });
  }

  show() {
    const incident = this.desk.incident?.incident;
    if (!incident) return;
    if (incident.incident !== this.#incident) this.#open(incident);
    this.#fields.disabled = this.desk.isVisitor;
    if (!this.desk.isVisitor) this.#saver ??= this.#newSaver();
    this.#fillCategories();
    this.#rebase(incident);
    for (const control of this.#controls) this.#fill(control, incident);
    this.write("priority-words", priorityName(Number(this.#shown("priority", incident))));
    const links = incident.links.map(({ number }) => linkName(number));
    this.write("flags", [...incident.flags.map(flagName), ...links].join(" · "));
    this.#showSaved(incident);
    const clashes = this.desk.isVisitor ? {} : (this.#draft?.clashes ?? {});
    const left = showClashes(this, clashes, this.#draft?.fields ?? {});
    if (left) this.#goTo(left);
  }

  /** @param {string} act @param {HTMLElement | null} [button] */
  act(act, button) {
    if (act === "keep-mine" || act === "take-theirs") return this.#decided(act, button);
    if (!FIELD_KEYS.includes(act)) return false;
    this.#goTo(act === "outcome" ? "disposition" : act);
    return true;
  }

  // --- Saving ------------------------------------------------------------------------

  /** @param {Incident} form */
  #open(form) {
    const { incident, number } = form;
    this.#saver?.stop();
    this.#saver = null;
    this.#incident = incident;
    this.#forget();
    this.#draft = draftOf(sessionStorage, incident, number);
    this.#rebase(form); // first: what was kept here may be older than a colleague's words
  }

  /** @returns {Saver | null} */
  #newSaver() {
    const incident = this.#incident;
    if (!this.#draft) return null;
    return new Saver(
      this.#draft,
      (fields, base) =>
        this.desk.command({ type: "update_incident", incident, ...fields, base }),
      () => this.show(),
      (facts) => {
        this.#stale = facts;
        this.show();
      },
    );
  }

  #close() {
    this.#saver?.stop();
    this.#saver = null;
    this.#draft = null;
    this.#forget();
    this.#incident = "";
    // One by one: reset() does not know the picker, whose code would pass to the next call.
    for (const control of this.#controls) {
      if (control instanceof HTMLInputElement && control.type === "radio")
        control.checked = false;
      else control.value = "";
    }
  }

  /** What was of one call's form alone. */
  #forget() {
    this.#stale = null;
    this.#isComposing = false;
    this.#asked = { clashes: "", at: 0 };
  }

  /** @returns {Promise<boolean>} whether the screen may be cleared; asked again, it may */
  async #isDone() {
    await this.#saver?.flush();
    const clashes = JSON.stringify(this.#draft?.clashes ?? {});
    if (clashes === "{}") return true;
    const isRead = performance.now() - this.#asked.at > READ_MS;
    if (this.#asked.clashes === clashes && isRead) return true;
    if (this.#asked.clashes !== clashes) this.#asked = { clashes, at: performance.now() };
    // Not to a button: who presses Enter twice would decide without having read.
    this.find("clashes").focus();
    this.desk.say(gettext("Not saved: decide below"), "warn");
    return false;
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
    if (this.#draft?.value(field) !== value) this.#saver?.typed(field, value);
  }

  /**
   * Take in what a colleague saved; tell whose words stand below one's own now.
   * @param {Incident} incident
   */
  #rebase(incident) {
    if (this.#isComposing || !this.#draft) return;
    const stale = this.#stale;
    this.#stale = null;
    const form = /** @type {Record<string, any>} */ (incident);
    const joined = this.#draft.rebase(form, this.desk.incidentSeq, incident.saved_by);
    if (stale) joined.push(...this.#draft.rebase(stale.fields, stale.seq, stale.saved_by));
    const who = stale?.saved_by ?? incident.saved_by;
    if (joined.length > 0)
      this.desk.say(
        fill(gettext("%(who)s wrote here too. Both texts are kept."), {
          who: who || gettext("Somebody"),
        }),
      );
    const { isEmpty, clashes } = this.#draft;
    const isDecided = this.#saver?.state === "clash" && Object.keys(clashes).length === 0;
    // A colleague may have chosen the same, or what stood there before.
    const isSaved = this.#saver?.state === "failed" && isEmpty;
    if (stale || joined.length > 0 || isDecided || isSaved) this.#saver?.again();
  }

  /** @param {"keep-mine" | "take-theirs"} act @param {HTMLElement | null} [button] */
  #decided(act, button) {
    const field = button?.closest("li")?.dataset.key ?? "";
    if (act === "keep-mine") this.#draft?.insist(field);
    else this.#draft?.drop(field);
    this.#saver?.again();
    this.show();
    this.#goTo(field);
    return true;
  }

  /** To the field itself: of the priorities, to the one that is chosen. @param {string} field */
  #goTo(field) {
    const chosen = this.querySelector(`[data-field="${field}"]:checked`);
    /** @type {HTMLElement | null} */ (chosen ?? this.querySelector(`#${field}`))?.focus();
  }

  // --- Showing -----------------------------------------------------------------------

  /**
   * A visitor sees what is saved: of what they once typed themselves nothing stands there.
   * @param {string} field @param {Incident} incident @returns {unknown}
   */
  #shown(field, incident) {
    if (this.desk.isVisitor) return incident[/** @type {keyof Incident} */ (field)];
    return this.#draft?.value(field);
  }

  /** @param {Control} control @param {Incident} incident */
  #fill(control, incident) {
    const value = String(this.#shown(control.dataset.field ?? "", incident) ?? "");
    if (control instanceof HTMLInputElement && control.type === "radio")
      control.checked = control.value === value;
    else if (control.value === value || this.#isComposing) return;
    else if (control instanceof HTMLTextAreaElement) rewrite(control, value);
    else control.value = value;
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
    if (state === "clash")
      return writeMark(saved, "warn", "triangle-alert", gettext("Not saved: decide below"));
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

  /** Who is in a colleague's call reads the form, and leaves it to who leads. */
  get #fields() {
    return /** @type {HTMLFieldSetElement} */ (this.find("fields"));
  }

  /** @returns {Control[]} */
  get #controls() {
    return /** @type {Control[]} */ ([...this.querySelectorAll("[data-field]")]);
  }
}

/** Put other words under a caret that stays where it is. @param {HTMLTextAreaElement} area
 * @param {string} words */
function rewrite(area, words) {
  const { value, selectionStart, selectionEnd, scrollTop } = area;
  area.value = words;
  if (document.activeElement !== area) return;
  area.setSelectionRange(
    caretIn(value, words, selectionStart),
    caretIn(value, words, selectionEnd),
  );
  area.scrollTop = scrollTop;
}
