// The streams this window follows: its agencies, and the incident of the call at its seat.

import { fromSnapshot, withEntry as agencyWith } from "./agency_state.js";
import { withEntry as incidentWith } from "./incident_state.js";

/** @typedef {import("./agency_state.js").AgencyState} AgencyState */
/** @typedef {import("./shapes.js").IncidentSnapshot} IncidentSnapshot */
/** @typedef {import("./shapes.js").Seat} Seat */
/**
 * @typedef {{stream: string, state: IncidentSnapshot, seq: number}} Followed  `seq`: up to
 *   which number of the stream its state is known
 */

export class Streams {
  /** @type {Map<string, AgencyState>} */ agencies = new Map();
  /** @type {Followed | null} */ followed = null;
  /** @type {() => void} */ #onCleared;

  /** @param {() => void} onCleared  the call has left this seat */
  constructor(onCleared) {
    this.#onCleared = onCleared;
  }

  /** @param {import("../../lib/wire.js").Welcome} welcome */
  welcome({ cursors, snapshots }) {
    for (const stream of this.agencies.keys()) {
      if (!(stream in cursors)) this.agencies.delete(stream);
    }
    if (this.followed && !(this.followed.stream in cursors)) this.clear(this.followed.stream);
    for (const [stream, snapshot] of Object.entries(snapshots))
      this.stand(stream, snapshot, cursors[stream]);
  }

  /** @param {string} stream @param {any} snapshot @param {number} seq */
  stand(stream, snapshot, seq) {
    if (snapshot.seats) {
      const done = this.agencies.get(stream)?.done;
      this.agencies.set(stream, fromSnapshot(snapshot, done));
      return;
    }
    if (this.followed && this.followed.stream !== stream) this.clear(this.followed.stream);
    this.followed = { stream, state: snapshot, seq };
  }

  /** @param {import("../../lib/wire.js").Entry} entry */
  apply(entry) {
    const agency = this.agencies.get(entry.stream);
    if (agency) this.agencies.set(entry.stream, agencyWith(agency, entry));
    if (this.followed?.stream === entry.stream) {
      const state = incidentWith(this.followed.state, entry);
      this.followed = { ...this.followed, state, seq: entry.seq };
    }
  }

  /** Nothing of a call may stay for the next one to be mistaken for. @param {string} stream */
  clear(stream) {
    if (this.followed?.stream !== stream) return;
    this.followed = null;
    this.#onCleared();
  }

  /** @param {string | null | undefined} id @returns {Seat | null} */
  seat(id) {
    if (!id) return null;
    for (const { seats } of this.agencies.values()) if (seats[id]) return seats[id];
    return null;
  }
}
