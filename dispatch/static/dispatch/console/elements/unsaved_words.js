// What was typed into an incident's form and never saved before the screen was cleared:
// tried once more by itself, shown until it is saved or thrown away by hand.

import { Region } from "./region.js";
import { showRows, slot, writeSlot } from "./rows.js";
import { draftOf, incidentsWithDrafts } from "../models/draft.js";
import { refusal } from "../models/refusals.js";
import { priorityName } from "../models/words.js";
import { fill, gettext } from "../../lib/words.js";

/** @typedef {import("../../lib/wire.js").Refused} Refused */

/** So often a colleague's words are joined with these before the person is asked. */
const TRIES = 3;

export class UnsavedWords extends Region {
  /** @type {Map<string, string>} */ #why = new Map();
  /** @type {Set<string>} tried by itself since the line is there */ #tried = new Set();
  /** @type {Set<string>} */ #running = new Set();

  begin() {
    // Whoever has a call on the screen has its form there: this is for what is left over.
    this.desk.addEventListener("cleared", () => this.#tried.clear());
  }

  show() {
    if (this.desk.view !== "idle") return;
    const current = this.desk.incident?.incident.incident;
    const incidents = incidentsWithDrafts(sessionStorage).filter(
      (incident) => incident !== current,
    );
    this.hidden = incidents.length === 0;
    if (this.desk.line !== "live") this.#tried.clear();
    else
      for (const incident of incidents) if (!this.#tried.has(incident)) void this.#save(incident);
    const template = /** @type {HTMLTemplateElement} */ (this.find("row"));
    showRows(
      this.find("drafts"),
      template,
      incidents,
      (incident) => incident,
      (row, incident) => {
        const draft = draftOf(sessionStorage, incident);
        const fields = Object.entries(draft.fields);
        const words = fields.map(([field, value]) => inWords(field, value)).join(" · ");
        writeSlot(row, "text", [draft.number, words].filter(Boolean).join(": "));
        writeSlot(row, "why", this.#why.get(incident) ?? "");
        slot(row, "why").hidden = !this.#why.has(incident);
      },
    );
  }

  /** @param {string} act @param {HTMLElement | null} button */
  act(act, button) {
    const incident = button?.closest("li")?.dataset.key ?? "";
    if (act === "save-draft") this.#pressed(incident);
    else if (act === "discard-draft") this.#discard(incident);
    else return false;
    return true;
  }

  /** Where only one value can stand, this puts one's own there. @param {string} incident */
  #pressed(incident) {
    const draft = draftOf(sessionStorage, incident);
    for (const field of Object.keys(draft.clashes)) draft.insist(field);
    void this.#save(incident);
  }

  /** @param {string} incident */
  async #save(incident) {
    if (this.#running.has(incident)) return;
    this.#running.add(incident);
    this.#tried.add(incident);
    const draft = draftOf(sessionStorage, incident);
    this.#why.delete(incident);
    this.#ask(draft, incident);
    let isSaved = false;
    for (let turn = 0; turn < TRIES && !draft.isAtRest; turn += 1) {
      try {
        await draft.save((fields, base) =>
          this.desk.command({ type: "update_incident", incident, ...fields, base }),
        );
        isSaved = true;
      } catch (error) {
        if (this.#isRefused(draft, incident, /** @type {Refused} */ (error))) break;
      }
    }
    this.#running.delete(incident);
    if (isSaved && draft.isEmpty)
      this.desk.say(fill(gettext("Saved with %(number)s."), { number: draft.number }), "ok");
    this.show();
  }

  /** @param {import("../models/draft.js").Draft} draft @param {string} incident @param {Refused} refused */
  #isRefused(draft, incident, refused) {
    if (refused.code !== "form_changed") {
      this.#why.set(incident, refusal(refused));
      return true;
    }
    draft.rebase(refused.facts.fields, refused.facts.seq, refused.facts.saved_by);
    this.#ask(draft, incident);
    return false;
  }

  /** @param {import("../models/draft.js").Draft} draft @param {string} incident */
  #ask(draft, incident) {
    const clashes = Object.entries(draft.clashes);
    const theirs = clashes.map(([field, clash]) => inWords(field, clash.theirs)).join(" · ");
    const who = clashes[0]?.[1].who;
    const words = gettext("%(who)s wrote “%(theirs)s” there. Try again puts yours in its place.");
    if (!theirs) return;
    this.#why.set(incident, fill(words, { who: who || gettext("Somebody"), theirs }));
  }

  /** @param {string} incident */
  #discard(incident) {
    draftOf(sessionStorage, incident).discard();
    this.show();
  }
}

/** @param {string} field @param {string | number} value */
function inWords(field, value) {
  return field === "priority" ? priorityName(Number(value)) : String(value);
}
