// An alarm from the page that works without scripts: its words arrive, and nothing more can.
// Nobody is lost then, and nobody can be asked.

/** What its door writes into the incident's flags. */
const FLAG = "no_scripts";

/**
 * Until the phone shows a page that can speak: then the call is not lost, or something of
 * the phone's came that only scripts send.
 * @param {import("./shapes.js").IncidentSnapshot | null} state @returns {boolean}
 */
export function isScriptless(state) {
  if (!state?.incident.flags.includes(FLAG) || state.call.state !== "connected") return false;
  const hasRecorded = Object.values(state.clips ?? {}).some(({ source }) => source === "phone");
  return Boolean(state.call.lost_at) && !state.position && !hasRecorded;
}
