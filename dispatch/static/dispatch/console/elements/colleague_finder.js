// To whom a call goes, or who comes into it: one panel over the form, for both. It lists
// who is free first, finds by typing, and never changes the order under somebody's hand.

import { askOthers } from "../console_door.js";
import { tellMoreBelow } from "./more_below.js";
import { Region } from "./region.js";
import { rowsOf, showRows, slot, writeMark, writeSlot } from "./rows.js";
import { isComposing } from "../models/keys.js";
import { colleagues, found } from "../models/colleagues.js";
import { Others } from "../models/others.js";
import { passingFrame, passingWords } from "../models/passing.js";
import { seatLook } from "../models/words.js";
import { gettext } from "../../lib/words.js";

/** @typedef {import("../models/colleagues.js").Colleague} Colleague */
/** @typedef {import("../models/passing.js").Way} Way */

/** @type {Record<"transfer" | "invite", Way[]>} the first is what it begins with */
const WAYS = { transfer: ["warm", "blind"], invite: ["second", "interpreter", "supervisor"] };

export class ColleagueFinder extends Region {
  /** @type {"transfer" | "invite" | ""} "" while it is closed */ #task = "";
  /** @type {Way} */ #way = "warm";
  #chosen = "";
  /** @type {string[]} as it stood when it opened, or when something was typed */ #order = [];
  #isAsking = false;
  #others = new Others(askOthers, () => this.show());
  #tellMore = () => {};

  begin() {
    this.#tellMore = tellMoreBelow(this.find("list"));
    this.desk.addEventListener("cleared", () => this.#close());
    const typed = this.#typed;
    typed.addEventListener("input", () => this.#search());
    typed.addEventListener("keydown", (event) => this.#pressed(event));
    this.find("list").addEventListener("click", (event) => {
      const row = event.target instanceof Element ? event.target.closest("li") : null;
      if (row?.dataset.key) this.#choose(row.dataset.key);
    });
    this.addEventListener("change", (event) => {
      const radio = event.target;
      if (!(radio instanceof HTMLInputElement) || radio.type !== "radio") return;
      this.#way = /** @type {Way} */ (radio.value);
      this.show();
    });
    this.find("form").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#ask();
    });
  }

  show() {
    const isOpen = this.#task !== "" && this.desk.view === "call" && this.desk.isHost;
    if (this.#task && !isOpen) {
      this.#task = "";
      this.#others.end();
    }
    this.hidden = !isOpen;
    if (!isOpen) return;
    const isTransfer = this.#task === "transfer";
    this.write("title", isTransfer ? gettext("Transfer the call") : gettext("Invite somebody"));
    this.reveal("transfer-ways", isTransfer);
    this.reveal("invite-ways", this.#task === "invite");
    for (const radio of this.querySelectorAll("input[type=radio]")) {
      const one = /** @type {HTMLInputElement} */ (radio);
      one.checked = one.value === this.#way;
    }
    this.#showList();
    const chosen = this.#all.get(this.#chosen) ?? null;
    const words = passingWords(this.#way, chosen);
    this.write("explains", words.explains);
    this.write("do", this.#isAsking ? gettext("Asking") : words.button);
    /** @type {HTMLButtonElement} */ (this.find("do")).disabled = !chosen || this.#isAsking;
  }

  /** @param {string} act */
  act(act) {
    if (act === "transfer" || act === "invite") this.#open(act);
    else if (act === "close-finder" || (act === "escape" && this.#task)) this.#leave();
    else return false;
    return true;
  }

  // --- Opening and closing ----------------------------------------------------------------

  /** @param {"transfer" | "invite"} task */
  #open(task) {
    if (this.#task === task) return this.#leave();
    if (!this.desk.isHost) {
      if (this.desk.isVisitor) this.desk.say(gettext("Only who leads the call can do this."));
      return;
    }
    this.#close();
    this.#task = task;
    this.#way = WAYS[task][0];
    this.#others.begin();
    this.#order = [...this.#all.keys()];
    this.show();
    this.#typed.focus();
  }

  #leave() {
    this.#close();
    /** @type {HTMLElement | null} */ (document.querySelector("text-thread textarea"))?.focus();
  }

  /** Nothing chosen or typed for one call may stand there for the next. */
  #close() {
    this.#task = "";
    this.#others.end();
    this.#chosen = "";
    this.#typed.value = "";
    this.#reason.value = "";
    this.find("list").replaceChildren();
    this.hidden = true;
  }

  // --- Choosing -----------------------------------------------------------------------------

  #search() {
    this.#order = [...this.#all.keys()];
    const first = this.#shown.find(({ isAskable }) => isAskable);
    this.#chosen = this.#typed.value.trim() && first ? first.key : "";
    this.show();
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (isComposing(event)) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.#move(step);
    else if (event.key === "Enter" && this.#chosen) this.#reason.focus();
    else if (event.key !== "Enter") return;
    event.preventDefault();
  }

  /** @param {number} step */
  #move(step) {
    const keys = this.#shown.filter(({ isAskable }) => isAskable).map(({ key }) => key);
    if (!keys.length) return;
    const at = keys.indexOf(this.#chosen);
    const next = at < 0 && step < 0 ? keys.length - 1 : (at + step + keys.length) % keys.length;
    this.#choose(keys[next] ?? "");
    rowsOf(this.find("list"))
      .find(({ dataset }) => dataset.key === this.#chosen)
      ?.scrollIntoView({ block: "nearest" });
  }

  /** @param {string} key */
  #choose(key) {
    if (!this.#all.get(key)?.isAskable) return;
    this.#chosen = key;
    this.show();
  }

  async #ask() {
    const chosen = this.#all.get(this.#chosen);
    const { incident } = this.desk;
    if (!chosen || !incident || this.#isAsking) return;
    const { call } = incident;
    this.#isAsking = true;
    this.show();
    this.dispatchEvent(
      new CustomEvent("asked-in", { bubbles: true, detail: { isWarm: this.#way === "warm" } }),
    );
    const reason = this.#reason.value.trim();
    const done = await this.desk.attempt(passingFrame(this.#way, call, chosen, reason));
    this.#isAsking = false;
    if (done && this.#task) this.#leave();
    else this.show();
  }

  // --- Showing ------------------------------------------------------------------------------

  #showList() {
    const shown = this.#shown;
    if (!this.#all.get(this.#chosen)?.isAskable) this.#chosen = "";
    this.reveal("none", shown.length === 0);
    const template = /** @type {HTMLTemplateElement} */ (this.find("row"));
    showRows(
      this.find("list"),
      template,
      shown,
      ({ key }) => key,
      (row, one) => this.#fill(row, one),
    );
    this.#tellMore();
    this.#typed.setAttribute("aria-activedescendant", this.#chosen ? `finder-${this.#chosen}` : "");
  }

  /** @param {HTMLElement} row @param {Colleague} one */
  #fill(row, one) {
    row.id = `finder-${one.key}`;
    row.dataset.group = one.group;
    row.setAttribute("aria-selected", String(one.key === this.#chosen));
    row.setAttribute("aria-disabled", String(!one.isAskable));
    const { tone, icon } = one.at ? seatLook(one.at) : { tone: "", icon: "arrow-right" };
    if (one.at) {
      writeMark(slot(row, "state"), tone, icon, one.state);
      writeSlot(row, "name", one.name);
    } else {
      writeMark(slot(row, "state"), tone, icon, one.name);
      writeSlot(row, "name", "");
    }
    writeSlot(row, "operator", one.at ? one.operator : one.state);
    writeSlot(row, "skills", one.skills);
    slot(row, "skills").dataset.fits = String(one.fits);
  }

  /** @returns {Map<string, Colleague>} everybody, by key, in the order of now */
  get #all() {
    const { seat, incident, agencies } = this.desk;
    if (!seat || !incident) return new Map();
    const way = this.#way === "blind" ? "line" : "somebody";
    const needs = incident.call.needs ?? [];
    const list = colleagues(agencies, seat, needs, way, this.#others.known);
    return new Map(list.map((one) => [one.key, one]));
  }

  /** @returns {Colleague[]} who fits what is typed, in the order of before */
  get #shown() {
    const all = this.#all;
    const keys = [...new Set([...this.#order, ...all.keys()])];
    const list = keys.flatMap((key) => all.get(key) ?? []);
    return found(list, this.#typed.value);
  }

  get #typed() {
    return /** @type {HTMLInputElement} */ (this.find("typed"));
  }

  get #reason() {
    return /** @type {HTMLInputElement} */ (this.find("reason"));
  }
}
