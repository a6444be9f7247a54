// The ladder, seen from the seat: what the phone says it can give, in one sentence, and
// what this seat gives, for the phone. video → stills → voice → text.

import { fill, gettext } from "../../lib/words.js";

/** @typedef {import("./evidence_shapes.js").Rung} Rung */
/** @typedef {import("./shapes.js").Device} Device */
/** @typedef {"off" | "asking" | "on" | "refused" | "none"} Given */
/** @typedef {{camera: Given, microphone: Given, rung: Rung, why: string}} SeatReport */

// With these the phone has no leg, whatever it would like to send.
const NO_LEG = ["connecting", "no_webrtc", "no_path", "media_full", "media_away"];

/** @param {string} rung @returns {string} */
function rungName(rung) {
  switch (rung) {
    case "video":
      return gettext("Live video");
    case "stills":
      return gettext("Pictures only");
    case "voice":
      return gettext("Voice only");
    default:
      return gettext("Words only");
  }
}

/** @param {string} why @returns {string} why the phone gives no more; "" for no reason */
function rungReason(why) {
  switch (why) {
    case "connecting":
      return gettext("live video is being set up");
    case "switched_off":
      return gettext("the caller switched it off");
    case "camera_refused":
      return gettext("the phone refuses its camera");
    case "camera_none":
      return gettext("the phone has no camera we can use");
    case "microphone_refused":
      return gettext("the phone refuses its microphone");
    case "microphone_none":
      return gettext("the phone has no microphone we can use");
    case "no_answer":
      return gettext("the caller has not answered the phone's question");
    case "insecure":
      return gettext("the phone does not trust this address");
    case "no_webrtc":
      return gettext("the phone's browser cannot do live video");
    case "no_path":
      return gettext("the phone finds no path for video");
    case "media_full":
      return gettext("the media server carries as much as it can");
    case "media_away":
      return gettext("the media server does not answer");
    case "interrupted":
      return gettext("a phone call or another app has the camera");
    default:
      return "";
  }
}

/**
 * @param {Pick<Device, "rung" | "why"> | null} device
 * @returns {string} what the phone can give, in a sentence
 */
export function rungSentence(device) {
  if (!device) return gettext("The phone has not said yet what it can give.");
  const rung = rungName(device.rung);
  const why = rungReason(device.why);
  return why ? fill(gettext("%(rung)s: %(why)s."), { rung, why }) : rung;
}

/** @param {string} why @returns {string} why this seat has no live media; "" if it has */
export function seatReason(why) {
  switch (why) {
    case "no_webrtc":
      return gettext("This browser cannot do live video. Pictures instead.");
    case "no_path":
      return gettext("This seat finds no path for live video. Pictures instead; tried again.");
    case "media_full":
      return gettext("The media server is full. Pictures instead; tried again.");
    case "media_away":
      return gettext("The media server does not answer. Pictures instead; tried again.");
    default:
      return "";
  }
}

/**
 * @param {{camera: Given, microphone: Given, isUp: boolean, legWhy: string}} seat
 * @returns {SeatReport} for the phone
 */
export function seatReport({ camera, microphone, isUp, legWhy }) {
  const given = { camera, microphone };
  const [sees, speaks] = [camera === "on", microphone === "on"];
  if (isUp && sees) return { ...given, rung: "video", why: lack("microphone", microphone) };
  if (isUp && speaks) return { ...given, rung: "voice", why: lack("camera", camera) };
  if (sees) return { ...given, rung: "stills", why: legWhy || "connecting" };
  const why = speaks ? legWhy || "connecting" : lack("camera", camera);
  return { ...given, rung: "text", why };
}

/** @param {"camera" | "microphone"} kind @param {Given} given @returns {string} */
function lack(kind, given) {
  switch (given) {
    case "refused":
    case "none":
      return `${kind}_${given}`;
    case "asking":
      return "no_answer";
    case "off":
      return "switched_off";
    default:
      return "";
  }
}

/**
 * Whether the phone sees us only by stills: its leg or ours does not stand.
 * @param {boolean} isUp  our leg @param {Device | null} device @returns {boolean}
 */
export function needsStills(isUp, device) {
  if (!isUp || !device || NO_LEG.includes(device.why)) return true;
  return device.rung !== "video" && device.rung !== "voice";
}

/** What the phone's own recorder does. @param {string | undefined} recording @returns {string} */
export function recordingName(recording) {
  switch (recording) {
    case "starting":
      return gettext("starts");
    case "kept":
      return gettext("kept here");
    case "held":
      return gettext("held on the phone");
    case "full":
      return gettext("no room for it now");
    case "failed":
      return gettext("failed");
    case "off":
      return gettext("off");
    default:
      return gettext("not known yet");
  }
}
