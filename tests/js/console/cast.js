// The cast of the console's tests: one agency, seats by number, calls by name.

export const ZHIFU = "00000000-0000-0000-0000-0000000000a1";
export const CHEN = "00000000-0000-0000-0000-00000000c4e0";

/** @param {number} number @param {object} [changes] */
export function seat(number, changes = {}) {
  return {
    seat: `seat-${number}`, number, label: `芝罘区 ${number}`, label_en: `Zhifu ${number}`, agency: ZHIFU,
    is_active: true, availability: "ready", reason: "", activity: "idle", since: "2026-08-21T00:00:00.000000Z",
    operator: "", operator_id: null, epoch: 0, offer: null, call: null, incident: null, wrap_up_until: null,
    room_role: "", skills: [], misses: 0, rest_until: null, break_asked: "", break_asked_at: null, relief_open: false,
    ...changes,
  };
}

/** @param {string} call @param {object} [changes] */
export function lineCall(call, changes = {}) {
  return {
    call, number: `370602-20260821-${call}`, incident: `incident-${call}`, agency: ZHIFU, state: "waiting",
    mode: "normal", priority: 2, queued_at: "2026-08-21T00:00:00.000000Z", assurance: "none", area: "", area_en: "",
    seat: null, seat_label: "", seat_label_en: "", operator: "", lost_at: null, escalations: 0,
    needs_callback: false, needs: [], language: "", phone_masked: "", ended_at: null, end_reason: "",
    called_back_at: null, called_back_by: "", callback_outcome: "", ...changes,
  };
}

/** @param {string} offer @param {object} [changes] */
export function invitation(offer, changes = {}) {
  return {
    offer, call: "a", kind: "invite", role: "second", seat: "seat-4", seat_label: "芝罘区 4", seat_label_en: "Zhifu 4",
    operator: "Wu", asked_by: "Chen", reason: "", state: "open", expires_at: "2026-08-21T00:00:30.000000Z", ...changes,
  };
}

/** @param {string} participant @param {object} [changes] */
export function party(participant, changes = {}) {
  return {
    participant, role: "second", label: "芝罘区 4", label_en: "Zhifu 4", is_muted: false,
    joined_at: "2026-08-21T00:00:10.000000Z", ...changes,
  };
}

/** @param {object} [changes] */
export function snapshot(changes = {}) {
  const agency = {
    agency: ZHIFU, name: "芝罘区", name_en: "Zhifu", code: "370602", answer_mode: "auto", phone_number: "110",
    categories: [], phrases: [], break_reasons: [], breaks_need_approval: false, neighbours: [],
  };
  return { agency, seats: {}, line: {}, callbacks: {}, notices: {}, ...changes };
}

/** @param {string} call @param {object} [changes] */
export function incident(call, changes = {}) {
  return {
    incident: { incident: `incident-${call}`, number: "1", priority: 2, notes: "", flags: [] },
    caller: { assurance: "none", phone_masked: "", name_masked: "", language: "" },
    call: { ...lineCall(call), state: "connected", connected_at: null, ended_at: null, end_reason: "" },
    messages: [], position: null, trail: [], clips: {}, warning: "",
    muted: { guest: { audio: false, video: false }, host: { audio: false, video: false } },
    invitations: {}, room: { parties: [], whispering: [], people: {} }, ...changes,
  };
}

/** @param {string} id @param {object} [changes] */
export function clip(id, changes = {}) {
  return {
    clip: id, call: "a", source: "phone", side: "caller", kind: "video", mime: "video/webm", name: "", claimed_at: "",
    state: "open", opened_at: "2026-08-21T00:00:00.000000Z", closed_at: null, reason: "", bytes: 0, chunk_count: 0,
    gaps: [], gap_count: 0, missing: 0, is_complete: false, root: "", view: null, ...changes,
  };
}

/** A tab's storage, without a tab. */
export class MemoryStorage {
  #items = new Map();

  get length() {
    return this.#items.size;
  }

  key(index) {
    return [...this.#items.keys()][index] ?? null;
  }

  getItem(key) {
    return this.#items.get(key) ?? null;
  }

  setItem(key, value) {
    this.#items.set(key, String(value));
  }

  removeItem(key) {
    this.#items.delete(key);
  }
}
