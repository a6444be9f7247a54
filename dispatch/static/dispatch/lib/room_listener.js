// A call's room, joined as somebody besides caller and host: sees both, hears everybody, and
// speaks only where the stance allows. It never asks for a microphone before that. No DOM but
// the elements that play; the page hands it `send` and every frame of its socket.
//
//   const room = new RoomListener({ send: (frame) => socket.send(frame) });
//   room.join("monitor");        room.beStance("whisper");        room.leave();
//   room.take(frame);            on every frame; those of other legs are ignored
//   room.addEventListener("tracks", () => (video.srcObject = room.picture("guest")));

import { MediaLeg } from "./media_leg.js";
import { PARTY } from "./media_peer.js";
import { Voices } from "./voices.js";

/** @typedef {import("./wire.js").Frame} Frame */
/** @typedef {"monitor" | "whisper" | "open"} Stance */
/** @typedef {"off" | "asking" | "on" | "refused"} MicrophoneState */

const AGAIN_MS = 2000; // the server closed a leg, and nobody put this one out
const FOR_GOOD = ["kicked", "call_ended"];
const SOUND = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

export class RoomListener extends EventTarget {
  /** @type {MicrophoneState} */ microphone = "off";

  #leg;
  #voices = new Voices();
  /** @type {Stance | null} outside a room */ #stance = null;
  /** @type {MediaStreamTrack | null} */ #own = null;
  #isHeard = true;
  /** @type {Map<string, MediaStream>} always the same object for one person */ #pictures = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #again;
  #askMicrophone;

  /**
   * @param {object} options
   * @param {(frame: Frame) => boolean} options.send  returns whether the frame left
   * @param {() => Promise<MediaStreamTrack>} [options.askMicrophone]
   */
  constructor({ send, askMicrophone = openMicrophone }) {
    super();
    this.#askMicrophone = askMicrophone;
    this.#leg = new MediaLeg({ send, shape: PARTY });
    this.#leg.addEventListener("change", () => this.#changed());
    this.#leg.addEventListener("voices", () => this.#play());
    this.#voices.addEventListener("change", () => this.#tell("change"));
  }

  /** @returns {import("./media_leg.js").MediaState} */
  get state() {
    return this.#leg.state;
  }

  /** @returns {string} why there is no picture and sound: no_path, media_full, kicked … */
  get why() {
    return this.#leg.state === "stopped" ? this.#leg.closedBy : this.#leg.why;
  }

  /** @returns {string[]} whose voices have a line now */
  get speakers() {
    return [...this.#leg.tracksOf("audio").keys()];
  }

  /** @returns {boolean} whether the room is played here */
  get isHeard() {
    return this.#isHeard;
  }

  set isHeard(isHeard) {
    this.#isHeard = isHeard;
    this.#play();
  }

  /** @returns {boolean} the browser wants a press before it plays: call `unblock` in one */
  get isBlocked() {
    return this.#voices.isBlocked;
  }

  /** @param {string} who  guest or host @returns {MediaStream} empty while nothing comes */
  picture(who) {
    let stream = this.#pictures.get(who);
    if (!stream) this.#pictures.set(who, (stream = new MediaStream()));
    return stream;
  }

  /** Enter; after the server said that one may. @param {Stance} stance */
  join(stance) {
    this.#isHeard = true;
    this.#stance = stance;
    this.#begin();
    void this.#followStance();
  }

  /** Take part in another way; after the server said that one may. @param {Stance} stance */
  beStance(stance) {
    if (this.#stance === null) return this.join(stance);
    this.#stance = stance;
    void this.#followStance();
  }

  /** Be gone; no event brings it back. */
  leave() {
    this.#stance = null;
    clearTimeout(this.#again);
    void this.#followStance();
    this.#leg.stop();
  }

  /** @param {Frame} frame */
  take(frame) {
    this.#leg.take(frame);
  }

  /** The page is visible again, or the network is back. */
  check() {
    this.#leg.check();
  }

  /** In a press. */
  unblock() {
    this.#voices.unblock();
  }

  // --- Inside ------------------------------------------------------------------------

  #begin() {
    this.#leg.start({ audio: this.#own, video: null });
  }

  #changed() {
    clearTimeout(this.#again);
    const { state, closedBy } = this.#leg;
    if (state === "stopped" && this.#stance !== null && !FOR_GOOD.includes(closedBy)) {
      this.#again = setTimeout(() => this.#stance !== null && this.#begin(), AGAIN_MS);
    }
    this.#play();
    this.#tell("change");
  }

  #play() {
    this.#voices.play(this.#isHeard ? this.#leg.tracksOf("audio") : new Map());
    const seen = this.#leg.tracksOf("video");
    for (const who of new Set([...this.#pictures.keys(), ...seen.keys()])) {
      put(this.picture(who), seen.get(who) ?? null);
    }
    this.#tell("tracks");
  }

  /** Open the microphone where one may speak, and close it where not. */
  async #followStance() {
    const maySpeak = this.#stance === "whisper" || this.#stance === "open";
    if (!maySpeak) {
      this.#give(null);
      return this.#become("off");
    }
    if (this.#own || this.microphone === "asking") return;
    this.#become("asking");
    const track = await this.#askMicrophone().catch(() => null);
    // Meanwhile one may have stepped back.
    if (this.#stance !== "whisper" && this.#stance !== "open") return track?.stop();
    this.#give(track);
    this.#become(track ? "on" : "refused");
  }

  /** @param {MediaStreamTrack | null} track */
  #give(track) {
    if (track === this.#own) return;
    this.#own?.stop();
    this.#own = track;
    if (this.#leg.state !== "stopped") this.#leg.setTrack("audio", track);
  }

  /** @param {MicrophoneState} microphone */
  #become(microphone) {
    if (this.microphone === microphone) return;
    this.microphone = microphone;
    this.#tell("change");
  }

  /** @param {"change" | "tracks"} what */
  #tell(what) {
    this.dispatchEvent(new Event(what));
  }
}

/** @param {MediaStream} stream @param {MediaStreamTrack | null} track */
function put(stream, track) {
  const former = stream.getTracks();
  if (former.length === 1 && former[0] === track) return;
  for (const one of former) stream.removeTrack(one);
  if (track) stream.addTrack(track);
}

/** @returns {Promise<MediaStreamTrack>} */
async function openMicrophone() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: SOUND });
  return stream.getAudioTracks()[0];
}
