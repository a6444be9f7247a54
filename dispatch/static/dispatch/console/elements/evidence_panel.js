// Everything recorded of this incident: where from, how much, whether all of it came, and
// a way to look at it. In a call it opens over the form; afterwards it takes the picture's
// place.

import { Region } from "./region.js";
import { showRows, slot, writeMark, writeSlot } from "./rows.js";
import { askView } from "../evidence_door.js";
import { secondsSince, timeOfDay } from "../models/clock.js";
import {
  beganAt,
  clipsOf,
  extent,
  kindIcon,
  kindName,
  lookWords,
  mayFollow,
  originalAddress,
  sourceName,
  viewWords,
  waysToLook,
  wholeness,
} from "../models/evidence.js";
import { fill, gettext, ngettext } from "../../lib/words.js";

/** @typedef {import("../models/evidence_shapes.js").Clip} Clip */

export class EvidencePanel extends Region {
  #isOpen = false;
  /**
   * A copy that was asked for here, to be shown as soon as it is ready.
   * @type {{clip: string, view: string} | null}
   */
  #wanted = null;
  /** @type {Map<string, string>} clip → why no copy was made */ #refused = new Map();

  begin() {
    this.desk.addEventListener("cleared", () => this.#clear());
  }

  show() {
    const { incident } = this.desk;
    if (this.desk.view !== "call" || !incident) return;
    const { isOver } = this.desk;
    const clips = clipsOf(incident.clips);
    this.hidden = !this.#isOpen && !isOver;
    this.reveal("close", !isOver);
    const record = /** @type {HTMLAnchorElement} */ (this.find("record"));
    record.href = `/records/${incident.incident.number}/`;
    record.hidden = this.desk.isVisitor; // the host's to read
    this.reveal("ended", isOver);
    if (isOver) this.write("ended", endedWords(incident.call));
    const isEnded = incident.call.state === "ended";
    this.tick(this.desk.clock.now());
    this.reveal("empty", clips.length === 0);
    const older = incident.clips_older ?? 0;
    this.reveal("older", older > 0);
    if (older) this.write("older", olderWords(older));
    this.#showButton(clips.length + older);
    const template = /** @type {HTMLTemplateElement} */ (this.find("row"));
    showRows(
      this.find("clips"),
      template,
      clips,
      ({ clip }) => clip,
      (row, clip) => this.#fill(row, clip, Boolean(incident.call.lost_at) || isEnded),
    );
    this.#showWanted(incident.clips ?? {});
  }

  /** @param {number} now */
  tick(now) {
    const { incident, isOver } = this.desk;
    if (this.desk.view !== "call" || !incident) return;
    const { state, ended_at: at } = incident.call;
    const isEnded = isOver && state === "ended";
    this.reveal("later", isEnded && mayFollow(incident.clips, secondsSince(at, now)));
  }

  /** @param {string} act @param {HTMLElement | null} button */
  act(act, button) {
    if (act === "evidence") this.#open(!this.#isOpen);
    else if (act === "escape" && this.#isOpen) this.#open(false);
    else if (act === "ask-view") void this.#ask(button?.dataset.clip ?? "");
    else return false;
    return true;
  }

  // --- Asking ------------------------------------------------------------------------

  /** @param {string} clip */
  async #ask(clip) {
    if (!clip || this.#wanted?.clip === clip) return;
    const wanted = { clip, view: "" };
    this.#wanted = wanted;
    this.#refused.delete(clip);
    this.show();
    try {
      wanted.view = (await askView(clip)).view;
    } catch (refused) {
      this.#refused.set(clip, /** @type {Error} */ (refused).message);
      if (this.#wanted === wanted) this.#wanted = null;
    }
    this.show();
  }

  /** @param {Record<string, Clip>} clips */
  #showWanted(clips) {
    const view = clips[this.#wanted?.clip ?? ""]?.view;
    if (!this.#wanted || !view || view.view !== this.#wanted.view) return;
    if (view.state === "making") return;
    const { clip } = this.#wanted;
    this.#wanted = null;
    if (view.state === "ready") this.desk.tell("look", clip);
    this.show();
  }

  // --- Showing -----------------------------------------------------------------------

  /** @param {boolean} isOpen */
  #open(isOpen) {
    this.#isOpen = isOpen;
    this.show();
    if (isOpen) this.find("close").focus();
    else this.#button?.focus();
  }

  #clear() {
    this.#isOpen = false;
    this.#wanted = null;
    this.#refused.clear();
    this.find("clips").replaceChildren();
  }

  /** @param {number} total */
  #showButton(total) {
    const button = this.#button;
    if (!button) return;
    const count = fill(ngettext("Evidence %(count)s", "Evidence %(count)s", total), {
      count: total,
    });
    writeMark(slot(button, "words"), "", "folder", count);
    button.setAttribute("aria-expanded", String(this.#isOpen));
  }

  /** @param {HTMLElement} row @param {Clip} clip @param {boolean} isGone  its phone is lost */
  #fill(row, clip, isGone) {
    const whole = wholeness(clip, isGone);
    const way = waysToLook(clip);
    const isWaiting = this.#wanted?.clip === clip.clip || way === "wait";
    writeMark(slot(row, "kind"), "", kindIcon(clip), kindName(clip));
    writeSlot(row, "source", sourceName(clip));
    writeSlot(row, "at", timeOfDay(beganAt(clip)));
    writeSlot(row, "extent", extent(clip));
    writeMark(slot(row, "whole"), whole.tone, whole.icon, whole.words);
    const refused = this.#refused.get(clip.clip) ?? "";
    writeSlot(row, "view", isWaiting ? gettext("being prepared") : refused || viewWords(clip));
    const button = /** @type {HTMLButtonElement} */ (slot(row, "look"));
    button.hidden = way === "none" || isWaiting;
    button.dataset.act = way === "play" ? "look" : "ask-view";
    button.dataset.clip = clip.clip;
    writeSlot(row, "look", lookWords(clip));
    const link = /** @type {HTMLAnchorElement} */ (slot(row, "original"));
    link.hidden = clip.chunk_count === 0;
    if (link.hidden) link.removeAttribute("href");
    else if (link.getAttribute("href") === null) link.href = originalAddress(clip.clip);
    row.title = clip.name;
  }

  /** @returns {HTMLElement | null} it stands among the tools, under the picture */
  get #button() {
    return document.querySelector("[data-evidence-button]");
  }
}

/** @param {number} count @returns {string} */
function olderWords(count) {
  const words = ngettext("and %(count)s older one", "and %(count)s older ones", count);
  return fill(words, { count });
}

/** @param {import("../models/shapes.js").Call} call @returns {string} */
function endedWords({ ended_at: at }) {
  if (!at) return gettext("You are out of the call.");
  return fill(gettext("The call ended at %(time)s."), { time: timeOfDay(at) });
}
