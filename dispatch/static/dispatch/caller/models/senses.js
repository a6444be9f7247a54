// What this phone gives to the call besides words: its place and its camera. Asks for
// them in order, tells the seat what it can count on, and lets go when the call is over.

import { StillCamera } from "../../lib/still_camera.js";
import { Pictures } from "./pictures.js";
import { PositionWatch } from "./position_watch.js";
import { Questions, permissionState, whenGranted } from "./questions.js";

/** @typedef {import("./alarm.js").Alarm} Alarm */
/** @typedef {import("./questions.js").Question} Question */

/** Tells "change" whenever what the phone gives, or is asked, is another. */
export class Senses extends EventTarget {
  /** @type {Question | null} the browser is about to ask for this */ question = null;

  position = new PositionWatch();
  camera;
  #alarm;
  #outbox;
  #questions;
  #hasBegun = false;
  #isPlaceDue = false;
  #isPlaceOut = false;
  /** What the seat was last told, and on which line. */
  #told = "";

  /** @param {Alarm} alarm @param {import("./outbox.js").Outbox} outbox */
  constructor(alarm, outbox) {
    super();
    this.#alarm = alarm;
    this.#outbox = outbox;
    this.camera = new Pictures((frame) => alarm.send(frame));
    this.#questions = new Questions(
      [
        {
          name: "position",
          permission: "geolocation",
          isPossible: PositionWatch.isPossible,
          isNeeded: () => this.position.state === "off" && this.#hasBegun,
          ask: () => this.position.start(),
        },
        {
          name: "camera",
          permission: /** @type {PermissionName} */ ("camera"),
          isPossible: StillCamera.isPossible,
          isNeeded: () => this.camera.state === "off" && this.#hasBegun
            && !this.#outbox.isCameraOff,
          ask: () => this.camera.start(),
        },
      ],
      (name) => {
        this.question = name;
        this.dispatchEvent(new Event("change"));
      },
    );
    this.position.onState = this.camera.onState = () => this.#changed();
    this.position.onPlace = () => {
      this.#isPlaceDue = true;
      this.#tellPlace();
    };
    whenGranted("geolocation", () => this.#hasBegun && this.position.start());
    whenGranted(/** @type {PermissionName} */ ("camera"), () => {
      if (this.camera.state === "refused") this.camera.start();
    });
  }

  /** Before the tap: have the place ready, but only where it was allowed long ago. */
  async prepare() {
    if (!PositionWatch.isPossible) return;
    if ((await permissionState("geolocation")) === "granted") this.position.start();
  }

  /** The alarm changed: begin, adapt, or let go. */
  follow() {
    const { isHeld, phase } = this.#alarm;
    if (isHeld && !this.#hasBegun) {
      this.#hasBegun = true;
      this.position.tellAgain();
      this.#questions.run();
    } else if (!isHeld && this.#hasBegun) {
      this.#hasBegun = false;
      this.camera.stop();
      this.position.stop();
      this.position.state = "off";
    }
    this.camera.pace(phase === "talking");
    this.#tellPlace();
    this.#tellDevice();
  }

  /** The caller's own switch. */
  toggleCamera() {
    const isOn = this.camera.state === "on";
    this.#outbox.keepCameraOff(isOn);
    if (isOn) this.camera.stop();
    else this.camera.start();
  }

  /** The page was hidden or came back. */
  look() {
    if (!document.hidden && this.#hasBegun) this.camera.revive();
    this.#tellDevice();
  }

  #changed() {
    this.#tellDevice();
    this.dispatchEvent(new Event("change"));
  }

  /** One at a time, and only on a live line: a place that waited would claim to be fresh. */
  #tellPlace() {
    const { is } = this.#alarm.truth;
    const isOpen = is === "waiting" || is === "connected";
    if (!this.#isPlaceDue || this.#isPlaceOut || !isOpen || !this.#alarm.isHeld) return;
    const position = this.position.fresh();
    if (!position) return;
    this.#isPlaceDue = false;
    this.#isPlaceOut = true;
    this.#alarm
      .command({ type: "report_position", position })
      .catch(() => {})
      .finally(() => {
        this.#isPlaceOut = false;
        this.#tellPlace();
      });
  }

  #tellDevice() {
    const { isHeld, truth, welcomes } = this.#alarm;
    if (!isHeld || truth.is === "silent" || truth.is === "connecting") return;
    const report = {
      camera: this.camera.state,
      microphone: "off",
      position: this.position.state,
      is_hidden: document.hidden,
    };
    const told = JSON.stringify([welcomes, report]);
    if (told === this.#told) return;
    if (this.#alarm.send({ type: "report_device", ...report })) this.#told = told;
  }
}
