// What the console fetches beside its socket, when somebody looks: the outlines of the
// ground for the map, who is free elsewhere, and what a caller raised before.

import { ask } from "./evidence_door.js";

/** @returns {Promise<import("./models/map_view.js").Outline[]>} rejects with `Refused` */
export async function askGround() {
  // Not "no-store": the browser keeps it and asks whether it changed.
  return (await ask("/api/v1/console/ground", { cache: "default" })).areas;
}

/** @returns {Promise<import("./models/others.js").Standings>} rejects with `Refused` */
export async function askOthers() {
  return (await ask("/api/v1/console/agencies", {})).agencies;
}

/**
 * @param {string} incident
 * @returns {Promise<import("./models/earlier.js").Earlier>} rejects with `Refused`
 */
export function askEarlier(incident) {
  return ask(`/api/v1/console/incidents/${incident}/earlier`, {});
}
