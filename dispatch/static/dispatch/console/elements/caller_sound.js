// The caller's sound at this seat, and that of everybody else in the call: on or off here;
// and what the host may stop for everyone, in a small menu. A silent call is heard here, too: only the phone is silent.

import { Region } from "./region.js";
import { slot, writeMark } from "./rows.js";
import { isScriptless } from "../models/scriptless.js";
import { playStream } from "../play_stream.js";
import { Voices } from "../../lib/voices.js";
import { gettext } from "../../lib/words.js";

/** @type {Map<string, MediaStreamTrack>} */ const NOBODY = new Map();

export class CallerSound extends Region {
  #isOn = true;
  /** The browser plays no sound before somebody pressed something. */
  #isBlocked = false;
  #isMenuOpen = false;
  #voices = new Voices();

  begin() {
    this.media.addEventListener("tracks", () => void this.#play());
    this.media.addEventListener("voices", () => this.#playVoices());
    this.#voices.addEventListener("change", () => this.show());
    this.desk.addEventListener("cleared", () => this.#reset());
    for (const type of ["pointerdown", "keydown"]) {
      window.addEventListener(type, () => this.#mustPress && void this.#play());
    }
  }

  show() {
    const { incident } = this.desk;
    if (this.desk.view !== "call" || !incident) return;
    this.#audio.muted = !this.#isOn;
    this.#playVoices();
    const button = this.find("sound");
    const mark = this.#mark();
    button.setAttribute("aria-pressed", String(!this.#isOn));
    writeMark(this.find("sound-words"), mark.tone, mark.icon, mark.words);
    this.#showMenu(incident.muted?.guest);
  }

  /** @param {string} act @param {HTMLElement | null} button */
  act(act, button) {
    if (act === "sound") this.#turn();
    else if (act === "stops") this.#open(!this.#isMenuOpen);
    else if (act === "escape" && this.#isMenuOpen) this.#open(false);
    else if (act === "stop-track") void this.#stop(button?.dataset.track ?? "");
    else return false;
    return true;
  }

  // --- Here ----------------------------------------------------------------------------

  #turn() {
    if (this.#mustPress) return void this.#play();
    this.#isOn = !this.#isOn;
    this.show();
  }

  get #mustPress() {
    return this.#isBlocked || this.#voices.isBlocked;
  }

  #playVoices() {
    this.#voices.play(this.#isOn ? this.media.voices : NOBODY);
  }

  async #play() {
    this.#voices.unblock();
    try {
      await playStream(this.#audio, this.media.remote);
      this.#isBlocked = false;
    } catch (error) {
      this.#isBlocked = error instanceof DOMException && error.name === "NotAllowedError";
    }
    this.show();
  }

  #mark() {
    if (this.#mustPress)
      return { tone: "warn", icon: "volume-x", words: gettext("Press for sound") };
    return this.#isOn
      ? { tone: "", icon: "volume-2", words: gettext("Turn sound off") }
      : { tone: "warn", icon: "volume-x", words: gettext("Turn sound on") };
  }

  #reset() {
    this.#isOn = true; // the next caller must not be unheard by accident
    this.#isMenuOpen = false;
    this.reveal("stops-menu", false);
  }

  // --- For everyone --------------------------------------------------------------------

  /** @param {Record<"audio" | "video", boolean> | undefined} stopped */
  #showMenu(stopped) {
    const isDead = this.desk.isVisitor || isScriptless(this.desk.incident); // nothing to stop
    if (isDead) this.#isMenuOpen = false;
    this.reveal("stops-menu", this.#isMenuOpen);
    const button = /** @type {HTMLButtonElement} */ (this.find("stops"));
    button.disabled = isDead;
    const some = Boolean(stopped?.audio || stopped?.video);
    button.setAttribute("aria-expanded", String(this.#isMenuOpen));
    writeMark(
      this.find("stops-words"),
      some ? "warn" : "",
      "ban",
      some ? gettext("Stopped") : gettext("Stop theirs…"),
    );
    for (const choice of this.querySelectorAll("[data-track]")) {
      const track = /** @type {HTMLElement} */ (choice).dataset.track ?? "";
      const isStopped = Boolean(stopped?.[/** @type {"audio" | "video"} */ (track)]);
      choice.setAttribute("aria-pressed", String(isStopped));
      slot(/** @type {HTMLElement} */ (choice), "words").textContent = stopWords(
        track,
        isStopped,
      );
    }
  }

  /** @param {boolean} isOpen */
  #open(isOpen) {
    this.#isMenuOpen = isOpen && this.desk.incident?.call.state === "connected";
    this.show();
    if (this.#isMenuOpen) {
      /** @type {HTMLElement | null} */ (this.querySelector("[data-track]"))?.focus();
    } else this.find("stops").focus();
  }

  /** @param {string} track */
  async #stop(track) {
    const stopped = this.desk.incident?.muted?.guest;
    const isStopped = stopped?.[/** @type {"audio" | "video"} */ (track)] ?? false;
    await this.desk.attempt({ type: "set_muted", who: "guest", track, is_muted: !isStopped });
    this.show();
  }

  get #audio() {
    return /** @type {HTMLAudioElement} */ (this.find("audio"));
  }
}

/** @param {string} track @param {boolean} isStopped @returns {string} what pressing does */
function stopWords(track, isStopped) {
  if (track === "audio")
    return isStopped
      ? gettext("Let the caller's sound through")
      : gettext("Stop the caller's sound");
  return isStopped
    ? gettext("Let the caller's picture through")
    : gettext("Stop the caller's picture");
}
