// Saves an incident's form as one types: soon after the last key, again until it worked,
// and never claims more than the server confirmed.

/** @typedef {import("./draft.js").Draft} Draft */
/** @typedef {import("../../lib/wire.js").Refused} Refused */
/** @typedef {(fields: Record<string, string | number>) => Promise<unknown>} Save */
/** @typedef {"saved" | "unsaved" | "saving" | "failed"} SaveState */

const AFTER_TYPING_MS = 600;
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
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  /** @type {Promise<void> | null} */ #running = null;
  #retryMs = FIRST_RETRY_MS;

  /** @param {Draft} draft @param {Save} save @param {() => void} onState */
  constructor(draft, save, onState) {
    this.#draft = draft;
    this.#save = save;
    this.#onState = onState;
    if (!draft.isEmpty) this.#soon(0);
  }

  /** @param {string} field @param {string | number} value */
  typed(field, value) {
    this.#draft.write(field, value);
    this.#soon(AFTER_TYPING_MS);
  }

  /** Save now what is not saved. @returns {Promise<void>} when the server answered */
  async flush() {
    clearTimeout(this.#timer);
    await this.#running;
    if (!this.#draft.isEmpty) await this.#run();
  }

  /** The incident left this seat; what is unsaved stays in the draft. */
  stop() {
    clearTimeout(this.#timer);
  }

  /** @param {number} ms */
  #soon(ms) {
    clearTimeout(this.#timer);
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
    const { fields } = this.#draft;
    this.#become("saving");
    try {
      await this.#save(fields);
    } catch (error) {
      return this.#failed(/** @type {Refused} */ (error));
    }
    this.#draft.confirm(fields);
    this.refused = null;
    this.#retryMs = FIRST_RETRY_MS;
    if (this.#draft.isEmpty) this.#become("saved");
    else this.#soon(AFTER_TYPING_MS);
  }

  /** @param {Refused} refused */
  #failed(refused) {
    this.refused = refused;
    this.#become("failed");
    if (FINAL.has(refused.code)) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#run(), this.#retryMs);
    this.#retryMs = Math.min(LONGEST_RETRY_MS, this.#retryMs * 2);
  }

  /** @param {SaveState} state */
  #become(state) {
    this.state = state;
    this.#onState();
  }
}
