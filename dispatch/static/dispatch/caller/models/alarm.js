// One alarm as this window lives it: from the tap through the line to its end. Knows the
// server's word, what is still on its way, and whether this window holds the call.
// Events: "change" (look again), "news" (tell once), "frame" (stills, typing).

import { TwoDoors } from "../../lib/two_doors.js";
import { findMine, makeTap, sendTap } from "../../lib/tap.js";
import { newId } from "../../lib/wire.js";
import { applyEntry, newsBetween } from "./alarm_state.js";
import { lineTruth } from "./line_truth.js";

/** @typedef {import("../../lib/wire.js").Frame} Frame */
/** @typedef {import("./alarm_state.js").AlarmState} AlarmState */
/** @typedef {"normal" | "silent"} Mode */
/** @typedef {"idle" | "sending" | "waiting" | "talking" | "ended"} Phase */
/** @typedef {{place: number, wait_seconds: number | null, seats_open: number}} Place */

const MINE_AGAIN_MS = 3000;

export class Alarm extends EventTarget {
  /** @type {AlarmState | null} what the server confirmed */ state = null;
  /** @type {Place | null} */ place = null;
  /** Tries of the tap that failed so far. */
  failures = 0;
  /** How often the server welcomed this window; each time it forgot what passes. */
  welcomes = 0;
  /** @type {Set<string>} ids of words the server refused */ refused = new Set();

  #outbox;
  /** @type {TwoDoors | null} */ #line = null;
  /** @type {number | null} */ #epoch = null;
  #clockAheadMs = 0;

  /** @param {import("./outbox.js").Outbox} outbox */
  constructor(outbox) {
    super();
    this.#outbox = outbox;
  }

  // --- What is true now --------------------------------------------------------------

  /** @returns {Phase} */
  get phase() {
    if (this.#outbox.tap) return "sending";
    if (!this.#outbox.call) return "idle";
    const state = this.state?.call.state;
    if (state === "ended") return "ended";
    return state === "connected" ? "talking" : "waiting";
  }

  get isLive() {
    return this.phase === "waiting" || this.phase === "talking";
  }

  /** Another window holds the call; this one watches. */
  get isReadOnly() {
    return this.isLive && this.#epoch === null;
  }

  /** Whether camera and position of this window belong to the call. */
  get isHeld() {
    return this.isLive && this.#epoch !== null;
  }

  /** @returns {Mode} what the phone does; it never waits for the server to fall silent */
  get mode() {
    return this.#outbox.tap?.mode ?? this.#outbox.call?.mode ?? "normal";
  }

  get call() {
    return this.#outbox.call;
  }

  get unsent() {
    return this.#outbox.unsent;
  }

  get truth() {
    return lineTruth({
      line: this.#line?.state ?? "connecting",
      silentMs: this.#line?.silentMs ?? 0,
      callState: this.state?.call.state ?? null,
      isReadOnly: this.isReadOnly,
    });
  }

  /** The server's clock, in ms; the phone's may be set to anything. */
  get now() {
    return Date.now() + this.#clockAheadMs;
  }

  // --- Beginning ---------------------------------------------------------------------

  /** @param {Mode} mode @param {object | null} position already known, or null */
  tap(mode, position) {
    if (this.phase !== "idle") return;
    const language = document.documentElement.lang.slice(0, 10);
    this.#outbox.keepTap(makeTap({ mode, language, ...(position && { position }) }));
    this.#deliver();
  }

  /** After a load: go on where this window, or this phone, was. @param {boolean} isLive */
  resume(isLive) {
    if (this.#outbox.tap) this.#deliver();
    else if (this.#outbox.ended) this.state = this.#outbox.ended;
    else if (this.#outbox.call) this.#connect();
    else if (isLive) this.#adopt();
    this.#changed();
  }

  /** The alarm is over and read: make room for a new one. */
  forget() {
    this.#line?.stop();
    this.#line = null;
    this.#outbox.clear();
    Object.assign(this, { state: null, place: null, failures: 0 });
    this.#epoch = null;
    this.refused.clear();
    this.#changed();
  }

  /** The page is visible again, or the network is back. */
  check() {
    this.#line?.check();
  }

  async #deliver() {
    const { tap } = this.#outbox;
    if (!tap) return;
    this.#changed();
    const tapped = await sendTap(tap, {
      isWanted: () => this.#outbox.tap?.id === tap.id,
      onFailure: (failures) => {
        this.failures = failures;
        this.#changed();
      },
    });
    if (!tapped) return;
    const { mode } = this;
    this.#outbox.keepCall(tapped);
    this.#connect();
    if (mode === "silent" && tapped.mode !== mode) this.setMode(mode);
    this.#changed();
  }

  /** This phone has a live call that this window does not know yet. */
  async #adopt() {
    try {
      const mine = await findMine();
      if (this.phase !== "idle" || !mine) return;
      this.#outbox.keepCall(mine);
      this.#connect();
      this.#changed();
    } catch {
      setTimeout(() => this.phase === "idle" && this.#adopt(), MINE_AGAIN_MS);
    }
  }

  // --- Acting ------------------------------------------------------------------------

  /** @param {string} text */
  say(text) {
    const words = { id: newId(), text };
    this.#outbox.add(words);
    this.#post(words);
    this.#changed();
  }

  /** @param {Mode} mode */
  setMode(mode) {
    this.#outbox.keepMode(mode);
    if (this.isLive) this.command({ type: "set_mode", mode }).catch(() => {});
    this.#changed();
  }

  hangUp() {
    this.command({ type: "hang_up" }).catch(() => {});
  }

  /** Continue here what another window holds. */
  takeOver() {
    this.#line?.start();
    this.command({ type: "take_over" }).catch(() => {});
  }

  /** @param {Frame} frame @returns {Promise<unknown>} */
  command(frame) {
    return this.#line?.command(frame) ?? Promise.reject(new Error("no call"));
  }

  /** @param {Frame} frame @returns {boolean} */
  send(frame) {
    return this.isHeld && (this.#line?.send(frame) ?? false);
  }

  /** @param {import("./outbox.js").Unsent} words */
  async #post({ id, text }) {
    try {
      await this.command({ type: "post_message", id, text });
      this.#outbox.drop(id);
    } catch {
      this.refused.add(id);
    }
    this.#changed();
  }

  // --- Listening ---------------------------------------------------------------------

  #connect() {
    const { call } = this.#outbox;
    if (!call) return;
    this.#line?.stop();
    this.#epoch = call.epoch;
    const capability = call.capability ?? "";
    if (call.place) {
      const { place, seats_open } = call;
      this.place = { place, wait_seconds: null, seats_open };
    }
    this.#line = new TwoDoors({
      socketUrl: `${location.origin.replace(/^http/, "ws")}/ws/caller`,
      base: `/api/v1/calls/${call.call}`,
      stream: call.stream,
      right: () => ({ epoch: this.#epoch, capability }),
      hello: () => ({
        call: call.call,
        ...(capability && { capability }),
        ...(this.#epoch !== null && { epoch: this.#epoch }),
      }),
      onWelcome: (welcome) => this.#welcome(welcome, call.stream),
      onEntry: (entry) => this.#apply(entry),
      onFrame: (frame) => this.#hear(frame),
      onLine: (_state, _silentMs, code) => {
        if (code === 4401) this.#lose();
        this.#changed();
      },
    });
    this.#line.start();
    this.unsent.forEach((words) => this.#post(words));
  }

  /** @param {import("../../lib/wire.js").Welcome} welcome @param {string} stream */
  #welcome(welcome, stream) {
    this.welcomes += 1;
    this.#epoch = welcome.epoch;
    this.#outbox.keepEpoch(welcome.epoch);
    this.#clockAheadMs = Date.parse(welcome.at) - Date.now();
    const snapshot = welcome.snapshots[stream];
    this.#become(snapshot ?? this.state);
  }

  /** @param {import("../../lib/wire.js").Entry} entry */
  #apply(entry) {
    if (entry.data?.client_id) this.#outbox.drop(entry.data.client_id);
    if (this.state) this.#become(applyEntry(this.state, entry));
  }

  /** @param {AlarmState | null} next */
  #become(next) {
    const before = this.state;
    this.state = next;
    const news = next && newsBetween(before, next);
    if (next && this.phase === "ended") this.#end(next);
    this.#changed();
    if (news) this.dispatchEvent(new CustomEvent("news", { detail: news }));
  }

  /** @param {AlarmState} ended */
  #end(ended) {
    this.#line?.stop();
    if (ended.call.end_reason === "merged") {
      // An earlier call of the same person is live: that one goes on here.
      this.#outbox.clear();
      this.state = null;
      this.#adopt();
    } else {
      this.#outbox.keepEnded(ended);
    }
  }

  /** The server knows this call, or this right to it, no more. */
  #lose() {
    this.forget();
    this.#adopt();
  }

  /** @param {Frame} frame */
  #hear(frame) {
    if (frame.type === "place") this.place = /** @type {any} */ (frame);
    else if (frame.type === "resync") this.#become(frame.snapshot);
    else if (frame.type === "error" && frame.code === "epoch_stale") this.#epoch = null;
    else if (frame.type !== "heartbeat") {
      this.dispatchEvent(new CustomEvent("frame", { detail: frame }));
    }
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
