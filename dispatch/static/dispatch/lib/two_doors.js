// One line to the server through whichever door works: the socket, or, when it fails,
// HTTP. Commands and cursors are shared, so changing doors loses and repeats nothing.

import { ageMs, mark } from "./age.js";
import { Cursors } from "./cursors.js";
import { HttpDoor } from "./http_door.js";
import { LiveSocket } from "./live_socket.js";
import { Pending } from "./pending.js";

/** @typedef {import("./wire.js").Frame} Frame */
/** @typedef {import("./wire.js").LineState} LineState */
/**
 * @typedef {object} TwoDoorsOptions
 * @property {string} socketUrl
 * @property {string} base  "/api/v1/calls/<call>"
 * @property {string} stream
 * @property {import("./early_socket.js").EarlySocket} [early]
 * @property {() => {epoch: number | null, capability: string}} right
 */

const SOCKET_AGAIN_MS = 30_000;
// So long after changing doors, our own late request may look like another window's.
const OWN_ECHO_MS = 10_000;

export class TwoDoors {
  /** @type {LiveSocket | null} */ #socket = null;
  /** @type {HttpDoor} */ #http;
  /** @type {TwoDoorsOptions & import("./wire.js").LineHooks} */ #options;
  /** @type {LineState} */ #told = "down";
  #isHttp = false;
  /** @type {import("./age.js").Mark | null} */ #changedAt = null;

  /** @param {TwoDoorsOptions & import("./wire.js").LineHooks} options */
  constructor(options) {
    this.#options = options;
    const cursors = new Cursors();
    const pending = new Pending();
    const { socketUrl, early, base, stream, right, hello, onEntry, onFrame, onWelcome } = options;
    const hooks = { hello, onEntry, onFrame, cursors, pending };
    if ("WebSocket" in globalThis) {
      this.#socket = new LiveSocket({
        ...hooks,
        url: socketUrl,
        early,
        onWelcome: (welcome) => {
          this.#useSocket();
          if (welcome.epoch !== null || !this.#isOwnEcho()) return onWelcome(welcome);
          this.#changedAt = null;
          this.#socket?.greetAgain();
        },
        onFrame: (frame) => {
          if (frame.code !== "epoch_stale" || !this.#isOwnEcho()) onFrame(frame);
        },
        onFailure: (failures, isTimeout) => {
          if (failures >= 2 || isTimeout) this.#useHttp();
        },
        onLine: (state, _silentMs, code) => {
          if (!this.#isHttp) this.#tell(state, code);
        },
      });
    }
    this.#http = new HttpDoor({
      ...hooks,
      base: () => base,
      stream,
      epoch: () => right().epoch,
      headers: () => rightAsHeaders(right()),
      onWelcome,
      onLine: (state, _silentMs, code) => {
        if (!this.#isHttp) return;
        this.#tell(state, code);
        if (state === "live") this.#retrySocketNow();
        if (code) this.stop();
      },
    });
  }

  /** @returns {LineState} */
  get state() {
    return this.#told;
  }

  /** Milliseconds since the server was last heard through either door. */
  get silentMs() {
    const http = this.#isHttp ? this.#http.silentMs : Infinity;
    return Math.min(http, this.#socket?.silentMs ?? Infinity);
  }

  start() {
    if (this.#socket) this.#socket.start();
    else this.#useHttp();
  }

  stop() {
    this.#socket?.stop();
    this.#http.stop();
    this.#isHttp = false;
    this.#tell("down");
  }

  check() {
    this.#socket?.check();
    if (this.#isHttp) this.#http.check();
  }

  /** @param {Frame} frame */
  command(frame) {
    const door = this.#isHttp || !this.#socket ? this.#http : this.#socket;
    return door.command(frame);
  }

  /** @param {Frame} frame @returns {boolean} */
  send(frame) {
    if (this.#isHttp) return this.#http.send(frame);
    return this.#socket?.send(frame) ?? false;
  }

  #useHttp() {
    if (this.#isHttp) return;
    this.#isHttp = true;
    this.#changedAt = mark();
    this.#http.start();
  }

  #useSocket() {
    if (this.#socket) this.#socket.paceMs = 0;
    if (!this.#isHttp) return;
    this.#isHttp = false;
    this.#changedAt = mark();
    this.#http.stop();
  }

  /**
   * A poll that reaches the server after the socket's hello takes the place from the
   * socket. If another window really took it, our epoch is old and hello says so again.
   */
  #isOwnEcho() {
    const isRecent = this.#changedAt !== null && ageMs(this.#changedAt) < OWN_ECHO_MS;
    return isRecent && this.#options.right().epoch !== null;
  }

  /** HTTP works: perhaps the server was only restarting. Once now, then now and then. */
  #retrySocketNow() {
    if (!this.#socket || this.#socket.paceMs) return;
    this.#socket.paceMs = SOCKET_AGAIN_MS;
    this.#socket.check();
  }

  /** @param {LineState} state @param {number} [code] */
  #tell(state, code = 0) {
    if (state === this.#told) return;
    this.#told = state;
    this.#options.onLine(state, this.silentMs, code);
  }
}

/** @param {{epoch: number | null, capability: string}} right */
function rightAsHeaders({ epoch, capability }) {
  /** @type {Record<string, string>} */
  const headers = {};
  if (capability) headers["Alarm110-Capability"] = capability;
  if (epoch !== null) headers["Alarm110-Epoch"] = String(epoch);
  return headers;
}
