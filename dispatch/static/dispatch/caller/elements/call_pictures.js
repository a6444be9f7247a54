// <call-pictures>: this phone's own camera small, and the switches of what it gives.

import { find } from "../../lib/dom.js";

/** @typedef {import("../models/alarm.js").Alarm} Alarm */
/** @typedef {import("../models/senses.js").Senses} Senses */

export class CallPictures extends HTMLElement {
  /** @param {Alarm} alarm @param {Senses} senses */
  begin(alarm, senses) {
    alarm.addEventListener("change", () => this.#render(senses));
    senses.addEventListener("change", () => this.#render(senses));
  }

  /** @param {Senses} senses */
  #render({ camera, microphone }) {
    const isOn = camera.state === "on";
    const mine = find(this, ".mine video", HTMLVideoElement);
    if (mine.srcObject !== camera.stream) mine.srcObject = camera.stream;
    mine.hidden = !isOn;
    mine.toggleAttribute("data-mirrored", isOn && camera.isMirrored);
    find(this, ".mine", HTMLElement).toggleAttribute("data-on", isOn);
    this.#switch("camera", camera, "camera");
    this.#switch("microphone", microphone, "mic");
    find(this, '[data-command="flip"]', HTMLButtonElement).disabled = !isOn;
  }

  /**
   * @param {string} command @param {import("../models/ladder.js").Device} device
   * @param {string} shape
   */
  #switch(command, { state, trouble }, shape) {
    const isOn = state === "on";
    const button = find(this, `[data-command="${command}"]`, HTMLButtonElement);
    button.setAttribute("aria-pressed", String(isOn));
    button.disabled = state === "asking" || (state === "none" && trouble !== "busy");
    const use = find(button, "use", SVGUseElement);
    const href = isOn ? `#icon-${shape}` : `#icon-${shape}-off`;
    if (use.getAttribute("href") !== href) use.setAttribute("href", href);
  }
}
