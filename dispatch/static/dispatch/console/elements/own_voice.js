// The operator's voice in the call: sent, muted, or not to be sent at all. Muting takes
// effect here at once, and at the media server as soon as it is told.

import { Region } from "./region.js";
import { writeMark } from "./rows.js";
import { gettext } from "../../lib/words.js";

// In a colleague's call nobody else holds one's muting: a reload finds it here.
const MUTED_AT = "alarm110.muted";

export class OwnVoice extends Region {
  #call = "";

  begin() {
    this.desk.addEventListener("cleared", () => (this.#call = ""));
    this.microphone.addEventListener("change", () => this.show());
  }

  show() {
    const { incident } = this.desk;
    if (this.desk.view !== "call" || !incident) return;
    const { call } = incident.call;
    if (call !== this.#call && this.desk.isVisitor) {
      this.#call = call;
      if (sessionStorage.getItem(MUTED_AT) === call) this.microphone.mute(true);
    }
    const mark = this.#mark(incident.call.mode === "silent");
    const button = this.find("mute");
    writeMark(this.find("words"), mark.tone, mark.icon, mark.words);
    button.setAttribute("aria-pressed", String(this.microphone.isMuted));
    button.setAttribute("aria-disabled", String(incident.call.mode === "silent"));
  }

  /** @param {string} act */
  act(act) {
    if (act !== "mute") return false;
    const call = this.desk.incident?.call;
    if (call?.state !== "connected" || this.desk.isOver) return true;
    if (call.mode === "silent") {
      this.desk.say(
        gettext("Silent call: the phone plays no sound, so your voice is not sent."),
      );
    } else if (this.microphone.state === "on") void this.#mute(!this.microphone.isMuted);
    else void this.#askAgain();
    return true;
  }

  /** @param {boolean} isMuted */
  async #mute(isMuted) {
    this.microphone.mute(isMuted);
    if (this.desk.isVisitor) {
      const call = this.desk.incident?.call.call ?? "";
      return sessionStorage.setItem(MUTED_AT, isMuted ? call : "");
    }
    const frame = { type: "set_muted", who: "host", track: "audio", is_muted: isMuted };
    // Refused to be let through again: what the server holds back is not to be called on.
    if (!(await this.desk.attempt(frame)) && !isMuted) this.microphone.mute(true);
  }

  async #askAgain() {
    await this.microphone.open();
    if (this.microphone.state === "refused") {
      this.desk.say(
        gettext("The browser refuses the microphone. Allow it beside the address."),
        "warn",
      );
    } else if (this.microphone.state === "none") {
      this.desk.say(gettext("No microphone found. Write, or use the telephone."), "warn");
    }
  }

  /** @param {boolean} isSilent */
  #mark(isSilent) {
    if (isSilent) return { tone: "muted", icon: "mic-off", words: gettext("Not sent") };
    switch (this.microphone.state) {
      case "on":
        return this.microphone.isMuted
          ? { tone: "warn", icon: "mic-off", words: gettext("Muted") }
          : { tone: "", icon: "mic", words: gettext("Mute me") };
      case "asking":
        return { tone: "muted", icon: "mic", words: gettext("Asking") };
      default:
        return { tone: "warn", icon: "mic-off", words: gettext("No microphone") };
    }
  }
}
