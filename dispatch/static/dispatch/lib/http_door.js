// The second door, for phones whose sockets fail: commands by POST, everything else by
// long poll. Same hooks and same calls as LiveSocket; it keeps going until stopped.

import { ageMs, mark } from "./age.js";
import { request } from "./http.js";

/** @typedef {import("./wire.js").Frame} Frame */
/**
 * @typedef {object} DoorOptions
 * @property {() => string} base  "/api/v1/calls/<call>"
 * @property {() => Record<string, string>} headers  capability and epoch
 * @property {() => number | null} epoch  the epoch this window believes it has
 * @property {string} stream  the one stream this door follows
 * @property {import("./cursors.js").Cursors} cursors
 * @property {import("./pending.js").Pending} pending
 */

const POLL_SECONDS = 3;
const POLL_TIMEOUT_MS = 9000;
const DEAD_AFTER_MS = 6000;
const FIRST_BACKOFF_MS = 500;
const MOST_BACKOFF_MS = 4000;

export class HttpDoor {
  #options;
  /** Counts starts, so that a loop left over from before a stop ends. */
  #round = 0;
  #polling = new AbortController();
  #isRunning = false;
  #isPosting = false;
  #failures = 0;
  #lastFrame = mark();
  /** @type {import("./wire.js").LineState} */ #state = "down";
  /** @type {(() => void) | null} */ #wake = null;

  /** @param {DoorOptions & import("./wire.js").LineHooks} options */
  constructor(options) {
    this.#options = options;
  }

  get state() {
    return this.#state;
  }

  get silentMs() {
    return ageMs(this.#lastFrame);
  }

  start() {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#round += 1;
    this.#polling = new AbortController();
    this.#failures = 0;
    this.#tell("connecting");
    this.#options.pending.allDue();
    this.#poll(this.#round);
  }

  stop() {
    this.#isRunning = false;
    this.#polling.abort();
    this.#wake?.();
    this.#tell("down");
  }

  /** The network is back, or the page visible: try now. */
  check() {
    this.#wake?.();
  }

  /** @param {Frame} frame @returns {Promise<import("./wire.js").Ack>} */
  command(frame) {
    const answered = this.#options.pending.add(frame);
    this.#flush();
    return answered;
  }

  /** @param {Frame} frame @returns {boolean} */
  send(frame) {
    if (this.#state !== "live") return false;
    this.#post(frame).catch(() => {});
    return true;
  }

  // --- Coming in ---------------------------------------------------------------------

  /** @param {number} round */
  async #poll(round) {
    let needsWelcome = true;
    while (this.#isRunning && round === this.#round) {
      try {
        needsWelcome = await this.#ask(needsWelcome);
        this.#failures = 0;
      } catch {
        this.#failures += 1;
        if (this.silentMs > DEAD_AFTER_MS) this.#tell("reconnecting");
        await this.#rest(
          Math.min(MOST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (this.#failures - 1)),
        );
      }
      this.#flush();
    }
  }

  /** @param {boolean} needsWelcome @returns {Promise<boolean>} whether the next one does */
  async #ask(needsWelcome) {
    const { base, headers, stream, cursors, epoch } = this.#options;
    const after = needsWelcome ? -1 : cursors.at(stream);
    const wait = needsWelcome ? 0 : POLL_SECONDS;
    const url = `${base()}/inbox?after=${after}&wait=${wait}`;
    const answer = await request(url, {
      headers: headers(), timeoutMs: POLL_TIMEOUT_MS, signal: this.#polling.signal,
    });
    if (!this.#isRunning) return false;
    if (isNoSuchCall(answer)) {
      this.#isRunning = false;
      this.#tell("down", 4401);
      return false;
    }
    if (answer.status === 409 && !needsWelcome) return true;
    if (answer.status !== 200 || !answer.body) throw new Error(`inbox ${answer.status}`);
    this.#lastFrame = mark();
    this.#deliver(answer.body);
    this.#tell("live");
    // Another window took over, or gave back: ask where we stand.
    const { welcome, epoch: held = epoch() } = answer.body;
    return !welcome && held !== epoch();
  }

  /** @param {{welcome?: import("./wire.js").Welcome, entries?: import("./wire.js").Entry[],
   *           ephemeral?: Frame[], heartbeat?: Frame}} inbox */
  #deliver(inbox) {
    const { cursors, onWelcome, onEntry, onFrame } = this.#options;
    if (inbox.welcome) {
      cursors.welcome(inbox.welcome);
      onWelcome(inbox.welcome);
    }
    for (const entry of inbox.entries ?? []) cursors.take(entry).forEach(onEntry);
    for (const frame of inbox.ephemeral ?? []) onFrame(frame);
  }

  // --- Going out ---------------------------------------------------------------------

  async #flush() {
    if (this.#isPosting || !this.#isRunning) return;
    this.#isPosting = true;
    try {
      for (let due = this.#due(); due.length; due = this.#due()) {
        for (const frame of due) await this.#post(frame);
      }
    } catch {
      // Not delivered: it stays pending, and is due again in a few seconds.
    } finally {
      this.#isPosting = false;
    }
  }

  #due() {
    return this.#isRunning ? this.#options.pending.takeDue() : [];
  }

  /** @param {Frame} frame */
  async #post(frame) {
    const { base, headers, pending, onFrame } = this.#options;
    const { status, body } = await request(`${base()}/commands`, {
      body: frame, headers: headers(),
    });
    if (status >= 500) {
      pending.answer({ type: "error", code: "try_again", id: frame.id });
    } else if (body?.type) {
      // An unreadable frame is refused without its id; here the request says whose it is.
      const answer = { ...body, id: body.id ?? frame.id };
      if (!pending.answer(answer) && body.type !== "ack") onFrame(answer);
    }
  }

  /** @param {number} ms */
  #rest(ms) {
    return new Promise((done) => {
      const timer = setTimeout(() => this.#wake?.(), ms);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = null;
        done(undefined);
      };
    });
  }

  /** @param {import("./wire.js").LineState} state @param {number} [code] */
  #tell(state, code = 0) {
    if (state === this.#state) return;
    this.#state = state;
    this.#options.onLine(state, this.silentMs, code);
  }
}

/**
 * Only in our server's own words: a proxy's or a filter's 401, 403 or 404 would take the
 * alarm, its words and its silence from the phone.
 * @param {{status: number, body: any}} answer @returns {boolean}
 */
function isNoSuchCall({ status, body }) {
  return status === 404 && body?.type === "error" && body.code === "not_found";
}
