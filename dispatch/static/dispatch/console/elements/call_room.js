// One strip under the head of a call, always there: who is in the room, who is being asked
// in and for how long, how the last one answered; and what may be done about each.

import { Region } from "./region.js";
import { icon, rowsOf, showRows, slot, writeMark, writeSlot } from "./rows.js";
import { agencyOf } from "../models/agency_state.js";
import { timeOfDay } from "../models/clock.js";
import { actsOn, peopleOf, ringing } from "../models/room.js";
import {
  needsWords, outcome, personMark, ringingWords, seatWithName,
} from "../models/room_words.js";
import { seatName } from "../models/words.js";
import { fill, gettext } from "../../lib/words.js";

/** @typedef {import("../models/room.js").Person} Person */

export class CallRoom extends Region {
  /** Whose menu is open: a participant, or nobody. */
  #menuOf = "";
  /** A colleague was asked in so as to be given the call. */
  #isHandingOver = false;
  #isBusy = false;

  begin() {
    this.desk.addEventListener("cleared", () => this.#reset());
    this.desk.addEventListener("told", (event) =>
      this.announce(/** @type {CustomEvent} */ (event).detail),
    );
    this.closest("seat-console")?.addEventListener("asked-in", (event) => {
      this.#isHandingOver = /** @type {CustomEvent} */ (event).detail.isWarm;
    });
  }

  show() {
    const { incident, seat } = this.desk;
    if (this.desk.view !== "call" || !incident || !seat) return;
    this.hidden = this.desk.isOver; // the head says how it ended; nobody is in it
    const people = this.desk.isOver ? [] : peopleOf(incident, seat);
    if (!people.some(({ key }) => key === this.#menuOf)) this.#menuOf = "";
    this.write("lead", this.#leadWords());
    this.find("lead").dataset.quiet = String(this.desk.isHost);
    this.#showNeeds(incident.call.needs);
    this.#showPeople(people);
    this.#showRinging();
    this.#showAnswer(people);
    this.#showMenu(people.find(({ key }) => key === this.#menuOf));
    for (const act of ["transfer", "invite"]) {
      const button = /** @type {HTMLButtonElement} */ (this.find(act));
      button.hidden = this.desk.isVisitor || this.desk.isOver;
      button.disabled = !this.desk.isHost;
    }
    this.tick(this.desk.clock.now());
  }

  /** @param {number} now */
  tick(now) {
    const { incident } = this.desk;
    if (!incident) return;
    const asked = new Map(ringing(incident).map((one) => [one.offer, one]));
    for (const row of rowsOf(this.find("ringing"))) {
      const invitation = asked.get(row.dataset.key ?? "");
      if (!invitation) continue;
      const left = Math.max(0, (Date.parse(invitation.expires_at) - now) / 1000);
      writeSlot(row, "words", ringingWords(invitation, left, this.#ours));
    }
  }

  /** @param {string} act @param {HTMLElement | null} button */
  act(act, button) {
    const participant = button?.closest("li")?.dataset.key ?? "";
    if (act === "room") this.#enter();
    else if (act === "person") this.#open(this.#menuOf === participant ? "" : participant);
    else if (act === "escape" && this.#menuOf) this.#open("");
    else if (act === "withdraw") void this.#do({ type: "withdraw_invitation", offer: participant });
    else if (act === "mute-party") void this.#mute();
    else if (act === "remove-party") void this.#about("remove_participant", {});
    else if (act === "hand-over") void this.#about("hand_over", {});
    else if (act === "hand-over-now") void this.#handOver(button?.dataset.participant ?? "");
    else return false;
    return true;
  }

  // --- Acts ----------------------------------------------------------------------------

  /** Alt + key: to whom one can do something, or the one being asked. */
  #enter() {
    const first = this.querySelector(
      ".room-lists button:not(:disabled), .room-said button:not([hidden])",
    );
    if (first instanceof HTMLElement) first.focus();
    else if (this.desk.view === "call") this.desk.say(gettext("Nobody else is in the call."));
  }

  /** @param {string} participant */
  #open(participant) {
    const former = this.#menuOf;
    this.#menuOf = participant;
    this.show();
    const [row] = rowsOf(this.find("people")).filter(({ dataset }) => dataset.key === former);
    const first = this.querySelector(".room-menu button:not([hidden])");
    if (participant && first instanceof HTMLElement) first.focus();
    else row?.querySelector("button")?.focus();
  }

  /** @param {string} type @param {object} more */
  async #about(type, more) {
    const participant = this.#menuOf;
    this.#menuOf = "";
    await this.#do({ type, call: this.#call, participant, ...more });
  }

  async #mute() {
    const { incident, seat } = this.desk;
    if (!incident || !seat) return;
    const person = peopleOf(incident, seat).find((one) => one.participant === this.#menuOf);
    if (person) await this.#about("mute_participant", { is_muted: !person.isMuted });
  }

  /** @param {string} participant */
  async #handOver(participant) {
    await this.#do({ type: "hand_over", call: this.#call, participant });
  }

  /** @param {import("../../lib/wire.js").Frame} frame */
  async #do(frame) {
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.inert = true;
    await this.desk.attempt(frame);
    this.inert = false;
    this.#isBusy = false;
    this.show();
  }

  // --- Showing -------------------------------------------------------------------------

  #leadWords() {
    const { incident, seat } = this.desk;
    if (!incident || !seat || this.desk.isOver) return "";
    const { call } = incident;
    if (!this.desk.isVisitor) return gettext("In the call:");
    const words =
      seat.room_role === "interpreter"
        ? gettext("You are in the call of %(seat)s, as interpreter:")
        : gettext("You are in the call of %(seat)s:");
    const label = { label: call.seat_label, label_en: call.seat_label_en };
    return fill(words, { seat: seatName(label, this.#ours) });
  }

  /** Where the call came by itself nobody saw its row in the line. @param {string[]} needs */
  #showNeeds(needs = []) {
    const isShown = needs.length > 0 && !this.desk.isOver;
    const words = isShown ? needsWords(needs) : "";
    const part = this.find("needs");
    this.reveal("needs", isShown);
    if (part.dataset.words === words) return;
    part.dataset.words = part.title = words;
    writeMark(part, "", "languages", words);
    if (words) this.announce(words);
  }

  /** @param {Person[]} people */
  #showPeople(people) {
    const template = /** @type {HTMLTemplateElement} */ (this.find("person-row"));
    showRows(
      this.find("people"),
      template,
      people,
      ({ key }) => key,
      (row, person) => this.#fill(row, person),
    );
  }

  /** @param {HTMLElement} row @param {Person} person */
  #fill(row, person) {
    const button = /** @type {HTMLButtonElement} */ (slot(row, "button"));
    const { tone, icon: shape, words } = personMark(person, this.desk.isHost, this.#ours);
    writeMark(slot(row, "words"), tone, shape, words);
    const acts = actsOn(person, this.desk.isHost);
    button.disabled = !Object.values(acts).some(Boolean) || acts.leave;
    button.title = person.name;
    button.setAttribute("aria-expanded", String(person.key === this.#menuOf));
  }

  #showRinging() {
    const { incident } = this.desk;
    const list = incident && !this.desk.isOver ? ringing(incident) : [];
    const template = /** @type {HTMLTemplateElement} */ (this.find("ringing-row"));
    showRows(
      this.find("ringing"),
      template,
      list,
      ({ offer }) => offer,
      (row, { reason }) => {
        slot(row, "withdraw").hidden = !this.desk.isHost;
        row.title = reason;
      },
    );
  }

  /** @param {Person[]} people */
  #showAnswer(people) {
    const answered = this.desk.incident?.answered ?? null;
    const said = this.find("said");
    const isNews = answered && !this.desk.isOver && !this.desk.isVisitor;
    said.hidden = !isNews;
    if (isNews) {
      const { tone, icon: shape, words } = outcome(answered, this.#ours);
      writeMark(said, tone, shape, `${words} ${timeOfDay(answered.at)}`);
    }
    const isIn = isNews && answered.state === "accepted" && this.#isHandingOver;
    const next = people.find(
      (person) =>
        isIn && person.label === answered.seat_label && actsOn(person, this.desk.isHost).handOver,
    );
    const button = this.find("hand-over-now");
    button.hidden = !next;
    if (!next) return;
    button.dataset.participant = next.participant;
  }

  /** @param {Person | undefined} person */
  #showMenu(person) {
    const menu = this.find("menu");
    menu.hidden = !person;
    if (!person) return;
    const row = rowsOf(this.find("people")).find(({ dataset }) => dataset.key === person.key);
    menu.style.left = `${Math.max(0, row ? row.offsetLeft : 0)}px`;
    const acts = actsOn(person, this.desk.isHost);
    this.reveal("menu-hand-over", acts.handOver);
    this.reveal("menu-remove", acts.remove);
    this.reveal("menu-mute", acts.mute);
    const shape = person.isMuted ? "mic" : "mic-off";
    const words = person.isMuted
      ? gettext("Let everyone hear them")
      : gettext("Let nobody hear them");
    const label = document.createElement("span");
    label.textContent = words;
    if (this.find("menu-mute").textContent?.trim() !== words) {
      this.find("menu-mute").replaceChildren(icon(shape), label);
    }
    this.write("menu-name", seatWithName(person.label, person.label_en, person.name, this.#ours));
  }

  #reset() {
    this.#menuOf = "";
    this.#isHandingOver = false;
    for (const part of ["people", "ringing"]) this.find(part).replaceChildren();
    for (const part of ["menu", "said", "hand-over-now"]) this.reveal(part, false);
    this.write("lead", "");
    this.find("said").replaceChildren();
    delete this.find("said").dataset.stamp;
  }

  /** One's own agency, whose seats are named by their number alone. */
  get #ours() {
    const { seat, agencies } = this.desk;
    return seat ? agencyOf(agencies, seat) : null;
  }

  get #call() {
    return this.desk.incident?.call.call ?? "";
  }
}
