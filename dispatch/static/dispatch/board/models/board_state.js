// What the board knows, and where everything that arrives lands. No DOM, no socket.

import { apply, fromSnapshot } from "./agency.js";
import { ServerClock } from "../../console/models/clock.js";

/** @typedef {import("./shapes.js").AgencyState} AgencyState */
/** @typedef {import("./shapes.js").LineCall} LineCall */
/** @typedef {import("./shapes.js").Room} Room */
/** @typedef {import("./shapes.js").Seat} Seat */
/** @typedef {import("../../lib/wire.js").Entry} Entry */
/** @typedef {import("../../lib/wire.js").Frame} Frame */

/** @type {import("./shapes.js").Standing} */
const NOWHERE = { call: null, incident: null, participant: null, stance: "" };

export class BoardState {
  /** @type {import("./shapes.js").You | null} */ you = null;
  /** @type {Map<string, import("./shapes.js").FiguresFrame>} */ figures = new Map();
  /** @type {import("./shapes.js").HealthFrame | null} */ health = null;
  /** @type {Set<string>} seats whose console was not heard for a while */ late = new Set();
  standing = NOWHERE;
  /** @type {Room} */ room = { parties: [], whispering: [], people: {} };
  /** @type {"" | "normal" | "silent"} how loud the call is that one listens to */ mode = "";
  clock = new ServerClock();
  /** @type {number | null} the last moment known, while the line is cut */ frozenAt = null;
  /** @type {Map<string, AgencyState>} */ #agencies = new Map();
  /** @type {string[]} as the server orders them */ #order = [];

  // --- Questions -----------------------------------------------------------------------

  /** @returns {AgencyState[]} */
  get agencies() {
    return this.#order.flatMap((stream) => this.#agencies.get(stream) ?? []);
  }

  /** @returns {number} the server's time in ms; while cut, when it was last heard */
  now() {
    return this.frozenAt ?? this.clock.now();
  }

  /** @returns {boolean} whether everything in sight has arrived */
  get isWhole() {
    return this.you !== null && this.#order.every((stream) => this.#agencies.has(stream));
  }

  /** @param {string | null | undefined} id @returns {Seat | null} */
  seat(id) {
    if (!id) return null;
    for (const { seats } of this.#agencies.values()) {
      const seat = seats.get(id);
      if (seat) return seat;
    }
    return null;
  }

  /** @param {string | null | undefined} id @returns {LineCall | null} a live call */
  call(id) {
    if (!id) return null;
    for (const { line } of this.#agencies.values()) {
      const call = line.get(id);
      if (call) return call;
    }
    return null;
  }

  /** @param {string} uuid @returns {import("./shapes.js").Agency | null} */
  agency(uuid) {
    return this.#agencies.get(uuid)?.agency ?? null;
  }

  /** @returns {string} the code that need not be said of a call: that of the only agency */
  get ownCode() {
    const [only, ...others] = this.agencies;
    return only && !others.length ? only.agency.code : "";
  }

  /** @param {string} agency @returns {boolean} whether this person supervises it */
  maySteer(agency) {
    return this.you?.moves.includes(agency) ?? false;
  }

  /** @param {LineCall} call @returns {string} since when it is talked to, as far as known */
  talkingSince(call) {
    return call.connected_at ?? call.queued_at; // a hand-over does not begin it anew
  }

  // --- What arrives --------------------------------------------------------------------

  /** @param {import("../../lib/wire.js").Welcome} welcome */
  welcome(welcome) {
    this.clock.hear(welcome.at);
    this.you = /** @type {import("./shapes.js").You} */ (welcome.you);
    this.#order = this.you.agencies;
    for (const stream of [...this.#agencies.keys()]) {
      if (this.#order.includes(stream)) continue;
      this.#agencies.delete(stream);
      this.figures.delete(stream);
    }
  }

  /** @param {Entry} entry */
  entry(entry) {
    const agency = this.#agencies.get(entry.stream);
    if (agency) apply(agency, entry);
    else if (entry.stream === this.standing.incident) this.#applyToRoom(entry);
  }

  /** @param {Entry} entry  of the incident one listens to */
  #applyToRoom(entry) {
    if (entry.type === "room.changed") this.room = entry.data;
    if (entry.data?.call?.mode) this.mode = entry.data.call.mode;
  }

  /** @param {Frame} frame  unnumbered */
  frame(frame) {
    switch (frame.type) {
      case "heartbeat":
        return this.clock.hear(frame.at);
      case "followed":
        if (frame.snapshot.seats) {
          this.#agencies.set(frame.stream, fromSnapshot(frame.snapshot));
        } else {
          this.room = frame.snapshot.room ?? { parties: [], whispering: [], people: {} };
          this.mode = frame.snapshot.call.mode;
        }
        return;
      case "figures":
        this.figures.set(frame.agency, /** @type {any} */ (frame));
        return;
      case "health":
        this.health = /** @type {any} */ (frame);
        this.late = new Set(
          Object.values(/** @type {any} */ (frame).agencies).flatMap(({ late }) => late),
        );
        return;
      case "room":
        this.standing = frame.call ? /** @type {any} */ (frame) : NOWHERE;
        return;
      default:
    }
  }
}
