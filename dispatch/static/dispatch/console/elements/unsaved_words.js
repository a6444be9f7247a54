// What was typed into an incident's form and never saved before the screen was cleared:
// shown until it is saved or thrown away by hand.

import { Region } from "./region.js";
import { showRows, slot, writeSlot } from "./rows.js";
import { Draft, incidentsWithDrafts } from "../models/draft.js";
import { refusal } from "../models/refusals.js";

export class UnsavedWords extends Region {
  /** @type {Map<string, string>} */ #why = new Map();

  show() {
    if (this.desk.view !== "idle") return;
    const current = this.desk.incident?.incident.incident;
    const incidents = incidentsWithDrafts(sessionStorage).filter(
      (incident) => incident !== current,
    );
    this.hidden = incidents.length === 0;
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

  /** @param {string} incident */
  async #save(incident) {
    const draft = new Draft(sessionStorage, incident);
    const { fields } = draft;
    try {
      await this.desk.command({ type: "update_incident", incident, ...fields });
      draft.confirm(fields);
    } catch (error) {
      this.#why.set(
        incident,
        refusal(/** @type {import("../../lib/wire.js").Refused} */ (error)),
      );
    }
    this.show();
  }

  /** @param {string} incident */
  #discard(incident) {
    new Draft(sessionStorage, incident).discard();
    this.show();
  }
}
