// The incident of the call at this seat: snapshot + entries. What an entry brings
// replaces what was there; only messages and the trail grow.

import { clipsOf } from "./evidence.js";
import { emptyRoom, passedBy, withRoomEntry } from "./room_state.js";

/** @typedef {import("./shapes.js").IncidentSnapshot} IncidentState */
/** @typedef {import("../../lib/wire.js").Entry} Entry */

const LONGEST_TRAIL = 50;
const NEW_HOST = new Set(["call.connected", "call.transferred"]);
const MOST_CLIPS = 60; // kept, the newest; of older ones only how many there are

/** @returns {import("./evidence_shapes.js").Muted} nothing is stopped */
function nothingMuted() {
  return { guest: { audio: false, video: false }, host: { audio: false, video: false } };
}

/** @param {IncidentState} state @param {Entry} entry @returns {IncidentState} */
export function withEntry(state, entry) {
  const { data, type = "" } = entry;
  if (!data) return state;
  if (type === "call.warning") return { ...state, warning: data.state };
  if (type === "media.muted") return withMuted(state, data);
  if (type === "chunks.stored") return withChunks(state, data);
  if (type === "clip.opened") return withOpened(state, data.clip);
  if (type.startsWith("clip.")) return withClip(state, data.clip);
  const inRoom = withRoomEntry(state, entry);
  if (inRoom) return inRoom;
  if (type.startsWith("call.")) return withCall(state, entry);
  if (type === "message.posted") {
    const message = { seq: entry.seq, at: entry.at ?? "", ...data };
    return { ...state, messages: [...state.messages, message] };
  }
  const next = { ...state };
  if (data.incident) next.incident = data.incident;
  if (data.caller) next.caller = data.caller;
  if (data.position) {
    next.position = data.position;
    next.trail = [...state.trail, data.position].slice(-LONGEST_TRAIL);
  }
  return next;
}

/**
 * Warnings, mutings and the room are a call's: another call of the incident begins without.
 * @param {IncidentState} state @param {Entry} entry
 */
function withCall(state, entry) {
  /** @type {import("./shapes.js").Call} */ const call = entry.data.call;
  const passed = passedBy(entry) ?? state.passed ?? null;
  if (call.call === state.call.call) {
    // What a host stopped of their own ends with them.
    const { guest } = state.muted ?? nothingMuted();
    const muted = NEW_HOST.has(entry.type ?? "") ? { ...nothingMuted(), guest } : state.muted;
    return { ...state, call, passed, muted };
  }
  return {
    ...state,
    call,
    passed,
    warning: /** @type {const} */ (""),
    muted: nothingMuted(),
    invitations: {},
    answered: null,
    room: emptyRoom(),
  };
}

/**
 * @param {IncidentState} state
 * @param {{who: "guest" | "host", track: "audio" | "video", is_muted: boolean}} muting
 */
function withMuted(state, { who, track, is_muted: isMuted }) {
  const muted = state.muted ?? nothingMuted();
  return { ...state, muted: { ...muted, [who]: { ...muted[who], [track]: isMuted } } };
}

/** @param {IncidentState} state @param {import("./evidence_shapes.js").Clip} clip */
function withOpened(state, clip) {
  const clips = { ...state.clips, [clip.clip]: clip };
  const kept = clipsOf(clips);
  if (kept.length <= MOST_CLIPS) return { ...state, clips };
  delete clips[kept[kept.length - 1].clip];
  return { ...state, clips, clips_older: (state.clips_older ?? 0) + 1 };
}

/** @param {IncidentState} state @param {import("./evidence_shapes.js").Clip} clip */
function withClip(state, clip) {
  // `clip.viewed` only names one, and one of the older is not shown.
  if (typeof clip !== "object" || !state.clips?.[clip.clip]) return state;
  return { ...state, clips: { ...state.clips, [clip.clip]: clip } };
}

/**
 * @param {IncidentState} state
 * @param {{clip: string, bytes: number, chunk_count: number}} stored
 */
function withChunks(state, { clip, bytes, chunk_count }) {
  const known = state.clips?.[clip];
  if (!known) return state;
  return { ...state, clips: { ...state.clips, [clip]: { ...known, bytes, chunk_count } } };
}
