// A connection begun while the tap is on its way, so that it stands when the answer names
// the call. It says nothing: who never says hello is let go by the server after 5 s, and
// then the line opens one of its own, as if there had been none.

import { SUBPROTOCOL } from "./wire.js";

export class EarlySocket {
  /** @type {WebSocket | null} */ #socket = null;

  /** @param {string} url */
  open(url) {
    this.close();
    if ("WebSocket" in globalThis) this.#socket = new WebSocket(url, SUBPROTOCOL);
  }

  /** @returns {WebSocket | null} the connection, once, if it may still be used */
  take() {
    const socket = this.#socket;
    this.#socket = null;
    return socket && socket.readyState <= WebSocket.OPEN ? socket : null;
  }

  close() {
    this.#socket?.close(1000);
    this.#socket = null;
  }
}
