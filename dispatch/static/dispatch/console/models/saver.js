// Saves an incident's form as one types: soon after the last key, again until it worked,
// and never claims more than the server confirmed.

/** @typedef {import("./draft.js").Draft} Draft */
/** @typedef {import("../../lib/wire.js").Refused} Refused */
/** @typedef {import("./draft.js").Save} Save */
/** @typedef {"saved" | "unsaved" | "saving" | "failed" | "clash"} SaveState */

const AFTER_TYPING_MS = 600;
/** Who types without a pause has this much unsaved, and no more. */
const LONGEST_UNSAVED_MS = 2000;
/** So often a colleague's newer words are joined while one waits for the record. */
const TURNS = 3;
const FIRST_RETRY_MS = 2000;
const LONGEST_RETRY_MS = 15_000;
/** Refusals that the same words will meet again: wait for the person instead. */
const FINAL = new Set(["malformed", "too_large", "not_found", "no_seat", "epoch_stale"]);

export class Saver {
  /** @type {SaveState} */ state = "saved";
  /** @type {Refused | null} */ refused = null;

  /** @type {Draft} */ #draft;
  /** @type {Save} */ #save;
  #onState;
  /** @type {(facts: Record<string, any>) => void} */ #onStale;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  /** @type {Promise<void> | null} */ #running = null;
  #isStopped = false;
  #wasStale = false;
  #retryMs = FIRST_RETRY_MS;
  /** When the oldest unsaved key was pressed; 0: none. */ #since = 0;

  /**
   * @param {Draft} draft @param {Save} save @param {() => void} onState
   * @param {(facts: Record<string, any>) => void} onStale  a colleague wrote meanwhile:
   *   rebase the draft on `facts.fields`, then `again`
   */
  constructor(draft, save, onState, onStale) {
    this.#draft = draft;
    this.#save = save;
    this.#onState = onState;
    this.#onStale = onStale;
    // Not told: whoever is making this one shows it in a moment.
    if (!draft.isEmpty) this.state = draft.isAtRest ? "clash" : "unsaved";
    if (!draft.isAtRest) this.#timer = setTimeout(() => void this.#run(), 0);
  }

  /** @param {string} field @param {string | number} value */
  typed(field, value) {
    this.#draft.write(field, value);
    this.again();
  }

  /** The draft is another one now, or is to be tried once more. */
  again() {
    this.#since ||= Date.now();
    const left = this.#since + LONGEST_UNSAVED_MS - Date.now();
    this.#soon(Math.max(0, Math.min(AFTER_TYPING_MS, left)));
  }

  /** Save now what is not saved. @returns {Promise<void>} when the server answered */
  async flush() {
    clearTimeout(this.#timer);
    await this.#running;
    for (let turn = 0; turn < TURNS && !this.#draft.isAtRest; turn += 1) {
      await this.#run();
      if (!this.#wasStale) break;
    }
  }

  /** The incident left this seat; what is unsaved stays in the draft. */
  stop() {
    this.#isStopped = true; // what is under way still has its answer
    clearTimeout(this.#timer);
  }

  /** @param {number} ms */
  #soon(ms) {
    clearTimeout(this.#timer);
    if (this.#isStopped) return;
    if (this.#draft.isAtRest) return this.#rest();
    this.#become("unsaved");
    this.#timer = setTimeout(() => void this.#run(), ms);
  }

  /** @returns {Promise<void>} */
  #run() {
    // One at a time: two saves of one field could arrive in the wrong order.
    this.#running ??= this.#once().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #once() {
    if (this.#draft.isAtRest) return this.#rest();
    this.#since = 0;
    this.#wasStale = false;
    this.#become("saving");
    try {
      await this.#draft.save(this.#save);
    } catch (error) {
      return this.#failed(/** @type {Refused} */ (error));
    }
    this.refused = null;
    this.#retryMs = FIRST_RETRY_MS;
    if (this.#draft.isAtRest) this.#rest();
    else this.again();
  }

  /** There is nothing to save, or nothing that may be. */
  #rest() {
    this.#since = 0;
    this.#become(this.#draft.isEmpty ? "saved" : "clash");
  }

  /** @param {Refused} refused */
  #failed(refused) {
    if (this.#isStopped) return;
    if (refused.code === "form_changed") {
      this.#wasStale = true;
      this.#become("unsaved");
      return this.#onStale(refused.facts);
    }
    this.refused = refused;
    this.#become("failed");
    if (FINAL.has(refused.code)) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#run(), this.#retryMs);
    this.#retryMs = Math.min(LONGEST_RETRY_MS, this.#retryMs * 2);
  }

  /** @param {SaveState} state */
  #become(state) {
    if (this.#isStopped) return;
    this.state = state;
    this.#onState();
  }
}
