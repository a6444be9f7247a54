// Before a call: whether the own microphone is heard, and a tone to test the loudspeaker.

import { LevelBar } from "./level_bar.js";
import { Region } from "./region.js";
import { writeMark } from "./rows.js";
import { gettext } from "../../lib/words.js";

export class SoundCheck extends Region {
  begin() {
    this.microphone.addEventListener("change", () => this.show());
  }

  show() {
    const { state, stream } = this.microphone;
    const bar = this.find("level");
    if (bar instanceof LevelBar) bar.stream = stream;
    const isOn = state === "on";
    const tone = isOn ? "ok" : state === "asking" ? "muted" : "warn";
    writeMark(this.find("state"), tone, isOn ? "mic" : "mic-off", wordsOf(state));
    this.reveal("again", state === "refused" || state === "none");
  }

  /** @param {string} act */
  act(act) {
    if (act !== "ask-microphone") return false;
    void this.microphone.open();
    return true;
  }
}

/** @param {import("../own_microphone.js").MicrophoneState} state @returns {string} */
function wordsOf(state) {
  switch (state) {
    case "on":
      return gettext("Speak: the bar must move.");
    case "asking":
      return gettext("The browser asks for the microphone: the caller shall hear you.");
    case "refused":
      return gettext("The browser refuses the microphone. Allow it beside the address.");
    case "none":
      return gettext("No microphone found. You can see, hear and write.");
    default:
      return gettext("The microphone is off.");
  }
}
