// Words typed and not yet known to be saved. They live in the tab's storage until the
// server confirmed exactly these words, so a reload, a cut line or a refusal loses none.
// With each field stands what its edit began from: a colleague may write the same form.

import { joined } from "./merge.js";

/** @typedef {Record<string, string | number>} Fields */
/** @typedef {{number: string, fields: Fields, base?: Fields, sent?: Fields}} Kept */
/** @typedef {import("../../lib/wire.js").Ack} Ack */
/** @typedef {(fields: Fields, base: Fields) => Promise<Ack>} Save  rejects with `Refused` */
/** @typedef {{theirs: string | number, who: string}} Clash  what a colleague chose meanwhile */

const PREFIX = "alarm110.draft.";
/** In characters: the server takes no longer text. */
const LONGEST_TEXT = 4000;
/** Fields in which the words of two people can stand below each other. */
const TEXTS = new Set(["notes", "persons"]);

export class Draft {
  /** @type {Storage} */ #storage;
  /** @type {string} */ #key;
  /** @type {Fields} */ #fields;
  /** @type {Fields} what stood there when the edit began */ #base;
  /** @type {Record<string, Clash>} until the person decides */ #clashes = {};
  /** @type {Fields} what was sent last: it comes back as saved, and is no colleague's */ #sent;
  /** @type {Promise<unknown> | null} */ #underWay = null;
  /** @type {Record<string, unknown>} the form as saved, as far as is known here */ #known = {};
  /** Up to which number of the incident's stream the form is known here. */ #seq = -1;
  /** The incident's number, for people. */ number;

  /** @param {Storage} storage @param {string} incident @param {string} [number] */
  constructor(storage, incident, number) {
    this.#storage = storage;
    this.#key = PREFIX + incident;
    /** @type {Kept | null} */
    const kept = JSON.parse(storage.getItem(this.#key) ?? "null");
    this.#fields = kept?.fields ?? {};
    this.#base = kept?.base ?? {};
    this.#sent = kept?.sent ?? {};
    this.number = number ?? kept?.number ?? "";
  }

  /** @returns {boolean} */
  get isEmpty() {
    return Object.keys(this.#fields).length === 0;
  }

  /** @returns {Fields} all that is not saved */
  get fields() {
    return { ...this.#fields };
  }

  /** @returns {Readonly<Record<string, Clash>>} what a colleague chose in fields where only one can stand */
  get clashes() {
    return this.#clashes;
  }

  /** @returns {boolean} nothing is to be sent: all is saved, or the person is to decide */
  get isAtRest() {
    return Object.keys(this.#fields).every((field) => field in this.#clashes);
  }

  /** @param {string} field @returns {boolean} */
  has(field) {
    return field in this.#fields;
  }

  /** @param {string} field @returns {unknown} what is to be shown: typed, else saved */
  value(field) {
    return this.#fields[field] ?? this.#known[field];
  }

  /** @param {string} field @param {string | number} value */
  write(field, value) {
    const saved = this.#known[field];
    if (!this.has(field) && saved !== undefined)
      this.#base[field] = /** @type {string | number} */ (saved);
    if (this.#clashes[field]?.theirs === value) return this.drop(field);
    this.#fields[field] = value;
    this.#keep();
  }

  /**
   * Save what can be saved. One at a time, whoever asks: the second of two that are under
   * way would begin from what the first is changing.
   * @param {Save} save @returns {Promise<void>} rejects with `Refused`
   */
  async save(save) {
    while (this.#underWay) await this.#underWay;
    if (this.isAtRest) return;
    const { fields, base } = this.toSave();
    const saving = save(fields, base).then((ack) => this.confirm(fields, ack.seq ?? -1));
    this.#underWay = saving.catch(() => {});
    try {
      await saving;
    } catch (refused) {
      this.#sent = {};
      throw refused;
    } finally {
      this.#underWay = null;
    }
  }

  /** What is to be sent now. @returns {{fields: Fields, base: Fields}} */
  toSave() {
    const names = Object.keys(this.#fields).filter((field) => !(field in this.#clashes));
    const pick = (/** @type {Fields} */ from) =>
      Object.fromEntries(names.filter((name) => name in from).map((name) => [name, from[name]]));
    this.#sent = pick(this.#fields);
    this.#keep();
    return { fields: { ...this.#sent }, base: pick(this.#base) };
  }

  /**
   * The server has `saved`; what was typed meanwhile stays.
   * @param {Fields} saved @param {number} seq  where that stands in the incident's stream
   */
  confirm(saved, seq) {
    // The entry can be here before its answer, and a colleague's next one with it.
    const isNews = seq > this.#seq;
    if (isNews) this.#seq = seq;
    for (const [field, value] of Object.entries(saved)) {
      if (isNews) this.#known[field] = value;
      delete this.#sent[field]; // from here on the same value is somebody's choice
      if (this.#fields[field] === value) this.#forget(field);
      else if (isNews && this.has(field)) this.#base[field] = value;
    }
    this.#keep();
  }

  /**
   * The form as it stands up to number `seq`. Texts are joined; where only one value can
   * stand, the person decides.
   * @param {Record<string, unknown>} form @param {number} seq @param {string} who  saved it
   * @returns {string[]} the texts to which a colleague's words were added
   */
  rebase(form, seq, who) {
    // An older state would pass for a change: an answer can overtake an entry.
    if (seq < this.#seq) return [];
    this.#seq = seq;
    this.#known = { ...this.#known, ...form };
    const texts = [];
    for (const field of Object.keys(this.#fields)) {
      const theirs = /** @type {string | number | undefined} */ (form[field]);
      if (theirs === undefined) continue;
      const mine = this.#fields[field];
      const isOwn = field in this.#sent && this.#sent[field] === theirs;
      if (theirs === mine) this.#forget(field);
      else if (theirs === this.#base[field] || isOwn) {
        this.#base[field] = theirs;
        delete this.#clashes[field];
        if (isOwn) delete this.#sent[field];
      } else if (this.#join(field, String(theirs))) texts.push(field);
      else if (this.#clashes[field]?.theirs !== theirs) this.#clashes[field] = { theirs, who };
    }
    this.#keep();
    return texts;
  }

  /** @param {string} field @param {string} theirs @returns {boolean} both can stand there */
  #join(field, theirs) {
    if (!TEXTS.has(field)) return false;
    const both = joined(String(this.#base[field] ?? ""), String(this.#fields[field]), theirs);
    if (both.length > LONGEST_TEXT) return false;
    this.#fields[field] = both;
    this.#base[field] = theirs;
    delete this.#clashes[field];
    return true;
  }

  /** Mine shall stand, over what a colleague chose. @param {string} field */
  insist(field) {
    if (!(field in this.#clashes)) return;
    this.#base[field] = this.#clashes[field].theirs;
    delete this.#clashes[field];
    this.#keep();
  }

  /** What is saved there shall stand. @param {string} field */
  drop(field) {
    this.#forget(field);
    this.#keep();
  }

  /** The person decided not to keep it. */
  discard() {
    for (const field of Object.keys(this.#fields)) this.#forget(field);
    this.#keep();
  }

  /** @param {string} field */
  #forget(field) {
    delete this.#fields[field];
    delete this.#base[field];
    delete this.#clashes[field];
  }

  #keep() {
    /** @type {Kept} */
    const kept = {
      number: this.number,
      fields: this.#fields,
      base: this.#base,
      sent: this.#sent,
    };
    if (this.isEmpty) this.#storage.removeItem(this.#key);
    else this.#storage.setItem(this.#key, JSON.stringify(kept));
  }
}

/** @type {Map<string, Draft>} */
const drafts = new Map();

/**
 * The one draft of an incident in this window: of two, each would take what the other saved
 * for a colleague's.
 * @param {Storage} storage @param {string} incident @param {string} [number]
 */
export function draftOf(storage, incident, number) {
  for (const [key, draft] of drafts) if (draft.isEmpty && key !== incident) drafts.delete(key);
  const known = drafts.get(incident) ?? new Draft(storage, incident, number);
  known.number ||= number ?? "";
  drafts.set(incident, known);
  return known;
}

/** @param {Storage} storage @returns {string[]} incidents with unsaved words */
export function incidentsWithDrafts(storage) {
  return Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? "")
    .filter((key) => key.startsWith(PREFIX))
    .map((key) => key.slice(PREFIX.length));
}
