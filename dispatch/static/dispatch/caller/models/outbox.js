// What must outlive a reload: the tap that no server has confirmed, the call this window
// holds, and words not yet acknowledged. Kept in sessionStorage, one window's own; where
// the browser refuses storage, in memory.

/** @typedef {import("../../lib/tap.js").Tap} Tap */
/** @typedef {import("../../lib/tap.js").Tapped} Tapped */
/** @typedef {{id: string, text: string, clip?: string}} Unsent */
/**
 * @typedef {object} Kept
 * @property {Tap} [tap]  not yet confirmed
 * @property {number} [tappedAt]  when it was made, in ms of this phone's clock
 * @property {Tapped} [call]  the confirmed alarm; its epoch is kept up to date
 * @property {Unsent[]} [unsent]
 * @property {string[]} [off]  what the caller switched off: it stays off
 * @property {import("./alarm_state.js").AlarmState} [ended]  how it ended, until a new one
 */

const KEY = "alarm110.caller";

export class Outbox {
  /** @type {Kept} */ #kept;
  #storage;

  /** @param {Storage | null} storage */
  constructor(storage) {
    this.#storage = storage;
    this.#kept = this.#read();
  }

  get tap() {
    return this.#kept.tap ?? null;
  }

  /** How old the tap is, in ms; a clock that was set back makes it new. */
  get tapAgeMs() {
    return Math.max(0, Date.now() - (this.#kept.tappedAt ?? Date.now()));
  }

  get call() {
    return this.#kept.call ?? null;
  }

  get ended() {
    return this.#kept.ended ?? null;
  }

  /** @param {"camera" | "microphone"} name */
  isOff(name) {
    return this.#kept.off?.includes(name) ?? false;
  }

  get unsent() {
    return this.#kept.unsent ?? [];
  }

  /** @param {Tap} tap */
  keepTap(tap) {
    this.#write({ ...this.#kept, tap, tappedAt: Date.now() });
  }

  /** The server has it; who fell silent meanwhile stays silent. @param {Tapped} call */
  keepCall(call) {
    const { unsent, tap } = this.#kept;
    const mode = tap?.mode === "silent" ? "silent" : call.mode;
    this.#write({ call: { ...call, mode }, unsent });
  }

  /**
   * The phone goes on in another call: what it promised and owes goes along.
   * @param {Tapped} call
   */
  moveTo(call) {
    const { off, call: before } = this.#kept;
    const mode = before?.mode === "silent" ? "silent" : call.mode;
    // A photo lies with its own incident.
    const isSame = before?.incident === call.incident;
    const unsent = this.unsent.filter(({ clip }) => isSame || !clip);
    this.#write({ call: { ...call, mode }, unsent, off });
  }

  /** @param {number | null} epoch */
  keepEpoch(epoch) {
    const { call } = this.#kept;
    if (call && call.epoch !== epoch) this.#write({ ...this.#kept, call: { ...call, epoch } });
  }

  /** @param {"normal" | "silent"} mode */
  keepMode(mode) {
    const { tap, call } = this.#kept;
    this.#write({
      ...this.#kept,
      ...(tap && { tap: { ...tap, mode } }),
      ...(call && { call: { ...call, mode } }),
    });
  }

  /** @param {"camera" | "microphone"} name @param {boolean} isOff */
  keepOff(name, isOff) {
    const others = (this.#kept.off ?? []).filter((one) => one !== name);
    this.#write({ ...this.#kept, off: isOff ? [...others, name] : others });
  }

  /** @param {import("./alarm_state.js").AlarmState} ended */
  keepEnded(ended) {
    this.#write({ ...this.#kept, ended });
  }

  /** @param {Unsent} words */
  add(words) {
    this.#write({ ...this.#kept, unsent: [...this.unsent, words] });
  }

  /** @param {string} id */
  drop(id) {
    if (!this.unsent.some((words) => words.id === id)) return;
    const unsent = this.unsent.filter((words) => words.id !== id);
    this.#write({ ...this.#kept, unsent });
  }

  clear() {
    this.#write({});
  }

  /** @returns {Kept} */
  #read() {
    try {
      return JSON.parse(this.#storage?.getItem(KEY) ?? "{}") ?? {};
    } catch {
      return {};
    }
  }

  /** @param {Kept} kept */
  #write(kept) {
    this.#kept = kept;
    try {
      this.#storage?.setItem(KEY, JSON.stringify(kept));
    } catch {
      // Full or forbidden: it lives as long as this page does.
    }
  }
}

/** @returns {Storage | null} reading the property alone may throw when cookies are refused */
export function windowStorage() {
  try {
    return globalThis.sessionStorage;
  } catch {
    return null;
  }
}
