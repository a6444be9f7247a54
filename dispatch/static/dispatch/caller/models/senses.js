// What this phone gives to the call besides words: its place, its camera, its microphone.
// Asks for them in order, hands them to live media, stills and the recorder, tells the
// seat what it can count on, and lets go when the call is over.

import { Camera, canCapture, Microphone } from "./capture.js";
import { ladder } from "./ladder.js";
import { loadEvidence, loadLive } from "./later.js";
import { Pictures } from "./pictures.js";
import { PositionWatch } from "./position_watch.js";
import { Questions, permissionState, whenGranted } from "./questions.js";

/** @typedef {import("./alarm.js").Alarm} Alarm */
/** @typedef {import("./questions.js").Question} Question */
/** @typedef {import("./ladder.js").Rung} Rung */

/** Tells "change" whenever what the phone gives, or is asked, is another. */
export class Senses extends EventTarget {
  /** @type {Question | null} the browser is about to ask for this */ question = null;
  /** @type {import("./live.js").Live | null} once loaded */ live = null;
  /** @type {import("./evidence.js").Evidence | null} once loaded */ evidence = null;

  position = new PositionWatch();
  camera = new Camera();
  microphone = new Microphone();
  pictures;
  #alarm;
  #outbox;
  #questions;
  #hasBegun = false;
  #isLoading = false;
  #hasLeg = false;
  #isPlaceDue = false;
  #isPlaceOut = false;
  /** Counts the calls that places were told of. */
  #placesOf = 0;
  /** What the seat was last told, and on which line. */
  #told = "";

  /** @param {Alarm} alarm @param {import("./outbox.js").Outbox} outbox */
  constructor(alarm, outbox) {
    super();
    this.#alarm = alarm;
    this.#outbox = outbox;
    this.pictures = new Pictures((frame) => alarm.send(frame));
    this.#questions = this.#makeQuestions();
    this.position.onState = () => this.#changed();
    this.camera.onState = this.microphone.onState = () => this.#changed();
    this.pictures.onSeen = () => this.#changed();
    this.position.onPlace = () => {
      this.#isPlaceDue = true;
      this.#tellPlace();
    };
    alarm.addEventListener("frame", (event) => {
      const frame = /** @type {CustomEvent} */ (event).detail;
      if (frame.type === "still_seen") this.pictures.seen(frame.n);
      this.live?.take(frame);
    });
    this.#followSettings();
  }

  /** Before the tap: have the place ready, but only where it was allowed long ago. */
  async prepare() {
    if (!PositionWatch.isPossible) return;
    if ((await permissionState("geolocation")) === "granted") this.position.start();
  }

  /** What the alarm itself does not need; the first call begins it. */
  async load() {
    if (this.#isLoading) return;
    this.#isLoading = true;
    loadEvidence().then(async (Evidence) => {
      const evidence = await Evidence.open();
      evidence.yieldTo(() => this.live?.isThin ?? false);
      evidence.addEventListener("change", () => this.#changed());
      evidence.addEventListener("told", (event) => {
        const { clip, remote, message, incident } = /** @type {CustomEvent} */ (event).detail;
        const isOurs = incident === this.#alarm.call?.incident; // else an earlier alarm's
        if (this.#alarm.isLive && isOurs) this.#alarm.words.show(remote ?? clip, message);
      });
      this.evidence = evidence;
      this.#changed();
    }, () => {});
    loadLive().then((Live) => {
      const live = new Live((frame) => this.#alarm.send(frame));
      live.addEventListener("change", () => this.#changed());
      this.live = live;
      this.#changed();
    }, () => {});
  }

  /** @returns {{rung: Rung, why: string}} how much of this phone the seat can have now */
  get rung() {
    const { camera, microphone, live } = this;
    return ladder({ camera, microphone, leg: live, isOnline: this.#isOnline });
  }

  /** @returns {import("./evidence.js").Recording} */
  get recording() {
    return this.evidence?.recording ?? "off";
  }

  /** By what right this phone adds evidence; null: it cannot now. */
  get owner() {
    const { call } = this.#alarm;
    if (!call?.evidence || !this.#alarm.isHeld) return null;
    return { incident: call.incident, evidence: call.evidence, call: call.call };
  }

  /** The alarm changed: begin, adapt, or let go. */
  follow() {
    const { isHeld } = this.#alarm;
    if (isHeld && !this.#hasBegun) {
      this.#hasBegun = true;
      this.#placesOf += 1; // one of the call before may never be answered
      this.#isPlaceOut = false;
      this.load();
      this.position.tellAgain();
      this.#questions.run();
    } else if (!isHeld && this.#hasBegun) {
      this.#hasBegun = false;
      this.camera.stop();
      this.microphone.stop();
      this.position.stop();
      this.position.state = "off";
    }
    this.#give();
    this.#tellPlace();
    this.#tellDevice();
  }

  /** The caller's own switch. @param {"camera" | "microphone"} name */
  toggle(name) {
    const isOn = this[name].state === "on";
    this.#outbox.keepOff(name, isOn);
    if (isOn) this[name].stop("switched_off");
    else this[name].start();
  }

  /** The page was hidden or came back, or the network did. */
  look() {
    if (!document.hidden && this.#hasBegun) {
      this.camera.look();
      this.microphone.look();
      this.live?.check();
    }
    this.evidence?.look();
    this.#tellDevice();
  }

  // --- Asking ------------------------------------------------------------------------

  #makeQuestions() {
    /** @param {"camera" | "microphone"} name */
    const device = (name) => ({
      name,
      permission: /** @type {PermissionName} */ (name),
      isPossible: canCapture(),
      isNeeded: () => {
        const { state, trouble } = this[name];
        return this.#hasBegun && state === "off" && !trouble && !this.#outbox.isOff(name);
      },
      ask: () => this[name].start(),
    });
    return new Questions(
      [
        {
          name: "position",
          permission: "geolocation",
          isPossible: PositionWatch.isPossible,
          isNeeded: () => this.position.state === "off" && this.#hasBegun,
          ask: () => this.position.start(),
        },
        device("camera"),
        device("microphone"),
      ],
      (name) => {
        this.question = name;
        this.dispatchEvent(new Event("change"));
      },
    );
  }

  /** What was refused is opened once it is allowed in the settings, or plugged in. */
  #followSettings() {
    whenGranted("geolocation", () => this.#hasBegun && this.position.start());
    for (const name of /** @type {const} */ (["camera", "microphone"])) {
      const again = (/** @type {string} */ from) => () => {
        if (this.#hasBegun && this[name].state === from) this[name].start();
      };
      whenGranted(/** @type {PermissionName} */ (name), again("refused"));
      navigator.mediaDevices?.addEventListener?.("devicechange", again("none"));
    }
  }

  // --- Giving ------------------------------------------------------------------------

  get #isOnline() {
    const { is } = this.#alarm.truth;
    return is !== "silent" && is !== "closed";
  }

  /** Hand what is open to whoever carries it. */
  #give() {
    const { isHeld, phase, mode, state } = this.#alarm;
    const [video, audio] = [this.camera.track, this.microphone.track];
    const isTalking = phase === "talking";
    const isAsked = isTalking || state?.call.state === "offered";
    // Who gives nothing may still see and hear, unless the phone must be silent.
    const isOfUse = video || audio ? isAsked : isTalking && mode === "normal";
    // A leg stays when the call goes back to the line: its recording goes on.
    this.#hasLeg = isHeld && (isOfUse || (this.#hasLeg && Boolean(video || audio)));
    this.live?.follow(this.#hasLeg, { audio, video });
    this.live?.prepare(isHeld && (audio || video) ? { audio, video } : null);
    const stream = this.camera.state === "on" ? this.camera.stream : null;
    this.pictures.follow(stream, { isTalking, isLive: this.live?.isUp ?? false });
    this.#record(video, audio);
  }

  /** @param {MediaStreamTrack | null} video @param {MediaStreamTrack | null} audio */
  #record(video, audio) {
    const { owner } = this;
    if (!owner) return void this.evidence?.stop(this.#alarm.isLive ? "moved" : "finished");
    // Turned round or brought back: the new track is a moment away.
    const isBetween = [this.camera, this.microphone].some(
      ({ state, track }) => state === "on" && !track,
    );
    if (!isBetween) this.evidence?.record({ video, audio }, owner);
  }

  #changed() {
    this.#give();
    this.#tellDevice();
    this.dispatchEvent(new Event("change"));
  }

  // --- Telling -----------------------------------------------------------------------

  /** One at a time, and only on a live line: its age is counted when it is sent. */
  #tellPlace() {
    const { is } = this.#alarm.truth;
    const isOpen = is === "waiting" || is === "connected";
    if (!this.#isPlaceDue || this.#isPlaceOut || !isOpen || !this.#alarm.isHeld) return;
    const position = this.position.last();
    if (!position) return;
    this.#isPlaceDue = false;
    this.#isPlaceOut = true;
    const call = this.#placesOf;
    this.#alarm
      .command({ type: "report_position", position })
      .catch(() => {})
      .finally(() => {
        if (call !== this.#placesOf) return;
        this.#isPlaceOut = false;
        this.#tellPlace();
      });
  }

  #tellDevice() {
    const { isHeld, truth, welcomes } = this.#alarm;
    if (!isHeld || truth.is === "silent" || truth.is === "connecting") return;
    const { camera, microphone } = this;
    const report = {
      camera: camera.state,
      microphone: microphone.state,
      position: this.position.state,
      is_hidden: document.hidden,
      is_interrupted: camera.isInterrupted || microphone.isInterrupted,
      ...this.rung,
      recording: this.recording,
    };
    const told = JSON.stringify([welcomes, report]);
    if (told === this.#told) return;
    if (this.#alarm.send({ type: "report_device", ...report })) this.#told = told;
  }
}
