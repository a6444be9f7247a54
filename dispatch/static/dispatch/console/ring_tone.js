// Two soft tones, again and again, made by the browser itself: no file, no other host.
// Browsers keep sound back until somebody pressed something; `isBlocked` says so.

const TONES_HZ = [660, 880];
const EVERY_MS = 1600;
const LOUDNESS = 0.18;
const STORED_AT = "alarm110.ring";

export class RingTone extends EventTarget {
  /** @type {AudioContext | null} */ #context = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */ #timer;

  /** @returns {boolean} */
  get isOn() {
    return localStorage.getItem(STORED_AT) !== "off";
  }

  /** @returns {boolean} */
  get isBlocked() {
    return this.isOn && this.#context?.state === "suspended";
  }

  /** On or off, by the person; remembered. */
  toggle() {
    localStorage.setItem(STORED_AT, this.isOn ? "off" : "on");
    if (!this.isOn) this.stop();
    this.dispatchEvent(new CustomEvent("change"));
  }

  start() {
    if (!this.isOn || this.#timer !== undefined) return;
    this.once();
    this.#timer = setInterval(() => this.once(), EVERY_MS);
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** One ring, also as a test of the sound. */
  once() {
    this.#context ??= new AudioContext();
    const context = this.#context;
    void context.resume();
    TONES_HZ.forEach((hertz, turn) => {
      const start = context.currentTime + turn * 0.22;
      const tone = new OscillatorNode(context, { frequency: hertz });
      const loudness = new GainNode(context, { gain: 0 });
      loudness.gain.linearRampToValueAtTime(LOUDNESS, start + 0.02);
      loudness.gain.linearRampToValueAtTime(0, start + 0.2);
      tone.connect(loudness).connect(context.destination);
      tone.start(start);
      tone.stop(start + 0.22);
    });
  }
}
