// A connection begun while the tap is on its way, so that it stands when the answer names
// the call. It says nothing: who never says hello is let go by the server after 5 s, and
// then the line opens one of its own, as if there had been none.

import { ageMs, mark } from "./age.js";
import { SUBPROTOCOL } from "./wire.js";

const MOST_AGE_MS = 4000; // a hello must arrive before the server's 5 s are over

export class EarlySocket {
  /** @type {WebSocket | null} */ #socket = null;
  #since = mark();

  /** @param {string} url */
  open(url) {
    this.close();
    try {
      this.#socket = new WebSocket(url, SUBPROTOCOL);
      this.#since = mark();
    } catch {
      // There are none here, or something forbids them. The tap's answer is what counts.
    }
  }

  /** @returns {WebSocket | null} the connection, once, if it may still be used */
  take() {
    const socket = this.#socket;
    const isFresh = ageMs(this.#since) < MOST_AGE_MS;
    if (!socket || socket.readyState > WebSocket.OPEN || !isFresh) {
      this.close();
      return null;
    }
    this.#socket = null;
    return socket;
  }

  close() {
    this.#socket?.close(1000);
    this.#socket = null;
  }
}
