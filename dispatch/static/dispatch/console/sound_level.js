// How loud a stream is, as a figure for a bar. The browser keeps sound processing asleep
// until somebody pressed something on the page; then it wakes by itself.

const SMOOTHING = 0.5;
const FLOOR_DB = -60; // quieter than a quiet room

/** @type {AudioContext | null} one for all: browsers allow only a few */ let shared = null;

/** @returns {AudioContext} */
function audioContext() {
  if (shared) return shared;
  const context = new AudioContext();
  shared = context;
  const wake = () => void context.resume();
  for (const type of ["pointerdown", "keydown"]) {
    window.addEventListener(type, wake, { capture: true, passive: true });
  }
  return context;
}

export class SoundLevel {
  /** @type {AnalyserNode | null} */ #analyser = null;
  /** @type {MediaStreamAudioSourceNode | null} */ #source = null;
  /** @type {string} the track it listens to */ #track = "";
  #samples = new Float32Array(1024);
  #level = 0;

  /** @param {MediaStream | null} stream  the same one again, with another track, is fine */
  listen(stream) {
    const track = stream?.getAudioTracks()[0] ?? null;
    if (this.#track === (track?.id ?? "")) return;
    this.#track = track?.id ?? "";
    this.#source?.disconnect();
    this.#source = null;
    this.#level = 0;
    if (!track) return;
    const context = audioContext();
    this.#analyser ??= new AnalyserNode(context, { fftSize: this.#samples.length });
    this.#source = context.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(this.#analyser);
  }

  /** @returns {number} 0 to 1, even for the eye */
  read() {
    if (!this.#source || !this.#analyser) return 0;
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const power = this.#samples.reduce((sum, value) => sum + value * value, 0);
    const decibels = 10 * Math.log10(power / this.#samples.length || 1e-12);
    const level = Math.min(1, Math.max(0, 1 - decibels / FLOOR_DB));
    this.#level = Math.max(level, this.#level * SMOOTHING);
    return this.#level;
  }
}
