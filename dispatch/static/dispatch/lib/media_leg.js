// Live picture and sound with the server's media peer, kept alive: it watches itself,
// makes a fresh leg when one breaks, and never gives up, so that a call that began with
// stills gets its picture as soon as there is a way for it. No DOM.
//
//   const media = new MediaLeg({ send: (frame) => socket.send(frame) });
//   media.addEventListener("change", () => show(media.state, media.why));
//   media.addEventListener("tracks", () => (video.srcObject = media.remote));
//   media.addEventListener("voices", () => play(media.voices));   others came or left
//   media.prepare({ audio, video });      its offer is made, and leaves with `start`
//   media.start({ audio, video });        media.take(frame);  on `signal`, `media`, `media_lines`
//   media.setTrack("video", otherTrack);  media.check();      media.stop();

import { ageMs, mark } from "./age.js";
import { noFigures, read, StallWatch } from "./media_figures.js";
import { MediaPeer, SIDE } from "./media_peer.js";

/** @typedef {import("./wire.js").Frame} Frame */
/** @typedef {import("./media_peer.js").Tracks} Tracks */
/** @typedef {"idle" | "connecting" | "up" | "lost" | "failed" | "stopped"} MediaState */

const TICK_MS = 500;
const ROUND_MS = 6000; // to connect; a stuck ICE never says "failed"
const ROUNDS = 2;
const SHAKY_MS = 2000;
const STALLED_MS = 4000;
const CHECKED_MS = 2000; // the same, after the network changed
const SETTLE_MS = 300; // network changes come in bursts
const AGAIN_MS = 20_000; // no path, or the server is full
const NOT_NOW_MS = 1000;
// The media server starts again: soon, as a rule. To ask costs a frame and no packet.
const AWAY_MS = [500, 1000, 1000, 1000, 1000, 1000, 2000, 4000];
// What was prepared longer ago may name addresses that this machine no longer has.
const READY_MS = 300_000;
const LONG_AWAY = 6; // times asked in vain, until it is said to have failed

export class MediaLeg extends EventTarget {
  /** @type {MediaState} */ #state = "idle";
  #why = "";
  #remote = "MediaStream" in globalThis ? new MediaStream() : /** @type {any} */ (null);
  #send;
  #shape;
  /** Whom each line of the present leg carries, by its mid. @type {Record<string, string>} */
  #carried = {};
  /** Why the server closed it: kicked, replaced, call_ended. */ #closedBy = "";
  /** @type {Tracks} */ #tracks = { audio: null, video: null };
  /** @type {MediaPeer | null} */ #peer = null;
  /** Made before it is needed. @type {{peer: MediaPeer, since: import("./age.js").Mark,
   *   shape: import("./media_peer.js").Shape} | null} */ #ready = null;
  #watch = new StallWatch();
  #stallLimit = STALLED_MS;
  #rounds = 0;
  #awayTimes = 0;
  /** @type {{since: import("./age.js").Mark, ms: number} | null} */ #again = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */ #ticking;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #settling;

  /**
   * @param {object} options
   * @param {(frame: Frame) => boolean} options.send  returns whether the frame left
   * @param {import("./media_peer.js").Shape} [options.shape]
   */
  constructor({ send, shape = SIDE }) {
    super();
    this.#send = send;
    this.#shape = shape;
  }

  /** @returns {MediaState} "failed" goes on trying; only "stopped" does not */
  get state() {
    return this.#state;
  }

  /** @returns {string} why it is not up: a RungReason of dispatch/commands/words.py */
  get why() {
    return this.#why;
  }

  /** @returns {MediaStream} the other side's tracks, always the same object */
  get remote() {
    return this.#remote;
  }

  /** @returns {string} "" unless the server closed it: kicked, replaced, call_ended */
  get closedBy() {
    return this.#closedBy;
  }

  /** @returns {Map<string, MediaStreamTrack>} everybody's voices but the one in `remote` */
  get voices() {
    const [first] = this.#peer?.remoteTracks ?? [];
    const all = [...this.tracksOf("audio")];
    return new Map(all.filter(([, track]) => track !== first));
  }

  /**
   * @param {"audio" | "video"} kind
   * @returns {Map<string, MediaStreamTrack>} who is carried now: guest, host, party:…
   */
  tracksOf(kind) {
    /** @type {Map<string, MediaStreamTrack>} */ const found = new Map();
    if (this.#state !== "up") return found;
    for (const [mid, who] of Object.entries(this.#carried)) {
      const track = this.#peer?.trackOf(mid);
      if (track?.kind === kind) found.set(who, track);
    }
    return found;
  }

  // --- What the page calls -----------------------------------------------------------

  /**
   * Have the offer and its addresses ready, so that `start` only sends them; nothing
   * leaves before. Again: looks whether it still holds. No effect while it runs.
   * @param {Tracks} tracks
   * @param {import("./media_peer.js").Shape} [shape]
   */
  prepare(tracks, shape = this.#shape) {
    if (this.#ticking !== undefined || !("RTCPeerConnection" in globalThis)) return;
    if (this.#ready && ageMs(this.#ready.since) < READY_MS / 2) return;
    this.unprepare();
    this.#listen(true);
    this.#tracks = tracks;
    this.#shape = shape;
    const peer = this.#make();
    this.#ready = { peer, shape, since: mark() };
    peer.offer().catch(() => this.#ready?.peer === peer && this.unprepare());
  }

  /** What was prepared is not needed, or no longer true. */
  unprepare() {
    if (!this.#ready) return;
    this.#listen(false);
    this.#ready.peer.close();
    this.#ready = null;
  }

  /**
   * Begin, or begin anew.
   * @param {Tracks} tracks
   * @param {import("./media_peer.js").Shape} [shape]  as before
   */
  start({ audio, video }, shape = this.#shape) {
    this.#tracks = { audio, video };
    this.#shape = shape;
    this.#closedBy = "";
    this.#rounds = 0;
    this.#awayTimes = 0;
    if (!("RTCPeerConnection" in globalThis)) return this.#tell("failed", "no_webrtc");
    this.#listen(true);
    this.#ticking ??= setInterval(() => this.#tick(), TICK_MS);
    this.#tell("connecting", "connecting");
    this.#fresh();
  }

  /**
   * Change what is sent, without a renegotiation.
   * @param {"audio" | "video"} kind
   * @param {MediaStreamTrack | null} track
   */
  setTrack(kind, track) {
    this.#tracks = { ...this.#tracks, [kind]: track };
    // A connection that refuses is one about to be replaced.
    this.#peer?.setTrack(kind, track).catch(() => this.#lost());
  }

  /** Send what waits: the line may be open now. */
  flush() {
    this.#peer?.flush();
  }

  /** Hear a frame of this leg; those of former legs are ignored. @param {Frame} frame */
  take(frame) {
    const peer = this.#peer;
    if (!peer || frame.leg !== peer.leg) return;
    if (frame.type === "signal") {
      // A refused answer: this leg will never be up, the next may.
      peer.answer(frame.sdp).catch(() => this.#peer === peer && this.#roundIsOver());
    } else if (frame.type === "media") this.#hear(frame.state, frame.code ?? "");
    else if (frame.type === "media_lines") {
      this.#carried = frame.lines;
      this.dispatchEvent(new Event("voices"));
    }
  }

  /** Look at once: the page is visible again, or the network is back. */
  check() {
    if (this.#ticking === undefined) return this.unprepare();
    if (this.#again) return this.#fresh();
    this.#stallLimit = CHECKED_MS;
    this.#tick();
  }

  /** Say bye and be still; `start` begins again. */
  stop() {
    this.#halt(true);
  }

  /** @returns {Promise<import("./media_figures.js").Figures>} */
  async stats() {
    const report = await this.#peer?.getStats();
    return report ? read(report, this.#peer?.videoMid).figures : noFigures();
  }

  // --- One leg after another ---------------------------------------------------------

  #fresh() {
    this.#again = null;
    this.#peer?.close();
    this.#forget();
    if (this.#useReady()) return;
    const peer = this.#peer = this.#make();
    peer.offer().catch(() => this.#peer === peer && this.#roundIsOver());
  }

  /** @returns {MediaPeer} it sends and tells only while it is the present one */
  #make() {
    const peer = new MediaPeer(this.#tracks, {
      shape: this.#shape,
      send: (frame) => this.#peer === peer && this.#send(frame),
      onChange: () => this.#peer === peer && this.#changed(),
    });
    return peer;
  }

  /** @returns {boolean} whether the prepared leg is the present one now */
  #useReady() {
    const ready = this.#ready;
    if (!ready) return false;
    this.#ready = null;
    if (ready.shape !== this.#shape || ageMs(ready.since) > READY_MS) {
      ready.peer.close();
      return false;
    }
    const peer = this.#peer = ready.peer;
    for (const kind of /** @type {const} */ (["audio", "video"]))
      peer.setTrack(kind, this.#tracks[kind]).catch(() => this.#peer === peer && this.#lost());
    peer.flush();
    return true;
  }

  /** Nobody is heard on a leg that is no more. */
  #forget() {
    const hadVoices = Object.keys(this.#carried).length > 0;
    this.#carried = {};
    if (hadVoices) this.dispatchEvent(new Event("voices"));
  }

  #changed() {
    if (!this.#peer) return;
    if (this.#peer.isBroken) return this.#broke();
    if (!this.#peer.isUp || this.#state === "up") return;
    this.#rounds = 0;
    this.#awayTimes = 0;
    this.#watch = new StallWatch();
    this.#stallLimit = STALLED_MS;
    for (const track of this.#remote.getTracks()) this.#remote.removeTrack(track);
    for (const track of this.#peer.remoteTracks) this.#remote.addTrack(track);
    this.dispatchEvent(new Event("tracks"));
    this.#tell("up", "");
    this.dispatchEvent(new Event("voices")); // whom it carries may have been told before
  }

  #lost() {
    if (this.#state === "up") this.#tell("lost", "connecting");
    this.#fresh();
  }

  #broke() {
    if (this.#state === "up") this.#lost();
    else this.#roundIsOver();
  }

  #roundIsOver() {
    this.#rounds += 1;
    if (this.#rounds < ROUNDS) this.#fresh();
    else this.#wait(AGAIN_MS, "failed", "no_path");
  }

  /** @param {number} ms @param {MediaState} state @param {string} why */
  #wait(ms, state, why) {
    this.#peer?.close();
    this.#peer = null;
    this.#forget();
    this.#again = { since: mark(), ms };
    this.#tell(state, why);
  }

  /** @param {string} state @param {string} code */
  #hear(state, code) {
    if (state === "closed") {
      this.#closedBy = code;
      this.#halt(false); // replaced, put out, or the call is over
    } else if (code === "media_away") {
      const ms = AWAY_MS[Math.min(this.#awayTimes, AWAY_MS.length - 1)];
      this.#awayTimes += 1;
      const isLong = this.#awayTimes >= LONG_AWAY || this.#state === "failed";
      this.#wait(ms, isLong ? "failed" : this.#trying, code);
    } else if (state === "lost") this.#lost();
    else if (code === "media_full" || code === "room_full") this.#wait(AGAIN_MS, "failed", code);
    else if (code === "not_now") this.#wait(NOT_NOW_MS, this.#trying, "connecting");
    else if (state === "refused") this.#wait(AGAIN_MS, "failed", "no_path");
  }

  /** @returns {MediaState} */
  get #trying() {
    return this.#state === "up" || this.#state === "lost" ? "lost" : "connecting";
  }

  /** @param {boolean} isBye */
  #halt(isBye) {
    this.unprepare();
    this.#listen(false);
    clearInterval(this.#ticking);
    clearTimeout(this.#settling);
    this.#ticking = undefined;
    this.#again = null;
    this.#peer?.close(isBye);
    this.#peer = null;
    this.#forget();
    this.#tell("stopped", "");
  }

  /** @param {MediaState} state @param {string} why */
  #tell(state, why) {
    if (state === this.#state && why === this.#why) return;
    this.#state = state;
    this.#why = why;
    this.dispatchEvent(new Event("change"));
  }

  // --- Watching ----------------------------------------------------------------------

  #tick() {
    if (this.#again && ageMs(this.#again.since) >= this.#again.ms) this.#fresh();
    const peer = this.#peer;
    if (!peer) return;
    peer.flush();
    if (this.#state === "up") {
      if (peer.shakyMs > SHAKY_MS) this.#lost();
      else void this.#look(peer);
    } else if (peer.ageMs > ROUND_MS) this.#roundIsOver();
  }

  /** @param {MediaPeer} peer */
  async #look(peer) {
    const report = await peer.getStats().catch(() => null);
    if (!report || peer !== this.#peer || this.#state !== "up") return;
    this.#watch.take(read(report).progress);
    if (this.#watch.stalledMs > this.#stallLimit) this.#lost();
    else if (this.#watch.stalledMs < TICK_MS) this.#stallLimit = STALLED_MS;
  }

  /** @param {boolean} on */
  #listen(on) {
    const change = on ? "addEventListener" : "removeEventListener";
    globalThis[change]?.("online", this.#settle);
    // Not in every browser, and not in TypeScript's.
    /** @type {any} */ (globalThis.navigator)?.connection?.[change]?.("change", this.#settle);
  }

  #settle = () => {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.check(), SETTLE_MS);
  };
}
