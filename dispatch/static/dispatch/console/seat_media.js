// The seat's end of live media: begins when the call is connected, ends with it, and
// outlives a cut line. It tells the phone what this seat gives, and the regions how old the
// caller's picture is. In a colleague's call it hears and sees both, and shows nothing of
// its own; that is another leg than a host's, so a change of role begins anew.

import { FrameWatch } from "./models/frame_watch.js";
import { needsStills, seatReport } from "./models/rungs.js";
import { MediaLeg } from "../lib/media_leg.js";
import { PARTY, SIDE } from "../lib/media_peer.js";

/** @typedef {import("./models/desk.js").Desk} Desk */
/** @typedef {import("./own_camera.js").OwnCamera} OwnCamera */
/** @typedef {import("./own_microphone.js").OwnMicrophone} OwnMicrophone */

const AGAIN_MS = 2000; // the server closed a leg of a call that goes on
const LOOK_MS = 500;

export class SeatMedia extends EventTarget {
  #desk;
  #camera;
  #microphone;
  #leg;
  #frames = new FrameWatch();
  /** @type {string} the call it runs for */ #call = "";
  #isVisitor = false;
  /** What the phone was last told; nothing after a cut, for the room forgets. */ #told = "";
  #lookedAt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #again;

  /** @param {{desk: Desk, camera: OwnCamera, microphone: OwnMicrophone}} room */
  constructor({ desk, camera, microphone }) {
    super();
    this.#desk = desk;
    this.#camera = camera;
    this.#microphone = microphone;
    this.#leg = new MediaLeg({ send: (frame) => desk.send(frame) });
    this.#leg.addEventListener("change", () => this.#legChanged());
    for (const type of ["tracks", "voices"])
      this.#leg.addEventListener(type, () => this.dispatchEvent(new Event(type)));
    for (const type of ["signal", "media", "media_lines"]) {
      desk.addEventListener(type, (event) =>
        this.#leg.take(/** @type {CustomEvent} */ (event).detail),
      );
    }
    camera.addEventListener("change", () => this.#devicesChanged());
    microphone.addEventListener("change", () => this.#devicesChanged());
  }

  /** @returns {MediaStream} the caller's tracks, always the same object */
  get remote() {
    return this.#leg.remote;
  }

  /** @returns {Map<string, MediaStreamTrack>} everybody's voices but the caller's, by who */
  get voices() {
    return this.#leg.voices;
  }

  /** @returns {MediaStreamTrack | null} the host's picture, in a colleague's call */
  get hostPicture() {
    return this.#leg.tracksOf("video").get("host") ?? null;
  }

  /** @returns {boolean} */
  get isUp() {
    return this.#leg.state === "up";
  }

  /** @returns {string} why there is no live media; "" while there is, or outside a call */
  get why() {
    return this.#call && !this.isUp ? this.#leg.why : "";
  }

  /** @returns {number} since the last new frame of the caller's video; Infinity: never one */
  get videoAgeMs() {
    return this.#frames.ageMs(performance.now());
  }

  /** The desk changed: begin, go on or end. */
  follow() {
    const { seat, incident, epoch } = this.#desk;
    const isOn = seat?.activity === "on_call" && incident?.call.state === "connected";
    const call = isOn && epoch !== null ? incident.call.call : "";
    const { isVisitor = false } = this.#desk;
    this.#camera.hold(Boolean(seat));
    this.#microphone.hold(Boolean(seat));
    // Before a leg begins: in a silent call not one packet of voice may leave.
    this.#microphone.beSilent(incident?.call.mode === "silent");
    if (call !== this.#call || (call && isVisitor !== this.#isVisitor)) {
      this.#isVisitor = isVisitor;
      this.#moveTo(call);
    }
    if (this.#desk.line !== "live") this.#told = "";
    this.#prepare();
    this.#direct();
  }

  /** Four times a second. */
  tick() {
    const now = performance.now();
    if (!this.#call || now - this.#lookedAt < LOOK_MS) return;
    this.#lookedAt = now;
    void this.#look();
  }

  /** The page is visible again, or the network is back. */
  check() {
    this.#leg.check();
  }

  // --- Inside ------------------------------------------------------------------------

  /** @param {string} call  "" for none */
  #moveTo(call) {
    const wasMuted = call === this.#call && this.#microphone.isMuted; // now the host
    this.#call = call;
    this.#told = "";
    this.#frames.clear();
    clearTimeout(this.#again);
    if (!call) {
      this.#microphone.mute(false);
      return this.#leg.stop();
    }
    // A reload must not open a microphone that the person closed. But the agency's stream
    // may make this seat the host before the incident's says so: till then what stands
    // there is the muting of whoever led before.
    const { incident, seat } = this.#desk;
    const isOurs = !this.#isVisitor && incident?.call.seat === seat?.seat;
    const muted = isOurs && incident?.muted?.host.audio;
    this.#microphone.mute(wasMuted || (muted ?? false));
    // Closed as a guest, where nobody else holds it; the board and a reload ask the server.
    if (wasMuted && !muted && !this.#isVisitor)
      void this.#desk.attempt({ type: "set_muted", who: "host", track: "audio", is_muted: true });
    this.#begin();
  }

  /** The next call finds the leg's offer made: its picture comes so much sooner. */
  #prepare() {
    const { seat } = this.#desk;
    if (this.#call) return;
    if (!seat || (seat.availability !== "ready" && seat.activity !== "offered"))
      return this.#leg.unprepare();
    this.#leg.prepare({ audio: this.#microphone.track, video: this.#camera.track }, SIDE);
  }

  #begin() {
    const shape = this.#isVisitor ? PARTY : SIDE;
    this.#leg.start({ audio: this.#microphone.track, video: this.#ownPicture }, shape);
  }

  /** @returns {MediaStreamTrack | null} the host's alone is shown to the caller */
  get #ownPicture() {
    return this.#isVisitor ? null : this.#camera.track;
  }

  #legChanged() {
    if (this.#leg.state === "stopped" && this.#call) {
      clearTimeout(this.#again);
      this.#again = setTimeout(() => this.#call && this.#begin(), AGAIN_MS);
    }
    this.#direct();
    this.dispatchEvent(new Event("change"));
  }

  #devicesChanged() {
    if (this.#call) {
      this.#leg.setTrack("audio", this.#microphone.track);
      this.#leg.setTrack("video", this.#ownPicture);
    }
    this.#direct();
  }

  /** What the phone is sent, and told. */
  #direct() {
    const isInCall = this.#call !== "" && !this.#isVisitor;
    const { line, device } = this.#desk;
    this.#camera.show({
      needsStills: isInCall && line === "live" && needsStills(this.isUp, device),
      isLive: isInCall && this.isUp,
    });
    if (!isInCall || line !== "live") return;
    const report = seatReport({
      camera: this.#camera.state,
      microphone: this.#microphone.given,
      isUp: this.isUp,
      legWhy: this.#leg.why,
    });
    const stamp = JSON.stringify(report);
    if (stamp !== this.#told && this.#desk.send({ type: "report_seat", ...report }))
      this.#told = stamp;
  }

  async #look() {
    const call = this.#call;
    const figures = await this.#leg.stats().catch(() => null);
    if (!figures || call !== this.#call) return;
    this.#frames.note(figures.framesDecoded, performance.now());
  }
}
