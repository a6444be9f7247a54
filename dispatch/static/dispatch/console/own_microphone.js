// The operator's own microphone: asked for when a seat is taken, apart from the camera,
// so that one refusal does not cost the other. Open while the seat is held; it sends only
// in a call that may be heard.

/** @typedef {import("./models/rungs.js").Given} MicrophoneState */

export class OwnMicrophone extends EventTarget {
  /** @type {MicrophoneState} */ state = "off";
  /** @type {MediaStream | null} */ stream = null;

  #isHeld = false;
  #isMuted = false;
  #isSilent = false;

  /** @returns {MediaStreamTrack | null} */
  get track() {
    return this.stream?.getAudioTracks()[0] ?? null;
  }

  /** @returns {boolean} by the person; for this call only */
  get isMuted() {
    return this.#isMuted;
  }

  /** @returns {MicrophoneState} as the other side should know it */
  get given() {
    return this.state === "on" && this.#isMuted ? "off" : this.state;
  }

  /** @param {boolean} isHeld  whether this window holds a seat */
  hold(isHeld) {
    if (isHeld === this.#isHeld) return;
    this.#isHeld = isHeld;
    if (isHeld) void this.open();
    else this.#close();
  }

  /** @param {boolean} isMuted */
  mute(isMuted) {
    this.#isMuted = isMuted;
    this.#direct();
    this.dispatchEvent(new CustomEvent("change"));
  }

  /**
   * In a silent call nothing may be heard on the phone: then nothing leaves here at all.
   * @param {boolean} isSilent
   */
  beSilent(isSilent) {
    if (isSilent === this.#isSilent) return;
    this.#isSilent = isSilent;
    this.#direct();
  }

  /** Ask for it; also again, after a refusal was taken back. */
  async open() {
    if (!navigator.mediaDevices?.getUserMedia) return this.#become("none");
    if (this.state === "asking" || this.state === "on") return;
    this.#become("asking");
    const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ audio });
    } catch (error) {
      const name = error instanceof DOMException ? error.name : "";
      return this.#become(name === "NotAllowedError" ? "refused" : "none");
    }
    if (!this.#isHeld) return this.#close();
    const { track } = this;
    if (track) track.onended = () => this.track === track && this.#lost();
    this.#direct();
    this.#become("on");
  }

  #close() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.#become("off");
  }

  /** Pulled out, or taken by the system. */
  #lost() {
    this.stream = null;
    this.#become("none");
  }

  #direct() {
    if (this.track) this.track.enabled = !this.#isMuted && !this.#isSilent;
  }

  /** @param {MicrophoneState} state */
  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new CustomEvent("change"));
  }
}
