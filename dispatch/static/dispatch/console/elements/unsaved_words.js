// What was typed into an incident's form and never saved before the screen was cleared:
// tried once more by itself, shown until it is saved or thrown away by hand.

import { Region } from "./region.js";
import { showRows, slot, writeSlot } from "./rows.js";
import { Draft, incidentsWithDrafts } from "../models/draft.js";
import { refusal } from "../models/refusals.js";
import { fill, gettext } from "../../lib/words.js";

/** @typedef {import("../../lib/wire.js").Refused} Refused */

/** So often a colleague's words are joined with these before the person is asked. */
const TRIES = 3;

export class UnsavedWords extends Region {
  /** @type {Map<string, string>} */ #why = new Map();
  /** @type {Map<string, Draft>} of those that were tried */ #drafts = new Map();

  begin() {
    // Whoever has a call on the screen has its form there: this is for what is left over.
    this.desk.addEventListener("cleared", () => this.#drafts.clear());
  }

  show() {
    if (this.desk.view !== "idle") return;
    const current = this.desk.incident?.incident.incident;
    const incidents = incidentsWithDrafts(sessionStorage).filter(
      (incident) => incident !== current,
    );
    this.hidden = incidents.length === 0;
    if (this.desk.line !== "live") this.#drafts.clear();
    else
      for (const incident of incidents)
        if (!this.#drafts.has(incident)) void this.#save(incident);
    const template = /** @type {HTMLTemplateElement} */ (this.find("row"));
    showRows(
      this.find("drafts"),
      template,
      incidents,
      (incident) => incident,
      (row, incident) => {
        const draft = new Draft(sessionStorage, incident);
        const words = Object.values(draft.fields)
          .filter((value) => typeof value === "string")
          .join(" · ");
        writeSlot(row, "text", [draft.number, words].filter(Boolean).join(": "));
        writeSlot(row, "why", this.#why.get(incident) ?? "");
        slot(row, "why").hidden = !this.#why.has(incident);
      },
    );
  }

  /** @param {string} act @param {HTMLElement | null} button */
  act(act, button) {
    const incident = button?.closest("li")?.dataset.key ?? "";
    if (act === "save-draft") void this.#save(incident);
    else if (act === "discard-draft") this.#discard(incident);
    else return false;
    return true;
  }

  /** Save it; where only one value can stand, a second press puts this one there.
   * @param {string} incident */
  async #save(incident) {
    const draft = this.#drafts.get(incident) ?? new Draft(sessionStorage, incident);
    this.#drafts.set(incident, draft);
    for (const field of Object.keys(draft.clashes)) draft.insist(field);
    this.#why.delete(incident);
    for (let turn = 0; turn < TRIES && !draft.isAtRest; turn += 1) {
      const { fields, base } = draft.toSave();
      const command = { type: "update_incident", incident, ...fields, base };
      try {
        const { seq } = await this.desk.command(command);
        draft.confirm(fields, seq ?? -1);
      } catch (error) {
        if (this.#isRefused(draft, incident, /** @type {Refused} */ (error))) break;
      }
    }
    if (draft.isEmpty)
      this.desk.say(fill(gettext("Saved with %(number)s."), { number: draft.number }), "ok");
    this.show();
  }

  /** @param {Draft} draft @param {string} incident @param {Refused} refused */
  #isRefused(draft, incident, refused) {
    if (refused.code !== "form_changed") {
      this.#why.set(incident, refusal(refused));
      return true;
    }
    draft.rebase(refused.facts.fields, refused.facts.seq);
    const theirs = Object.values(draft.clashes).join(" · ");
    const words = gettext("%(who)s wrote “%(theirs)s” there. Try again puts yours in its place.");
    const who = refused.facts.saved_by || gettext("Somebody");
    if (theirs) this.#why.set(incident, fill(words, { who, theirs }));
    return false;
  }

  /** @param {string} incident */
  #discard(incident) {
    (this.#drafts.get(incident) ?? new Draft(sessionStorage, incident)).discard();
    this.show();
  }
}
