// What the caller's camera shows, never without its age: an old picture that looks live
// is worse than none. Beside it what the phone can give, and since when it is lost.

import { Region } from "./region.js";
import { makeMark } from "./rows.js";
import { duration, secondsSince, timeOfDay } from "../models/clock.js";
import { deviceState } from "../models/words.js";
import { StillView } from "../../lib/stills.js";
import { fill, gettext } from "../../lib/words.js";

/** @typedef {import("../models/shapes.js").IncidentSnapshot} IncidentSnapshot */

const AGEING_MS = 3000;
const STALE_MS = 8000;
const LOST_SECONDS = 120; // then the server ends the call, with a call-back

export class CallerPicture extends Region {
  /** @type {StillView | null} */ #view = null;
  #isVeiled = false;

  begin() {
    const image = /** @type {HTMLImageElement} */ (this.find("still"));
    this.#view = new StillView({
      image,
      onSeen: (n) => void this.desk.send({ type: "still_seen", n }),
    });
    this.desk.addEventListener("still", (event) =>
      this.#arrive(/** @type {CustomEvent} */ (event).detail),
    );
    this.desk.addEventListener("cleared", () => this.#clear());
  }

  show() {
    const { incident } = this.desk;
    if (this.desk.view !== "call" || !incident) return;
    if (incident.call.state === "ended") this.#view?.clear();
    this.dataset.mode = incident.call.state === "ended" ? "ended" : incident.call.mode;
    this.#showDevice();
    this.tick(this.desk.clock.now());
  }

  /** @param {number} now */
  tick(now) {
    const { incident } = this.desk;
    if (this.desk.view !== "call" || !incident) return;
    const age = this.#view?.ageMs ?? Infinity;
    const hasPicture = age !== Infinity;
    this.dataset.age = !hasPicture
      ? "none"
      : age > STALE_MS
        ? "stale"
        : age > AGEING_MS
          ? "ageing"
          : "fresh";
    this.reveal("age", hasPicture);
    if (hasPicture) this.write("age", ageWords(age));
    this.write("words", hasPicture ? "" : this.#emptyWords(incident));
    this.#showLost(incident.call, now);
  }

  /** @param {string} act */
  act(act) {
    if (act !== "veil") return false;
    this.#isVeiled = !this.#isVeiled;
    this.dataset.veiled = String(this.#isVeiled);
    this.find("veil").setAttribute("aria-pressed", String(this.#isVeiled));
    return true;
  }

  /** @param {import("../../lib/wire.js").Frame} still */
  #arrive(still) {
    const call = this.desk.incident?.call;
    // A late picture of the call before must never stand in this one.
    if (!call || still.call !== call.call || call.state === "ended") return;
    void this.#view?.show(still);
  }

  #clear() {
    this.#view?.clear();
    this.#isVeiled = false;
    this.dataset.veiled = "false";
    this.find("veil").setAttribute("aria-pressed", "false");
  }

  /** @param {IncidentSnapshot} incident @returns {string} */
  #emptyWords({ call }) {
    if (call.state === "ended")
      return fill(gettext("The call ended at %(time)s."), { time: timeOfDay(call.ended_at) });
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
        return gettext("No picture yet.");
    }
  }

  /** @param {import("../models/shapes.js").Call} call @param {number} now */
  #showLost(call, now) {
    const isLost = Boolean(call.lost_at) && call.state === "connected";
    this.reveal("lost", isLost);
    if (!isLost) return;
    const from = [call.lost_at ?? "", call.connected_at ?? ""].sort().at(-1);
    const left = Math.max(0, LOST_SECONDS - secondsSince(from, now));
    const since = duration(secondsSince(call.lost_at, now));
    this.write(
      "lost",
      [
        fill(gettext("Caller lost since %(since)s (%(time)s)."), {
          since,
          time: timeOfDay(call.lost_at),
        }),
        fill(gettext("The call is kept for %(left)s more, then it is one to call back."), {
          left: duration(left),
        }),
      ].join(" "),
    );
  }

  #showDevice() {
    const list = this.find("device");
    const { device } = this.desk;
    const stamp = JSON.stringify(device);
    if (list.dataset.stamp === stamp) return;
    list.dataset.stamp = stamp;
    list.replaceChildren(...marksOf(device));
  }
}

/** @param {number} ms @returns {string} */
function ageWords(ms) {
  const seconds = ms < 9950 ? (ms / 1000).toFixed(1) : String(Math.round(ms / 1000));
  if (ms > STALE_MS) return fill(gettext("Old picture: %(seconds)s s ago"), { seconds });
  return fill(gettext("%(seconds)s s ago"), { seconds });
}

/** @param {import("../models/shapes.js").Device | null} device @returns {HTMLElement[]} */
function marksOf(device) {
  const toneOf = (/** @type {string | undefined} */ state) =>
    state === "on" ? "ok" : state === "refused" ? "warn" : "muted";
  const camera = makeMark(
    toneOf(device?.camera),
    device?.camera === "on" ? "camera" : "camera-off",
    fill(gettext("Camera: %(state)s"), { state: deviceState(device?.camera ?? "") }),
  );
  const microphone = makeMark(
    toneOf(device?.microphone),
    device?.microphone === "on" ? "mic" : "mic-off",
    fill(gettext("Microphone: %(state)s"), { state: deviceState(device?.microphone ?? "") }),
  );
  const position = makeMark(
    toneOf(device?.position),
    device?.position === "on" ? "map-pin" : "map-pin-off",
    fill(gettext("Position: %(state)s"), { state: deviceState(device?.position ?? "") }),
  );
  const marks = [camera, microphone, position];
  if (device?.is_hidden)
    marks.push(
      makeMark("warn", "smartphone", gettext("The page is in the background on the phone")),
    );
  return marks.map((mark) => {
    const item = document.createElement("li");
    item.append(mark);
    return item;
  });
}
