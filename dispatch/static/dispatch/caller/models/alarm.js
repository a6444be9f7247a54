// One alarm as this window lives it: from the tap through the line to its end. Knows the
// server's word, what is still on its way, and whether this window holds the call.
// Events: "change" (look again), "news" (tell once), "frame" (stills, typing).

import { ageMs, mark } from "../../lib/age.js";
import { EarlySocket } from "../../lib/early_socket.js";
import { makeTap, sendTap } from "../../lib/tap.js";
import { applyEntry, newsBetween } from "./alarm_state.js";
import { SOCKET_URL, lineOf } from "./call_line.js";
import { lineTruth } from "./line_truth.js";
import { OwnCall } from "./own_call.js";
import { OwnMode } from "./own_mode.js";
import { LastWords, OwnWords } from "./own_words.js";
import { Signing } from "./signing.js";

/** @typedef {import("../../lib/wire.js").Frame} Frame */
/** @typedef {import("./alarm_state.js").AlarmState} AlarmState */
/** @typedef {"normal" | "silent"} Mode */
/** @typedef {"idle" | "sending" | "waiting" | "talking" | "ended"} Phase */
/** @typedef {{place: number, wait_seconds: number | null, seats_open: number}} Place */

const LATE_MS = 2500;
// A tap older than this, found after a load, is not sent without asking.
const OLD_TAP_MS = 15 * 60_000;

export class Alarm extends EventTarget {
  /** @type {AlarmState | null} what the server confirmed */ state = null;
  /** @type {Place | null} */ place = null;
  /** Tries of the tap that failed so far. */
  failures = 0;
  /** How often the server welcomed this window; each time it forgot what passes. */
  welcomes = 0;
  signing = new Signing((frame) => this.command(frame), () => this.#changed());
  /** Whether this window has answered the question about the offender that stands. */
  isWarningAnswered = false;
  /** A tap from long ago was never sent: its owner decides. */
  isOld = false;
  /** The call was merged, and the phone has no other: what is owed goes to this one. */
  hasNoOther = false;
  words;

  #outbox;
  #mode;
  /** @type {import("../../lib/two_doors.js").TwoDoors | null} */ #line = null;
  #early = new EarlySocket();
  /** @type {number | null} */ #epoch = null;
  #isWelcome = false;
  /** @type {import("../../lib/age.js").Mark | null} */ #sendingSince = null;
  #clockAheadMs = 0;
  #lastWords;
  #own = new OwnCall({
    isWanted: () => this.phase === "idle" || this.#isElsewhere,
    onFound: (mine) => this.#goOnIn(mine),
    onNone: () => this.#stayHere(),
    onChange: () => this.#changed(),
  });

  /** @param {import("./outbox.js").Outbox} outbox */
  constructor(outbox) {
    super();
    this.#outbox = outbox;
    this.#mode = new OwnMode(outbox, (frame) => this.command(frame));
    this.words = new OwnWords(outbox, (frame) => this.command(frame), () => {
      this.#lastWords.look();
      this.#changed();
    });
    this.#lastWords = new LastWords(this.words, () => {
      this.#line?.stop();
      this.#changed();
    });
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

  /** Before a tap: the server does not answer. */
  get isOut() {
    return this.#own.isOut;
  }

  /** The call is over, and some of the caller's words will not reach it any more. */
  get hasGivenUp() {
    return this.#lastWords.haveFailed;
  }

  get isLive() {
    return this.phase === "waiting" || this.phase === "talking";
  }

  /** Another window holds the call; this one watches. */
  get isReadOnly() {
    return this.isLive && this.#isWelcome && this.#epoch === null;
  }

  /** Whether camera and position of this window belong to the call. */
  get isHeld() {
    return this.isLive && this.#epoch !== null;
  }

  get mode() {
    return this.#mode.now;
  }

  /** The tap is on its way for longer than one should be left to wonder. */
  get isLate() {
    const since = this.#sendingSince;
    return this.phase === "sending" && (this.failures > 0 || (!!since && ageMs(since) > LATE_MS));
  }

  /** How long ago it was tapped, in ms. */
  get tapAgeMs() {
    return this.#outbox.tapAgeMs;
  }

  get call() {
    return this.#outbox.call;
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

  /** @param {Mode} mode @param {import("./position_watch.js").Place | null} position already known */
  tap(mode, position) {
    if (this.phase !== "idle") return;
    const language = document.documentElement.lang.slice(0, 10);
    const parts = { mode, language, ...(position && { position }) };
    this.#outbox.keepTap(makeTap(this.signing.isOn ? { ...parts, sign_language: true } : parts));
    this.#deliver();
  }

  /** After a load: go on where this window, or this phone, was. */
  resume() {
    this.isOld = !!this.#outbox.tap && this.tapAgeMs > OLD_TAP_MS;
    if (this.isOld) this.#changed();
    else if (this.#outbox.tap) this.#deliver();
    else if (this.#outbox.ended) {
      this.state = this.#outbox.ended;
      this.#end();
    } else if (this.#outbox.call) this.#connect();
    else this.#own.look();
    this.#changed();
  }

  /** Its owner wants the old tap sent all the same. */
  sendNow() {
    this.isOld = false;
    this.#deliver();
  }

  /**
   * Send the tap no more. One of the tries may have reached the police all the same: then
   * the page finds the call and goes on with it, so nobody believes it undone.
   */
  unsend() {
    if (this.phase !== "sending") return;
    this.forget();
    this.#own.isOut ||= !navigator.onLine;
    this.#own.look();
  }

  /** The alarm is over and read: make room for a new one. */
  forget() {
    this.#outbox.clear();
    this.#letGo();
  }

  /** Nothing of the call is left in this window but what the outbox keeps. */
  #letGo() {
    this.#line?.stop();
    this.#line = null;
    this.#isWelcome = false;
    this.#lastWords.forget();
    this.#mode.forget();
    Object.assign(this, { state: null, place: null, failures: 0, isOld: false, hasNoOther: false });
    this.signing.isKept = false;
    this.#epoch = null;
    this.#changed();
  }

  /** The page is visible again, or the network is back. */
  check() {
    this.#line?.check();
    if (this.isOut) this.#own.look();
  }

  async #deliver() {
    const { tap } = this.#outbox;
    if (!tap) return;
    this.#sendingSince = mark();
    this.#changed();
    const answer = sendTap(tap, {
      isWanted: () => this.#outbox.tap?.id === tap.id,
      ageMs: () => this.tapAgeMs,
      onFailure: (failures) => {
        this.failures = failures;
        this.#changed();
      },
    });
    this.#early.open(SOCKET_URL); // after the tap's request: nothing goes before that
    const tapped = await answer;
    if (!tapped) return this.#early.close();
    this.#own.isOut = false;
    this.signing.isKept = Boolean(tap.sign_language);
    this.#outbox.keepCall(tapped);
    this.#connect();
    this.#changed();
  }

  // --- Acting ------------------------------------------------------------------------

  /** @param {Mode} mode */
  setMode(mode) {
    this.#mode.set(mode, this.isLive);
    this.#changed();
  }

  /** Whether the officer is shown large to who threatens them. @param {boolean} accept */
  answerWarning(accept) {
    this.isWarningAnswered = true; // the server's word takes a moment
    this.#changed();
    this.command({ type: "answer_warning", accept }).catch(() => {
      this.isWarningAnswered = false; // whoever is still asked can answer again
      this.#changed();
    });
  }

  hangUp() {
    this.command({ type: "hang_up" }).catch(() => {});
  }

  /** Continue here what another window holds. */
  async takeOver() {
    this.#line?.start();
    try {
      const { epoch } = await this.command({ type: "take_over" });
      if (epoch !== undefined) this.#hold(epoch);
    } catch {
      // Over meanwhile, or not ours: the next welcome says so.
    }
  }

  /** @param {Frame} frame @returns {Promise<import("../../lib/wire.js").Ack>} */
  command(frame) {
    return this.#line?.command(frame) ?? Promise.reject(new Error("no call"));
  }

  /** @param {Frame} frame @returns {boolean} */
  send(frame) {
    return this.isHeld && (this.#line?.send(frame) ?? false);
  }

  // --- Listening ---------------------------------------------------------------------

  #connect() {
    const { call } = this.#outbox;
    if (!call) return;
    this.#line?.stop();
    this.#epoch = call.epoch;
    this.#isWelcome = false;
    const { place, seats_open } = call;
    if (place) this.place = { place, wait_seconds: null, seats_open };
    this.#line = lineOf(call, this.#early, () => this.#epoch, {
      onWelcome: (welcome) => this.#welcome(welcome, call.stream),
      onEntry: (entry) => this.#apply(entry),
      onFrame: (frame) => this.#hear(frame),
      onLine: (_state, _silentMs, code) => {
        if (code && this.phase === "ended") this.#lastWords.giveUp(); // this page stays
        else if (code === 4401) this.#lose();
        this.#changed();
      },
    });
    this.#line.start();
    this.words.resend();
  }

  /** @param {import("../../lib/wire.js").Welcome} welcome @param {string} stream */
  #welcome(welcome, stream) {
    this.welcomes += 1;
    this.#isWelcome = true;
    const isBack = this.#take(welcome.epoch);
    this.#clockAheadMs = Date.parse(welcome.at) - Date.now();
    const snapshot = welcome.snapshots[stream];
    this.#become(snapshot ?? this.state, undefined, snapshot && welcome.cursors[stream]);
    if (isBack) this.words.resend();
  }

  /** @param {import("../../lib/wire.js").Entry} entry */
  #apply(entry) {
    this.words.arrived(entry.data?.client_id);
    if (this.state) this.#become(applyEntry(this.state, entry), entry);
  }

  /** @param {AlarmState | null} next @param {import("../../lib/wire.js").Entry} [entry] @param {number} [at] */
  #become(next, entry, at = entry?.seq) {
    const before = this.state;
    this.state = next;
    const news = next && newsBetween(before, next, entry);
    if (next && this.phase === "ended") {
      this.#outbox.keepEnded(next);
      this.#end();
    }
    this.#agree(at);
    this.#changed();
    if (news) this.dispatchEvent(new CustomEvent("news", { detail: news }));
  }

  /** @param {number} [at]  how far the state reaches in the stream, if that is new */
  #agree(at = 0) {
    if (this.isLive && this.state) this.#mode.agree(this.state.call.mode, this.isHeld, at);
  }

  /** The call is over; told again with each entry that still comes. */
  #end() {
    if (this.#isElsewhere) {
      this.#line?.stop(); // words said here would be read by nobody
      this.#line = null;
      return void this.#own.look();
    }
    if (!this.#line && this.words.unsent.length) this.#connect();
    this.#lastWords.begin();
  }

  /** An earlier call of the same person is live, and this window is not in it yet. */
  get #isElsewhere() {
    const isMerged = this.phase === "ended" && this.state?.call.end_reason === "merged";
    return isMerged && !this.hasNoOther;
  }

  /** @param {import("../../lib/tap.js").Tapped} mine  the phone's live call */
  #goOnIn(mine) {
    this.#outbox.moveTo(mine);
    this.#letGo();
    this.#connect();
  }

  /** The call in which this one was to go on is over, too. */
  #stayHere() {
    if (this.phase === "idle") return;
    this.hasNoOther = true;
    this.#end();
  }

  /** The server knows this call, or this right to it, no more. */
  #lose() {
    this.forget();
    this.#own.look();
  }

  /** @param {Frame} frame */
  #hear(frame) {
    if (frame.type === "place") this.place = /** @type {any} */ (frame);
    else if (frame.type === "error" && frame.code === "epoch_stale") this.#hold(null);
    else if (frame.type !== "heartbeat") {
      return void this.dispatchEvent(new CustomEvent("frame", { detail: frame }));
    }
    this.#changed();
  }

  /** @param {number | null} epoch  null: another window holds the call */
  #hold(epoch) {
    const isBack = this.#take(epoch);
    this.#agree();
    if (isBack) this.words.resend();
    this.#changed();
  }

  /** @param {number | null} epoch @returns {boolean} whether this window holds it again */
  #take(epoch) {
    const isBack = this.#epoch === null && epoch !== null;
    this.#epoch = epoch;
    this.#outbox.keepEpoch(epoch);
    return isBack;
  }

  #changed() {
    if (this.state?.warning !== "asked") this.isWarningAnswered = false;
    this.dispatchEvent(new Event("change"));
  }
}
