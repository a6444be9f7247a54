// Clips in words: where from, how much, whether all of it came, whether it can be shown.

import { duration } from "./clock.js";
import { fill, gettext, ngettext } from "../../lib/words.js";

/** @typedef {import("./evidence_shapes.js").Clip} Clip */
/** @typedef {import("./evidence_shapes.js").Gap} Gap */
/** @typedef {{tone: string, icon: string, words: string}} Mark */

const SEGMENT_SECONDS = 60; // a phone's recorder begins anew then, a slice is a second
const MOST_GAPS = 3; // told one by one
const LAST_PIECE_SECONDS = 15;
// A phone opens its clip with the first seconds in hand. Beyond this its clock is wrong.
const MOST_AHEAD_MS = 15_000;

/** @param {Record<string, Clip> | undefined} clips @returns {Clip[]} newest first */
export function clipsOf(clips) {
  return Object.values(clips ?? {}).sort(
    (one, other) =>
      Date.parse(beganAt(other)) - Date.parse(beganAt(one)) ||
      other.clip.localeCompare(one.clip),
  );
}

/** @param {Record<string, Clip> | undefined} clips @returns {Clip[]} what the phone gave */
export function phoneClips(clips) {
  return clipsOf(clips).filter(({ source, chunk_count: count }) => source === "phone" && count);
}

/**
 * When it was begun: a recording of the relay arrives a minute later, or when the call is
 * over. The relay's clock is the server's own; a phone's is believed where it can be true.
 * @param {Clip} clip @returns {string}
 */
export function beganAt({ source, claimed_at: claimed, opened_at: opened }) {
  const before = Date.parse(opened) - Date.parse(claimed); // NaN: the claim is no time
  const isTrue = before >= 0 && (source === "relay" || before <= MOST_AHEAD_MS);
  return isTrue ? claimed : opened;
}

/** @param {Clip} clip @returns {string} */
export function kindName({ kind, source }) {
  if (source === "seat" && kind === "photo") return gettext("Snapshot");
  switch (kind) {
    case "video":
      return gettext("Video");
    case "audio":
      return gettext("Sound");
    case "photo":
      return gettext("Photo");
    default:
      return gettext("File");
  }
}

/** @param {Clip} clip @returns {string} */
export function kindIcon({ kind }) {
  return { video: "film", audio: "audio-lines", photo: "image", file: "file" }[kind] ?? "file";
}

/** @param {Clip} clip @returns {string} which recorder, and of whom */
export function sourceName({ source, side }) {
  if (source === "phone") return gettext("from the phone");
  if (source === "seat") return gettext("from this seat");
  return side === "seat"
    ? gettext("live, the seat's side")
    : gettext("live, the caller's side");
}

/** @param {number} bytes @returns {string} 840 KB, 1.2 MB */
export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} KB`;
  return `${(bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0)} MB`;
}

/** @param {Clip} clip @returns {string} its length, as far as a copy told it, and its size */
export function extent({ view, bytes }) {
  const length = view?.state === "ready" && view.duration_ms ? view.duration_ms : 0;
  return [length ? duration(length / 1000) : "", size(bytes)].filter(Boolean).join(" · ");
}

/**
 * @param {Clip} clip @param {boolean} [isGone]  the phone is lost
 * @returns {Mark} whether it grows, and whether all of it came
 */
export function wholeness(clip, isGone = false) {
  if (clip.state === "open" && clip.source === "phone" && isGone) {
    const words = gettext("not all is here; the rest comes if the phone sends it");
    return { tone: "warn", icon: "wifi-off", words };
  }
  if (clip.state === "open")
    return { tone: "", icon: "circle-dot", words: gettext("still arriving") };
  if (clip.gap_count)
    return { tone: "warn", icon: "triangle-alert", words: missing(clip) };
  if (!clip.is_complete)
    return { tone: "warn", icon: "triangle-alert", words: gettext("the end may be missing") };
  return { tone: "ok", icon: "check", words: gettext("complete") };
}

/**
 * The recorder's last piece comes some seconds after the end, the rest of a phone's later.
 * @param {Record<string, Clip> | undefined} clips @param {number} seconds  since the end
 * @returns {boolean} whether more can come
 */
export function mayFollow(clips, seconds) {
  const isWhole = (/** @type {Clip} */ clip) => wholeness(clip).tone === "ok";
  return seconds < LAST_PIECE_SECONDS || !clipsOf(clips).every(isWhole);
}

/** @param {Clip} clip @returns {string} "missing: 3 pieces at 0:41" */
export function missing(clip) {
  // Only a phone's slices are seconds; of anything else one knows how many, not when.
  const isTimed = clip.source === "phone" && (clip.kind === "video" || clip.kind === "audio");
  const pieces = (/** @type {number} */ count) =>
    fill(ngettext("%(count)s piece", "%(count)s pieces", count), { count });
  const many = (/** @type {Gap} */ gap) => gap.last - gap.first + 1;
  if (!isTimed) return fill(gettext("missing: %(what)s"), { what: pieces(clip.missing) });
  const told = clip.gaps.slice(0, MOST_GAPS).map((gap) =>
    fill(gettext("%(pieces)s at %(time)s"), {
      pieces: pieces(many(gap)),
      time: duration(gap.segment * SEGMENT_SECONDS + gap.first),
    }),
  );
  const rest = clip.gap_count - told.length;
  if (rest > 0) told.push(fill(gettext("%(count)s more"), { count: rest }));
  return fill(gettext("missing: %(what)s"), { what: told.join(", ") });
}

// --- Looking at it -------------------------------------------------------------------

/** @param {Clip} clip @returns {boolean} whether its copy shows all there is so far */
export function isShown({ view, chunk_count: count }) {
  return view?.state === "ready" && view.chunk_count >= count;
}

/** @param {Clip} clip @returns {"play" | "ask" | "wait" | "none"} what one can do to see it */
export function waysToLook(clip) {
  const { view } = clip;
  if (clip.kind === "file" || (!clip.chunk_count && clip.state === "closed")) return "none";
  if (view?.state === "making") return "wait";
  if (view?.state === "ready" && (clip.state === "closed" || isShown(clip))) return "play";
  if (view?.state === "refused" && view.chunk_count >= clip.chunk_count) return "none";
  return clip.chunk_count ? "ask" : "none";
}

/** @param {Clip} clip @returns {string} what the button says */
export function lookWords(clip) {
  if (waysToLook(clip) === "ask")
    return clip.state === "open" ? gettext("Play so far") : gettext("Prepare to play");
  return clip.kind === "photo" ? gettext("Look") : gettext("Play");
}

/** @param {Clip} clip @returns {string} what stands in the way of looking; "" if nothing */
export function viewWords(clip) {
  const { view } = clip;
  if (view?.state === "making") return gettext("being prepared");
  if (view?.state === "refused") {
    const reason = refusedBecause(view.reason);
    return fill(gettext("cannot be shown: %(reason)s"), { reason });
  }
  if (!clip.chunk_count && clip.state === "closed") return gettext("empty");
  if (clip.kind === "file") return gettext("only as a download");
  return "";
}

/** @param {string} reason @returns {string} */
function refusedBecause(reason) {
  switch (reason) {
    case "not_an_image":
      return gettext("it is not a picture");
    case "too_many_pixels":
      return gettext("the picture is too large to be opened safely");
    case "not_a_recording":
      return gettext("it is not a recording");
    case "unknown_type":
      return gettext("its kind is not known");
    case "too_large":
      return gettext("it is too large");
    case "took_too_long":
      return gettext("it took too long");
    default:
      return reason || gettext("no reason was given");
  }
}

/** @param {Clip} clip @returns {string} where its copy is, or "" */
export function viewAddress({ clip, view }) {
  return view?.state === "ready" ? `/api/v1/console/clips/${clip}/view/${view.view}` : "";
}

/** @param {string} clip @returns {string} */
export function originalAddress(clip) {
  return `/api/v1/console/clips/${clip}/original`;
}
