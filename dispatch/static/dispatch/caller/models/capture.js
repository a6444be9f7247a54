// The phone's camera and its microphone: asked for alone, closed when they must be,
// brought back when the phone comes back. A call or another app that takes them is an
// interruption, never a hang-up.

/** @typedef {import("./position_watch.js").Sense} Sense */
/** @typedef {"" | "busy" | "no_answer" | "insecure" | "switched_off"} Trouble */

const BUSY_TRIES = 2;
const BUSY_REST_MS = 1000;
const UNANSWERED_MS = 15_000;
// A device that ends as soon as it begins is broken, not interrupted.
const MOST_ENDS = 3;
const ENDS_WITHIN_MS = 10_000;

class Capture {
  /** @type {Sense} */ state = "off";
  /** What more there is to say of the state. @type {Trouble} */ trouble = "";
  /** The system took it: a phone call, another app, a locked screen. */
  isInterrupted = false;
  /** @type {() => void} */ onState = () => {};

  /** @type {MediaStream | null} */ #stream = null;
  #kind;
  #isWanted = false;
  /** Counts openings, so that an answer to an earlier question is let go. */
  #round = 0;
  /** @type {number[]} */ #ends = [];

  /** @param {"audio" | "video"} kind */
  constructor(kind) {
    this.#kind = kind;
  }

  /** Whether this browser can open one on this page at all. */
  static get isPossible() {
    return Boolean(navigator.mediaDevices?.getUserMedia);
  }

  get stream() {
    return this.#stream;
  }

  /** @returns {MediaStreamTrack | null} what it gives now */
  get track() {
    return this.#stream?.getTracks()[0] ?? null;
  }

  /** What is wished for; never `exact`, which can cost all. @returns {MediaTrackConstraints} */
  get wish() {
    return {};
  }

  /** Open it; may show the browser's question. Settles once it is answered. */
  async start() {
    this.#isWanted = true;
    if (!Capture.isPossible) {
      return this.#become("none", isSecureContext ? "" : "insecure");
    }
    await this.#open("asking");
  }

  /** The call is over, or the caller switches it off. @param {Trouble} [trouble] */
  stop(trouble = "") {
    this.#isWanted = false;
    this.#round += 1;
    this.#release();
    this.isInterrupted = false;
    const isOpen = this.state === "on" || this.state === "asking";
    if (isOpen || trouble) this.#become("off", trouble);
  }

  /** The page is visible again: a phone takes devices from hidden pages. */
  async look() {
    if (!this.#isWanted || !Capture.isPossible) return;
    const track = this.track;
    const isDead = this.state === "on" && (!track || track.muted || track.readyState === "ended");
    if (isDead || this.trouble === "busy") await this.#open(this.state);
  }

  /** Open it anew with another wish. */
  async reopen() {
    if (this.state === "on") await this.#open("on");
  }

  /** @param {Sense} meanwhile  what it is said to be until the answer */
  async #open(meanwhile) {
    this.#round += 1;
    const round = this.#round;
    // The old one first: iOS silences one of two captures.
    this.#release();
    this.#become(meanwhile, "");
    const unanswered = setTimeout(() => {
      if (round === this.#round) this.#become(this.state, "no_answer");
    }, UNANSWERED_MS);
    try {
      const stream = await this.#ask(round);
      if (round !== this.#round) stream?.getTracks().forEach((track) => track.stop());
      else if (stream) this.#take(stream);
    } catch (error) {
      if (round === this.#round) this.#refuse(/** @type {DOMException} */ (error).name);
    } finally {
      clearTimeout(unanswered);
    }
  }

  /** @param {number} round @returns {Promise<MediaStream | null>} null: nobody waits for it */
  async #ask(round) {
    for (let tries = 0; round === this.#round; tries += 1) {
      try {
        return await navigator.mediaDevices.getUserMedia({ [this.#kind]: this.wish });
      } catch (error) {
        // Another app may hold it for a moment.
        const isBusy = /** @type {DOMException} */ (error).name === "NotReadableError";
        if (!isBusy || tries >= BUSY_TRIES) throw error;
        await new Promise((done) => setTimeout(done, BUSY_REST_MS));
      }
    }
    return null;
  }

  /** @param {MediaStream} stream */
  #take(stream) {
    this.#stream = stream;
    const [track] = stream.getTracks();
    track.onended = () => this.#ended(track);
    track.onmute = () => this.#interrupted(track);
    // The flags can lie afterwards (live, unmuted, silent): a fresh one is sure.
    track.onunmute = () => track === this.track && !document.hidden && this.#open("on");
    this.isInterrupted = track.muted;
    this.#become("on", "");
  }

  /** @param {string} name  of the exception */
  #refuse(name) {
    this.isInterrupted = false;
    if (name === "NotAllowedError") this.#become("refused", "");
    else this.#become("none", name === "NotReadableError" ? "busy" : "");
  }

  /** @param {MediaStreamTrack} track */
  #interrupted(track) {
    if (track !== this.track || this.isInterrupted) return;
    this.isInterrupted = true;
    this.onState();
  }

  /** The system closed it. @param {MediaStreamTrack} track */
  #ended(track) {
    if (track !== this.track) return;
    const now = performance.now();
    this.#ends = [...this.#ends.filter((at) => now - at < ENDS_WITHIN_MS), now];
    if (this.#ends.length > MOST_ENDS) {
      this.#release();
      this.#become("none", "busy");
    } else if (document.hidden) this.#interrupted(track);
    else this.#open("on");
  }

  #release() {
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#stream = null;
  }

  /** @param {Sense} state @param {Trouble} trouble */
  #become(state, trouble) {
    this.state = state;
    this.trouble = trouble;
    this.onState();
  }
}

// A cheap phone encodes twice, for the seat and for the record, and a thin line carries so
// many bits a second: at 20 frames each may hold half as much again as at 30.
const FRAMES_A_SECOND = 20;

export class Camera extends Capture {
  // The scene first: a person in danger points the phone, not at themselves.
  /** @type {"user" | "environment"} */ #facing = "environment";

  constructor() {
    super("video");
  }

  get wish() {
    return {
      facingMode: { ideal: this.#facing },
      width: { ideal: 640 },
      height: { ideal: 480 },
      frameRate: { ideal: FRAMES_A_SECOND, max: 30 },
    };
  }

  /** Whether it looks at the caller, who expects a mirror. */
  get isMirrored() {
    const facing = this.track?.getSettings().facingMode ?? this.#facing;
    return facing === "user";
  }

  /** Look the other way; where that fails, the way it looked. */
  async flip() {
    const before = this.isMirrored ? "user" : "environment";
    this.#facing = before === "user" ? "environment" : "user";
    await this.reopen();
    if (this.state !== "none") return;
    this.#facing = before;
    await this.start();
  }
}

export class Microphone extends Capture {
  constructor() {
    super("audio");
  }

  get wish() {
    return { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  }
}

/** @returns {boolean} whether this browser can open a camera or microphone here */
export function canCapture() {
  return Capture.isPossible;
}
