// <call-pictures>: the call-taker's still large with its age, this phone's own camera
// small, and the switches of the camera.

import { find, part } from "../../lib/dom.js";
import { StillView } from "../../lib/stills.js";

/** @typedef {import("../models/alarm.js").Alarm} Alarm */
/** @typedef {import("../models/senses.js").Senses} Senses */

export class CallPictures extends HTMLElement {
  /** @type {StillView | null} */ #view = null;
  #hasPicture = false;

  /** @param {Alarm} alarm @param {Senses} senses */
  begin(alarm, senses) {
    this.#view = new StillView({
      image: find(this, "img.theirs", HTMLImageElement),
      age: part(this, "age"),
      onSeen: (n) => alarm.send({ type: "still_seen", n }),
    });
    alarm.addEventListener("frame", (event) => {
      const frame = /** @type {CustomEvent} */ (event).detail;
      if (frame.type === "still_seen") senses.camera.seen(frame.n);
      if (frame.type === "still" && alarm.phase === "talking") this.#show(frame);
    });
    alarm.addEventListener("change", () => this.#render(alarm, senses));
    senses.addEventListener("change", () => this.#render(alarm, senses));
  }

  /** @param {import("../../lib/wire.js").Frame} frame */
  #show(frame) {
    this.#hasPicture = true;
    find(this, ".no-picture", HTMLElement).hidden = true;
    this.#view?.show(frame);
  }

  /** @param {Alarm} alarm @param {Senses} senses */
  #render(alarm, senses) {
    if (alarm.phase !== "talking" && this.#hasPicture) {
      this.#hasPicture = false;
      this.#view?.clear();
      find(this, ".no-picture", HTMLElement).hidden = false;
    }
    const { camera } = senses;
    const isOn = camera.state === "on";
    const mine = find(this, ".mine video", HTMLVideoElement);
    if (mine.srcObject !== camera.stream) mine.srcObject = camera.stream;
    mine.hidden = !isOn;
    mine.toggleAttribute("data-mirrored", camera.isMirrored);
    const toggle = find(this, '[data-command="camera"]', HTMLButtonElement);
    find(this, ".mine", HTMLElement).toggleAttribute("data-on", isOn);
    toggle.setAttribute("aria-pressed", String(isOn));
    toggle.disabled = camera.state === "asking" || camera.state === "none";
    const use = find(toggle, "use", SVGUseElement);
    use.setAttribute("href", isOn ? "#icon-camera" : "#icon-camera-off");
    find(this, '[data-command="flip"]', HTMLButtonElement).disabled = !isOn;
  }
}
