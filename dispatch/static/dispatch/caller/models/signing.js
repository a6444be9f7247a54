// Whether the person at this phone signs, and wants somebody who does: chosen once,
// remembered on the phone, said with each alarm.

const KEY = "alarm110.signs";

export class Signing {
  /** Wanted. */
  isOn = isRemembered();
  /** The server has it. */
  isKept = false;

  #send;
  #changed;

  /**
   * @param {(frame: import("../../lib/wire.js").Frame) => Promise<unknown>} send
   * @param {() => void} changed
   */
  constructor(send, changed) {
    this.#send = send;
    this.#changed = changed;
  }

  /** Ask for somebody who signs, or no more. @param {boolean} on */
  set(on) {
    this.isOn = on;
    this.isKept = false;
    remember(on);
    this.#send({ type: "set_needs", sign_language: on }).then(() => {
      this.isKept = this.isOn && on;
      this.#changed();
    }, () => {});
    this.#changed();
  }
}

/** @returns {boolean} */
function isRemembered() {
  try {
    return localStorage.getItem(KEY) === "1";
  } catch {
    return false;
  }
}

/** @param {boolean} on */
function remember(on) {
  try {
    localStorage.setItem(KEY, on ? "1" : "");
  } catch {
    // For this alarm it is known all the same.
  }
}
