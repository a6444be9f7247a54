// A socket that survives the network. It remembers the last number it saw in each stream,
// asks for what it missed, repeats commands until they are answered, takes five seconds
// of silence for a dead line, and never gives up. No DOM: the page calls `check()` when
// it becomes visible or the network is back, because hidden tabs throttle timers.
//
//   const socket = new LiveSocket({ url, hello: () => ({ epoch }), onWelcome, onEntry,
//                                   onFrame, onLine });
//   socket.start();
//   const ack = await socket.command({ type: "post_message", text });   // or Refused
//   socket.send({ type: "typing" });                                    // may be lost

import { ageMs, mark } from "./age.js";
import { CatchUp } from "./catch_up.js";
import { Cursors } from "./cursors.js";
import { Pending } from "./pending.js";
import { PASSING, PUT_OFF_MS, SUBPROTOCOL } from "./wire.js";

/** @typedef {import("./wire.js").Frame} Frame */
/** @typedef {import("./wire.js").Ack} Ack */
/** @typedef {import("./wire.js").LineState} LineState */
/** @typedef {import("./early_socket.js").EarlySocket} EarlySocket */
/** @typedef {SocketOptions & import("./wire.js").LineHooks} Options */
/**
 * @typedef {object} SocketOptions
 * @property {string} url
 * @property {string} [subprotocol]
 * @property {EarlySocket} [early]  a connection that was begun before; used once
 * @property {(failures: number, isTimeout: boolean) => void} [onFailure]  tries in a row
 *   that brought no welcome
 * @property {Cursors} [cursors]  shared with another door
 * @property {Pending} [pending]  shared with another door
 */

const DEAD_AFTER_MS = 5000;
const WELCOME_WITHIN_MS = 4000;
const FIRST_BACKOFF_MS = 250;
const MOST_BACKOFF_MS = 4000;
const MOST_JITTER_MS = 2000;
// A restart takes seconds, and all must be back within ten: as long as it may be one, the
// tries stay close together.
const RESTART_TRIES = 8;
const RESTART_BACKOFF_MS = 1000;
const TICK_MS = 500;
const NOT_ALLOWED = 4401;
const OVER_BUDGET = 4408;
const TAKEN_ELSEWHERE = 4409;

export class LiveSocket {
  /** Milliseconds between two tries at least; a page with another open door raises it. */
  paceMs = 0;

  /** @type {WebSocket | null} */ #socket = null;
  /** @type {LineState} */ #state = "down";
  #hasBeenLive = false;
  #failures = 0;
  #openedAt = mark();
  #lastFrame = mark();
  /** @type {ReturnType<typeof setInterval> | undefined} */ #ticking;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #retry;
  /** @type {Options} */ #options;
  #cursors;
  #pending;
  #catchUp;

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
    this.#cursors = options.cursors ?? new Cursors();
    this.#pending = options.pending ?? new Pending();
    this.#catchUp = new CatchUp(this.#cursors, () => this.#hello());
  }

  // --- What the page calls -----------------------------------------------------------

  /** @returns {LineState} */
  get state() {
    return this.#state;
  }

  /** Milliseconds since the server was last heard: "connected" is true below 6,000. */
  get silentMs() {
    return ageMs(this.#lastFrame);
  }

  /** Begin, or begin again after "down". */
  start() {
    this.#ticking ??= setInterval(() => this.#tick(), TICK_MS);
    if (!this.#socket) this.#open();
  }

  /** Close; `start()` opens again. */
  stop() {
    this.#halt(0);
  }

  /** Ask again where this window stands, on the same line. */
  greetAgain() {
    this.#hello();
  }

  /** Look at the line now: the page is visible again, or the network is back. */
  check() {
    if (this.#ticking === undefined) return;
    if (this.#socket) this.#tick();
    else this.#open();
  }

  /** @param {Frame} frame @returns {Promise<Ack>} rejects with `Refused`, never for the line */
  command(frame) {
    const answered = this.#pending.add(frame);
    this.#flush();
    return answered;
  }

  /** @param {Frame} frame @returns {boolean} whether it left; nobody will repeat it */
  send(frame) {
    if (this.#state !== "live") return false;
    this.#write(frame);
    return true;
  }

  // --- The line ----------------------------------------------------------------------

  #open() {
    clearTimeout(this.#retry);
    this.#tell(this.#hasBeenLive ? "reconnecting" : "connecting");
    const { url, subprotocol = SUBPROTOCOL, early } = this.#options;
    const socket = early?.take() ?? new WebSocket(url, subprotocol);
    this.#socket = socket;
    this.#openedAt = mark();
    socket.onopen = () => this.#hello();
    socket.onmessage = ({ data }) => {
      if (socket === this.#socket) this.#receive(JSON.parse(data));
    };
    socket.onclose = ({ code }) => {
      if (socket === this.#socket) this.#closed(code, false);
    };
    if (socket.readyState === WebSocket.OPEN) this.#hello(); // an early one
  }

  #hello() {
    this.#write({ ...this.#options.hello(), type: "hello", cursors: this.#cursors });
  }

  /** @param {Frame} frame */
  #write(frame) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    this.#socket.send(JSON.stringify(frame));
  }

  #flush() {
    if (this.#state !== "live") return;
    for (const frame of this.#pending.takeDue()) this.#write(frame);
  }

  #tick() {
    const socket = this.#socket;
    if (!socket) return;
    const isDead = this.#state === "live"
      ? this.silentMs > DEAD_AFTER_MS
      : ageMs(this.#openedAt) > WELCOME_WITHIN_MS;
    if (!isDead) return this.#flush();
    // Nobody will say so: do not wait for the close handshake either.
    this.#closed(0, true);
    socket.close();
  }

  /** @param {number} code @param {boolean} isTimeout */
  #closed(code, isTimeout) {
    if (code === NOT_ALLOWED || code === TAKEN_ELSEWHERE) return this.#halt(code);
    this.#socket = null;
    this.#catchUp.rest();
    this.#failures = this.#state === "live" ? 0 : this.#failures + 1;
    if (this.#failures) this.#options.onFailure?.(this.#failures, isTimeout);
    this.#tell(this.#hasBeenLive ? "reconnecting" : "connecting");
    const backoff = Math.max(
      this.paceMs,
      code === OVER_BUDGET ? MOST_BACKOFF_MS : backoffMs(this.#failures),
    );
    // Spread out: after a restart all pages come back at once.
    this.#openIn(backoff + Math.random() * Math.min(MOST_JITTER_MS, backoff));
  }

  /** @param {number} ms */
  #openIn(ms) {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#open(), ms);
  }

  /** @param {number} code */
  #halt(code) {
    const socket = this.#socket;
    this.#socket = null;
    clearInterval(this.#ticking);
    this.#ticking = undefined;
    clearTimeout(this.#retry);
    this.#catchUp.rest();
    socket?.close(1000);
    this.#tell("down", code);
  }

  /** @param {LineState} state @param {number} [code] */
  #tell(state, code = 0) {
    if (state === this.#state) return;
    this.#state = state;
    this.#options.onLine(state, this.silentMs, code);
  }

  // --- What comes in -----------------------------------------------------------------

  /** @param {Frame} frame */
  #receive(frame) {
    this.#lastFrame = mark();
    if (typeof frame.seq === "number" && frame.type !== "ack") {
      const entry = /** @type {import("./wire.js").Entry} */ (/** @type {unknown} */ (frame));
      return this.#catchUp.take(entry).forEach(this.#options.onEntry);
    }
    if (frame.type === "welcome") return this.#welcome(/** @type {any} */ (frame));
    if (this.#pending.answer(frame)) return;
    if (frame.type === "error" && this.#state !== "live" && PASSING.has(frame.code)) {
      this.#greetLater();
    }
    if (frame.type === "heartbeat") {
      // Here, not on a timer: a hidden tab's timers sleep, its messages do not.
      this.#write({ type: "pong", at: frame.at });
      this.#catchUp.compare(frame.heads);
    }
    if (frame.type === "followed") this.#cursors.stand(frame.stream, frame.cursor);
    if (frame.type === "unfollowed") this.#cursors.leave(frame.stream);
    if (frame.type === "reconnect") this.#leaveFor(frame.after_ms);
    this.#options.onFrame(frame);
  }

  /** @param {import("./wire.js").Welcome} welcome */
  #welcome(welcome) {
    this.#cursors.welcome(welcome);
    this.#failures = 0;
    this.#hasBeenLive = true;
    if (this.#state !== "live") this.#pending.allDue();
    this.#options.onWelcome(welcome);
    if (!this.#socket) return; // the page heard enough and stopped
    this.#tell("live");
    this.#flush();
  }

  /**
   * The hello was put off: the database is locked, say. The line is good, and another one
   * would only cost the server more, so ask on it again, spread out as the tries are.
   */
  #greetLater() {
    clearTimeout(this.#retry);
    this.#openedAt = mark();
    this.#retry = setTimeout(() => this.#hello(), PUT_OFF_MS * (1 + Math.random()));
  }

  /** The server is about to stop. @param {number} afterMs */
  #leaveFor(afterMs) {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
    this.#tell("reconnecting");
    this.#openIn(afterMs + Math.random() * MOST_JITTER_MS);
  }
}

/** @param {number} failures  tries in a row that brought no welcome @returns {number} */
function backoffMs(failures) {
  const most = failures < RESTART_TRIES ? RESTART_BACKOFF_MS : MOST_BACKOFF_MS;
  return Math.min(most, FIRST_BACKOFF_MS * 2 ** Math.min(failures, 4));
}
