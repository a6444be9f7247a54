// Whether this window is silent, and that the server knows. Where they differ and nothing
// is on its way, both fall silent: a bright screen may betray who hides.

/** @typedef {import("./alarm.js").Mode} Mode */

export class OwnMode {
  #outbox;
  #send;
  /** Said last; where it stands in the stream, once that is known. @type {{seq: number} | null} */
  #told = null;

  /**
   * @param {import("./outbox.js").Outbox} outbox
   * @param {(frame: import("../../lib/wire.js").Frame) => Promise<import("../../lib/wire.js").Ack>} send
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
   * @param {number} at  how far in the stream it is the server's word; 0: not known anew
   */
  agree(theirs, isHeld, at) {
    if (this.#told && at >= this.#told.seq) this.#told = null;
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
    const told = { seq: Infinity };
    this.#told = told;
    this.#send({ type: "set_mode", mode }).then(
      ({ seq = 1 }) => (told.seq = seq),
      () => {
        if (this.#told === told) this.#told = null; // said again when it may be
      },
    );
  }
}
