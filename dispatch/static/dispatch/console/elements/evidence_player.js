// Looking at a clip: a copy made to be looked at, never the original. Nothing of it stays
// when the dialog is closed.

import { Region } from "./region.js";
import { timeOfDay } from "../models/clock.js";
import { beganAt, kindName, originalAddress, sourceName, viewAddress } from "../models/evidence.js";

/** @typedef {import("../models/evidence_shapes.js").Clip} Clip */

const TAGS = { photo: "img", audio: "audio", video: "video", file: "video" };

export class EvidencePlayer extends Region {
  begin() {
    this.#dialog.addEventListener("close", () => this.#empty());
    this.desk.addEventListener("look", (event) =>
      this.#look(/** @type {CustomEvent} */ (event).detail),
    );
    this.desk.addEventListener("cleared", () => this.#dialog.close());
  }

  /** @param {string} act @param {HTMLElement | null} button */
  act(act, button) {
    if (act === "look") this.#look(button?.dataset.clip ?? "");
    else if (act === "close-look") this.#dialog.close();
    else return act === "escape" && this.#dialog.open; // the dialog closes by itself
    return true;
  }

  /** @param {string} id */
  #look(id) {
    const clip = this.desk.incident?.clips?.[id];
    const address = clip ? viewAddress(clip) : "";
    if (!clip || !address) return;
    const title = [kindName(clip), sourceName(clip), timeOfDay(beganAt(clip))];
    this.write("title", title.join(" · "));
    const original = /** @type {HTMLAnchorElement} */ (this.find("original"));
    original.href = originalAddress(id);
    this.reveal("broken", false);
    this.find("stage").replaceChildren(this.#picture(clip, address));
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  /** @param {Clip} clip @param {string} address @returns {HTMLElement} */
  #picture(clip, address) {
    const element = document.createElement(TAGS[clip.kind]);
    if (element instanceof HTMLImageElement) element.alt = kindName(clip);
    if (element instanceof HTMLMediaElement) {
      element.controls = true;
      element.autoplay = true;
      element.setAttribute("aria-label", kindName(clip));
    }
    element.addEventListener("error", () => this.reveal("broken", true));
    element.setAttribute("src", address);
    return element;
  }

  #empty() {
    const media = this.querySelector("video, audio");
    if (media instanceof HTMLMediaElement) {
      media.pause();
      media.removeAttribute("src");
      media.load(); // else the rest is fetched all the same
    }
    this.find("stage").replaceChildren();
  }

  get #dialog() {
    return /** @type {HTMLDialogElement} */ (this.find("dialog"));
  }
}
