// A call is offered to this seat. `auto`: the console has accepted already and says what
// comes. `ring`: it takes the middle, rings, counts down, and waits for one key. So does a
// colleague's wish: to come into a call, or to take it over.

import { Region } from "./region.js";
import { duration, secondsSince } from "../models/clock.js";
import {
  needsWords,
  offerAsks,
  offerTitle,
  writtenLines,
} from "../models/room_words.js";
import { rungSentence } from "../models/rungs.js";
import { areaName, assuranceName, priorityName, shortNumber } from "../models/words.js";
import { fill, gettext } from "../../lib/words.js";

/** @typedef {import("../models/shapes.js").Offer} Offer */

export class CallOffer extends Region {
  /** @type {Offer | null} */ #shown = null;
  #answered = "";
  #read = ""; // of the caller's words, what was read aloud
  #answering = false;

  begin() {
    this.ring.addEventListener("change", () => {
      if (this.#offer?.answer === "ring") this.ring.start();
    });
  }

  show() {
    const offer = this.#offer;
    this.hidden = !offer;
    if (!offer) return this.#put();
    if (offer.offer !== this.#shown?.offer) this.#arrive(offer);
    const isRing = offer.answer === "ring";
    this.reveal("acts", isRing);
    this.reveal("count-row", isRing);
    this.reveal("auto", !isRing);
    this.reveal("silent", offer.mode === "silent");
    this.reveal("lost", Boolean(offer.lost_at) && !offer.is_plain);
    this.reveal("plain", Boolean(offer.lost_at) && Boolean(offer.is_plain));
    const isAsked = offer.kind === "invite" || offer.kind === "transfer";
    this.write("title", offerTitle(offer, this.desk.ownCode));
    this.reveal("why-row", isAsked && offer.reason !== "");
    this.reveal("asks", isAsked);
    this.write("why", offer.reason ?? "");
    this.write("asks", isAsked ? offerAsks(offer, this.desk.ownAgency) : "");
    // Of a call that was answered nobody waits any more.
    this.write("waiting-words", isAsked ? gettext("Since the alarm") : gettext("Waiting"));
    this.reveal("needs", (offer.needs ?? []).length > 0);
    this.write("needs-words", needsWords(offer.needs ?? []));
    this.write("where", areaName(offer) || gettext("Place unknown"));
    this.write("who", assuranceName(offer.assurance));
    this.write("priority", `${offer.priority} · ${priorityName(offer.priority)}`);
    this.#showCaller(isRing);
    this.tick(this.desk.clock.now());
  }

  /** @param {number} now */
  tick(now) {
    const offer = this.#offer;
    if (!offer) return;
    const left = Math.max(0, (Date.parse(offer.expires_at) - now) / 1000);
    this.write("waiting", duration(secondsSince(offer.queued_at, now)));
    this.write("count", fill(gettext("%(seconds)s s"), { seconds: Math.ceil(left) }));
    const bar = /** @type {HTMLProgressElement} */ (this.find("bar"));
    bar.max = (Date.parse(offer.expires_at) - Date.parse(offer.made_at)) / 1000 || 15;
    bar.value = left;
    this.reveal("no-sound", offer.answer === "ring" && this.ring.isBlocked);
  }

  /** @param {string} act */
  act(act) {
    if (act === "accept" && this.#offer) void this.#answer("accept_offer");
    else if (act === "decline" && this.#offer) void this.#answer("decline_offer");
    else return false;
    return true;
  }

  // --- Inside ------------------------------------------------------------------------

  /** @returns {Offer | null} */
  get #offer() {
    const { seat } = this.desk;
    return seat?.activity === "offered" ? seat.offer : null;
  }

  /**
   * What the caller wrote and what the phone can send; its place is kept from the start,
   * so that nothing moves under a hand when it comes.
   * @param {boolean} isRing
   */
  #showCaller(isRing) {
    const { offerWords } = this.desk;
    const known = offerWords?.offer === this.#offer?.offer ? offerWords : null;
    const lines = writtenLines(known);
    this.reveal("words", isRing);
    this.reveal("phone-row", isRing);
    this.write("words-first", lines.at(-2) ?? lines[0] ?? "");
    this.write("words-last", lines.length > 1 ? (lines.at(-1) ?? "") : "");
    this.reveal("words-none", lines.length === 0);
    this.write("phone", rungSentence(known?.rung ? { ...known, rung: known.rung } : null));
    const said = lines.join(" ");
    if (!isRing || !said || said === this.#read) return;
    this.#read = said;
    this.announce(fill(gettext("The caller wrote: %(words)s"), { words: said }));
  }

  /** @param {Offer} offer */
  #arrive(offer) {
    this.#shown = offer;
    this.#read = "";
    const silent = offer.mode === "silent" ? gettext("Silent.") : "";
    const words = fill(gettext("Call offered. %(area)s. %(silent)s"), {
      area: areaName(offer) || gettext("Place unknown"),
      silent,
    });
    const isAsked = offer.kind === "invite" || offer.kind === "transfer";
    const asked = isAsked ? offerAsks(offer, this.desk.ownAgency) : "";
    this.announce(asked || words);
    if (offer.answer !== "ring") return;
    this.ring.start();
    // Never out of somebody's typing; only where nothing has the focus, or what does nothing.
    const focused = document.activeElement;
    if (!focused || focused.matches("body, waiting-line h2")) this.find("accept").focus();
  }

  #put() {
    const gone = this.#shown;
    this.#shown = null;
    this.ring.stop();
    const isMissed = gone?.answer === "ring" && gone.offer !== this.#answered;
    if (!isMissed || this.desk.view !== "idle") return;
    // Who comes back to an idle screen must not believe that nothing happened.
    const words =
      gone.kind === "invite" || gone.kind === "transfer"
        ? gettext("You were asked about call %(number)s; that is over now.")
        : gettext("Call %(number)s rang here and was not answered.");
    this.desk.say(fill(words, { number: shortNumber(gone.number, this.desk.ownCode) }), "warn");
  }

  /** @param {"accept_offer" | "decline_offer"} type */
  async #answer(type) {
    const offer = this.#offer;
    if (!offer || this.#answering) return;
    this.#answering = true;
    this.#answered = offer.offer;
    this.find("acts").inert = true;
    this.ring.stop();
    await this.desk.attempt({ type, offer: offer.offer });
    this.#answering = false;
    this.find("acts").inert = false;
  }
}
