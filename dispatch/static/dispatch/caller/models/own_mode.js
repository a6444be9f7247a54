// Whether this window is silent, and that the server knows. Where they differ and nothing
// is on its way, both fall silent: a bright screen may betray who hides.

/** @typedef {import("./alarm.js").Mode} Mode */

export class OwnMode {
  #outbox;
  #send;
  /** Said, and not yet seen in the server's word. @type {{mode: Mode, isHeard: boolean} | null} */
  #told = null;

  /**
   * @param {import("./outbox.js").Outbox} outbox
   * @param {(frame: import("../../lib/wire.js").Frame) => Promise<unknown>} send
   */
  constructor(outbox, send) {
    this.#outbox = outbox;
    this.#send = send;
  }

  /** @returns {Mode} what the phone does; it never waits for the server to fall silent */
  get now() {
    return this.#outbox.tap?.mode ?? this.#outbox.call?.mode ?? "normal";
  }

  /** @param {Mode} mode @param {boolean} isLive  whether there is a call to tell it in */
  set(mode, isLive) {
    this.#outbox.keepMode(mode);
    if (isLive) this.#tell(mode);
  }

  /**
   * @param {Mode} theirs  the server's word @param {boolean} isHeld  this window may speak
   * @param {boolean} isWhole  a snapshot: later than any word that was heard
   */
  agree(theirs, isHeld, isWhole) {
    if (this.#told && (theirs === this.#told.mode || (isWhole && this.#told.isHeard))) {
      this.#told = null;
    }
    if (this.#told || theirs === this.now) return;
    if (theirs === "silent") this.#outbox.keepMode("silent");
    else if (isHeld) this.#tell("silent");
  }

  /** Another call begins. */
  forget() {
    this.#told = null;
  }

  /** @param {Mode} mode */
  #tell(mode) {
    const told = { mode, isHeard: false };
    this.#told = told;
    this.#send({ type: "set_mode", mode }).then(
      () => (told.isHeard = true),
      () => {
        if (this.#told === told) this.#told = null; // said again when it may be
      },
    );
  }
}
