// What the caller's camera shows, never without its age: an old picture that looks live
// is worse than none. Video while it moves, else stills; and since when the phone is lost.

import { Region } from "./region.js";
import { duration, secondsSince, timeOfDay } from "../models/clock.js";
import { phoneClips } from "../models/evidence.js";
import { STANDS_AFTER_MS, choosePicture } from "../models/frame_watch.js";
import { seatReason } from "../models/rungs.js";
import { isScriptless } from "../models/scriptless.js";
import { playStream } from "../play_stream.js";
import { LastFrame } from "../last_frame.js";
import { StillView } from "../../lib/still_view.js";
import { fill, gettext, sentences } from "../../lib/words.js";

/** @typedef {import("../models/shapes.js").IncidentSnapshot} IncidentSnapshot */
/** @typedef {import("../models/frame_watch.js").Shown} Shown */

const STALE_MS = 8000;
const LOST_SECONDS = 120; // then the server ends the call, with a call-back

export class CallerPicture extends Region {
  /** @type {StillView | null} */ #view = null;
  /** @type {LastFrame | null} */ #last = null;
  #isVeiled = false;

  begin() {
    const image = /** @type {HTMLImageElement} */ (this.find("still"));
    this.#view = new StillView({
      image,
      onSeen: (n) => void this.desk.send({ type: "still_seen", n }),
    });
    const canvas = /** @type {HTMLCanvasElement} */ (this.find("kept"));
    this.#last = new LastFrame(this.#video, canvas);
    this.media.addEventListener("tracks", () => void this.#play());
    this.desk.addEventListener("still", (event) =>
      this.#arrive(/** @type {CustomEvent} */ (event).detail),
    );
    this.desk.addEventListener("cleared", () => this.#clear());
  }

  /** @returns {HTMLVideoElement | HTMLCanvasElement | HTMLImageElement | null} on the screen now */
  get current() {
    const part = { video: "live", kept: "kept", still: "still" }[this.dataset.shown ?? ""];
    return part ? /** @type {any} */ (this.find(part)) : null;
  }

  show() {
    const { incident } = this.desk;
    if (this.desk.view !== "call" || !incident) return;
    const { isOver } = this.desk;
    if (isOver) this.#forget();
    this.dataset.mode = isOver ? "ended" : incident.call.mode;
    this.tick(this.desk.clock.now());
  }

  /** @param {number} now */
  tick(now) {
    const { incident } = this.desk;
    if (this.desk.view !== "call" || !incident) return;
    if (!this.desk.isOver) this.#last?.keep(this.media.remote, this.media.videoAgeMs);
    const [shown, age] = this.#choose(incident);
    this.dataset.shown = shown;
    this.dataset.age = shown === "none" ? "none" : freshness(shown, age);
    this.reveal("age", shown !== "none");
    if (shown !== "none") this.write("age", ageWords(shown, age));
    this.write("words", shown === "none" ? this.#emptyWords(incident) : "");
    this.#showLost(incident.call, now);
  }

  /** @param {string} act */
  act(act) {
    if (act !== "veil") return false;
    this.#veil(!this.#isVeiled);
    return true;
  }

  /** @param {IncidentSnapshot} incident @returns {[Shown, number]} and its age in ms */
  #choose({ muted }) {
    if (this.desk.isOver || muted?.guest.video) return ["none", Infinity];
    const still = this.#view?.ageMs ?? Infinity;
    const video = this.media.videoAgeMs;
    const shown = choosePicture(video, still);
    if (shown !== "video") return [shown, still];
    if (!this.#last || this.#last.isThere) return ["video", video];
    // The relay's end blackened the element: what it showed last stays in its place.
    if (this.#last.isKept) return ["kept", video];
    return [choosePicture(Infinity, still), still];
  }

  async #play() {
    // Muted, so never kept back; a play() that a newer one broke off is no failure.
    await playStream(this.#video, this.media.remote).catch(() => {});
  }

  /** @param {import("../../lib/wire.js").Frame} still */
  #arrive(still) {
    const call = this.desk.incident?.call;
    // A late picture of the call before must never stand in this one.
    if (!call || still.call !== call.call || this.desk.isOver) return;
    void this.#view?.show(still);
  }

  #forget() {
    this.#view?.clear();
    this.#last?.clear();
  }

  #clear() {
    this.#forget();
    this.dataset.shown = "none";
    this.#veil(false);
  }

  /** @param {boolean} isVeiled */
  #veil(isVeiled) {
    this.#isVeiled = isVeiled;
    this.dataset.veiled = String(isVeiled);
    this.find("veil").setAttribute("aria-pressed", String(isVeiled));
  }

  /** @param {IncidentSnapshot} incident @returns {string} */
  #emptyWords({ call, muted, clips }) {
    if (call.state === "ended")
      return fill(gettext("The call ended at %(time)s."), { time: timeOfDay(call.ended_at) });
    if (this.desk.isOver) return gettext("You are out of the call.");
    if (muted?.guest.video)
      return this.desk.isHost
        ? gettext("You stopped the caller's picture for everyone.")
        : gettext("The caller's picture is stopped for everyone.");
    if (isScriptless(this.desk.incident))
      return gettext("Words only: this page runs no scripts and can send no picture.");
    const own = seatReason(this.media.why);
    switch (this.desk.device?.camera) {
      case "refused":
        return gettext("The phone refuses its camera. The caller can allow it or write.");
      case "off":
        return gettext("The caller's camera is off.");
      case "none":
        return gettext("The phone has no camera we can use.");
      case "asking":
        return gettext("The phone asks the caller whether the camera may be used.");
      default:
        return call.lost_at && phoneClips(clips).some(({ kind }) => /video|audio/.test(kind))
          ? gettext("No picture now. Recordings are under Evidence.")
          : own || gettext("No picture yet.");
    }
  }

  /** @param {import("../models/shapes.js").Call} call @param {number} now */
  #showLost(call, now) {
    const isLost = Boolean(call.lost_at) && call.state === "connected" && !this.desk.isOver;
    this.reveal("lost", isLost);
    if (!isLost) return;
    const isDeaf = isScriptless(this.desk.incident);
    // Taken up while the phone was away, it has its two minutes from then on.
    const wasLost = (call.connected_at ?? "") > (call.lost_at ?? "");
    const from = wasLost ? call.connected_at : call.lost_at;
    const left = Math.max(0, LOST_SECONDS - secondsSince(from, now));
    const long = duration(secondsSince(call.lost_at, now));
    this.write(
      "lost",
      sentences([
        isDeaf
          ? gettext("This phone runs no scripts: it cannot read or answer.")
          : fill(gettext("Caller lost for %(long)s, since %(time)s."), {
              long,
              time: timeOfDay(call.lost_at),
            }),
        fill(
          wasLost
            ? gettext(
                "Counted from your answer, the call is kept for %(left)s more, then it is one to call back.",
              )
            : gettext("The call is kept for %(left)s more, then it is one to call back."),
          { left: duration(left) },
        ),
      ]),
    );
  }

  get #video() {
    return /** @type {HTMLVideoElement} */ (this.find("live"));
  }
}

/** @param {Shown} shown @param {number} ms @returns {"fresh" | "ageing" | "stale"} */
function freshness(shown, ms) {
  if (ms > STALE_MS) return "stale";
  return shown === "kept" || ms > STANDS_AFTER_MS ? "ageing" : "fresh";
}

/** @param {Shown} shown @param {number} ms @returns {string} */
function ageWords(shown, ms) {
  if (shown === "video" && ms <= STANDS_AFTER_MS) return gettext("Live video");
  if (shown === "video" || shown === "kept") {
    const seconds = Math.floor(ms / 1000);
    return fill(gettext("Picture frozen for %(seconds)s s"), { seconds });
  }
  const seconds = ms < 9950 ? (ms / 1000).toFixed(1) : String(Math.round(ms / 1000));
  if (ms > STALE_MS) return fill(gettext("Old picture: %(seconds)s s ago"), { seconds });
  return fill(gettext("Picture, %(seconds)s s ago"), { seconds });
}
