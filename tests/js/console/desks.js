// A desk with one seat of Zhifu, as the server's welcome leaves it.

import { CHEN, MemoryStorage, ZHIFU, incident, seat, snapshot } from "./cast.js";

const { Desk } = await import("../../../dispatch/static/dispatch/console/models/desk.js");

export const AT = "2026-08-21T01:00:00.000000Z";

/** @param {object} [call]  a call at the seat, or none @param {object} [more]  of its incident */
export function desk(call, more = {}) {
  const made = new Desk(new MemoryStorage(), { command: async () => ({}), send: () => true });
  made.lineChanged("live", 0, 0);
  const own = call ? { activity: "on_call", call: "a", room_role: "host" } : {};
  const state = call && incident("a", { call: { ...incident("a").call, seat: "seat-7", ...call }, ...more });
  made.welcome({
    type: "welcome", epoch: 3, at: AT, cursors: { [ZHIFU]: 1, i: 1 },
    snapshots: { [ZHIFU]: snapshot({ seats: { "seat-7": seat(7, { ...own, epoch: 3 }) } }), ...(call ? { i: state } : {}) },
    you: { side: "seat", operator: { id: CHEN, name: "Chen" }, seat: "seat-7", agencies: [ZHIFU], held_elsewhere: false },
  });
  return made;
}

export const quiet = Object.assign(new EventTarget(), {
  isOn: true, why: "", remote: null, videoAgeMs: 40,
});

export const plain = () => ({ incident: { ...incident("a").incident, flags: ["no_scripts"] } });
