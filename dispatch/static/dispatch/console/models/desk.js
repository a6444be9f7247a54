// What the console knows, and where everything that arrives lands. No DOM and no socket of
// its own: the page hands it a door with `command` and `send`. Regions listen to "change",
// "still", "still_seen", "typing", "say", "told" and "cleared", live media to "signal",
// "media" and "media_lines".

import { Acts } from "./acts.js";
import { ServerClock } from "./clock.js";
import { refusal } from "./refusals.js";
import { isHost, isOverHere, isVisitor } from "./room.js";
import { Shift } from "./shift.js";
import { Streams } from "./streams.js";
import { toldBy } from "./told.js";
import { Refused } from "../../lib/wire.js";

/** @typedef {import("./shapes.js").You} You */
/** @typedef {import("./shapes.js").Notice} Notice */
/** @typedef {import("../../lib/wire.js").Frame} Frame */
/** @typedef {"opening" | "choose" | "elsewhere" | "signed_out" | "idle" | "call"} View */

const NOT_ALLOWED = 4401;
const HIDDEN = "not_found"; // the page itself says what is no longer this person's

/** @returns {{count: number, oldestAt: string | null}} */
function nobodyAtNeighbours() {
  return { count: 0, oldestAt: null };
}

export class Desk extends Acts {
  /** @type {You | null} */ you = null;
  /** @type {number | null} */ epoch = null;
  /** @type {import("./shapes.js").Device | null} */ device = null;
  /** @type {import("./shapes.js").OfferWords | null} */ offerWords = null;
  /** @type {string[]} seats whose console is silent in mid call */ silentSeats = [];
  /** Calls at neighbours which nobody who is ready may answer: they come to who becomes it. */
  neighboursWait = nobodyAtNeighbours();
  /** @type {Notice | null} */ notice = null;
  /** When the server was last heard before the line broke, on this computer's clock. */
  cutAt = 0;
  isSignedOut = false;

  clock = new ServerClock();
  /** @type {Shift} */ shift;
  #streams = new Streams(() => this.#cleared());
  #accepted = "";

  /** @param {Storage} storage @param {import("./acts.js").Door} door */
  constructor(storage, door) {
    super(door);
    this.shift = new Shift(storage);
  }

  // --- Questions ---------------------------------------------------------------------

  /** @returns {import("./agency_state.js").AgencyState[]} */
  get agencies() {
    return [...this.#streams.agencies.values()];
  }

  /** @returns {import("./shapes.js").Seat | null} the seat held by this window */
  get seat() {
    return this.epoch === null ? null : this.#streams.seat(this.you?.seat);
  }

  /** @returns {import("./shapes.js").Seat | null} the seat this tab held last, if it lost it */
  get lastSeat() {
    return this.#streams.seat(this.shift.place.seat);
  }

  /** @returns {import("./shapes.js").IncidentSnapshot | null} */
  get incident() {
    return this.#streams.followed?.state ?? null;
  }

  /** @returns {number} up to which number of its stream the incident is known */
  get incidentSeq() {
    return this.#streams.followed?.seq ?? -1;
  }

  /** @returns {boolean} the call is over for this seat: it ended, or went elsewhere */
  get isOver() {
    return isOverHere(this.seat, this.incident);
  }

  /** @returns {boolean} this seat leads the call it is in */
  get isHost() {
    return isHost(this.seat, this.incident);
  }

  /** @returns {boolean} this seat is in a colleague's call */
  get isVisitor() {
    return isVisitor(this.seat);
  }

  /** @returns {View} */
  get view() {
    if (this.isSignedOut) return "signed_out";
    if (!this.you) return "opening";
    const { seat } = this;
    if (!seat) return this.notice?.facts.why === "taken_over" ? "elsewhere" : "choose";
    return seat.activity === "on_call" || seat.activity === "wrap_up" ? "call" : "idle";
  }

  /** @returns {import("./shapes.js").Agency | null} whose phrases and categories apply */
  get agency() {
    const ids = [this.incident?.call.agency, this.seat?.agency];
    const known = ids.map((id) => this.#streams.agencies.get(id ?? ""));
    return known.find((state) => state)?.agency ?? null;
  }

  /** @returns {import("./shapes.js").Agency | null} of this seat */
  get ownAgency() {
    return this.#streams.agencies.get(this.seat?.agency ?? "")?.agency ?? null;
  }

  /** @returns {string | undefined} the code in numbers of this seat's agency's own calls */
  get ownCode() {
    return this.ownAgency?.code;
  }

  // --- What arrives ------------------------------------------------------------------

  /** @param {import("../../lib/wire.js").Welcome} welcome */
  welcome(welcome) {
    this.clock.hear(welcome.at);
    this.you = /** @type {You} */ (welcome.you);
    this.epoch = welcome.epoch;
    this.silentSeats = [];
    this.neighboursWait = nobodyAtNeighbours();
    this.#streams.welcome(welcome);
    if (welcome.epoch !== null && this.you.seat) {
      this.shift.hold(this.you.seat, welcome.epoch);
      this.notice = null;
    } else {
      this.shift.lose();
      this.notice = this.you.notice ?? this.notice;
    }
    this.#changed();
  }

  /** The seat that was lost is somebody else's: choose another. */
  forgetNotice() {
    this.notice = null;
    this.#changed();
  }

  /** @param {import("../../lib/wire.js").Entry} entry */
  entry(entry) {
    const before = { seat: this.seat, incident: this.incident, agencies: [] };
    this.#streams.apply(entry);
    const { seat, incident, agencies } = this;
    const told = toldBy(entry, before, { seat, incident, agencies });
    if (told) {
      this.say(told.words, told.tone);
      if (told.tone === "warn") this.tell("told", told.words);
    }
    this.#changed();
  }

  /** @param {Frame} frame  unnumbered */
  frame(frame) {
    switch (frame.type) {
      case "heartbeat":
        return this.clock.hear(frame.at);
      case "still":
      case "still_seen":
      case "typing":
      case "signal":
      case "media":
      case "media_lines":
        return this.tell(frame.type, frame);
      case "device":
        this.device = /** @type {any} */ (frame);
        break;
      case "offer_words":
        this.offerWords = /** @type {any} */ (frame);
        break;
      case "silent_seats":
        this.silentSeats = frame.seats;
        break;
      case "neighbours_wait":
        this.neighboursWait = { count: frame.count, oldestAt: frame.oldest_at };
        break;
      case "followed":
        this.#streams.stand(frame.stream, frame.snapshot, frame.cursor);
        break;
      case "unfollowed":
        this.#streams.clear(frame.stream);
        break;
      case "error":
        this.#refused(frame);
        break;
      default:
        return;
    }
    this.#changed();
  }

  /**
   * @param {import("../../lib/wire.js").LineState} line
   * @param {number} silentMs  since the last frame @param {number} code  of the close
   */
  lineChanged(line, silentMs, code) {
    if (this.line === "live") this.cutAt = Date.now() - silentMs;
    this.standAt(line);
    if (line === "down") {
      this.epoch = null;
      // Coming back must be asked for: with the old epoch a reload would take the seat away.
      this.shift.lose();
      if (code === NOT_ALLOWED) this.isSignedOut = true;
      else this.#refused({ type: "error", code: "epoch_stale" });
    }
    this.#changed();
  }

  /** The person left the seat: nothing is remembered of it. */
  left() {
    this.shift.leave();
    this.notice = null;
    this.#changed();
  }

  // --- Inside ------------------------------------------------------------------------

  /** @param {Frame} error  one that answers no command */
  #refused(error) {
    if (error.code === "epoch_stale") {
      const facts = { why: "taken_over", ...error.facts };
      this.notice = { code: error.code, detail: error.detail ?? "", facts };
    } else if (error.code !== HIDDEN) {
      this.say(refusal(new Refused({ ...error, code: error.code })), "warn");
    }
  }

  #cleared() {
    this.device = null;
    this.tell("cleared");
  }

  /** `auto`: the console accepts by itself, at once; a timer would sleep in a hidden tab. */
  #acceptByItself() {
    const offer = this.seat?.activity === "offered" ? this.seat.offer : null;
    if (!offer || offer.answer !== "auto" || offer.offer === this.#accepted) return;
    this.#accepted = offer.offer;
    void this.attempt({ type: "accept_offer", offer: offer.offer });
  }

  #changed() {
    this.#acceptByItself();
    this.tell("change");
  }
}
