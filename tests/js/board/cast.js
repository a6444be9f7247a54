// Seats, calls and agencies of the board's tests, as the wire brings them.

export const ZHIFU = "11111111-1111-4111-8111-111111111111";
export const FUSHAN = "22222222-2222-4222-8222-222222222222";

export const agency = (uuid = ZHIFU, name = "Zhifu") => ({
  agency: uuid, code: "370602", name, name_en: name,
});

export const seat = (id, fields = {}) => ({
  seat: id, number: 7, label: "芝罘 7", label_en: "Zhifu 7", agency: ZHIFU, is_active: true,
  availability: "ready", reason: "", activity: "idle", since: "2026-08-21T01:00:00.000000Z",
  operator: "Chen", operator_id: "chen", epoch: 1, offer: null, call: null, room_role: "",
  skills: [], misses: 0, rest_until: null, break_asked: "", break_asked_at: null, ...fields,
});

export const call = (id, fields = {}) => ({
  call: id, number: "370602-20260821-0017", incident: "i", agency: ZHIFU, state: "waiting",
  mode: "normal", priority: 2, queued_at: "2026-08-21T01:00:00.000000Z", assurance: "none",
  area: "", area_en: "", seat: null, seat_label: "", seat_label_en: "", operator: "",
  lost_at: null, escalations: 0, needs_callback: false, needs: [], language: "", ...fields,
});

export const snapshot = (fields = {}) => ({
  agency: agency(), seats: {}, line: {}, callbacks: {}, notices: {}, ...fields,
});

export const entry = (type, data, stream = ZHIFU) => ({ type, stream, seq: 1, data });
