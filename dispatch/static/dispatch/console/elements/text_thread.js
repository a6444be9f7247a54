// Words between caller and seat. A message carries its tick only when the server has kept
// it; until then it says so, and nothing typed is lost.

import { AtEnd } from "./at_end.js";
import { Region } from "./region.js";
import { showRows } from "./rows.js";
import { fillLine, linesOf } from "./thread_lines.js";
import { isComposing } from "../models/keys.js";
import { Outbox } from "../models/outbox.js";
import { refusal } from "../models/refusals.js";
import { isScriptless } from "../models/scriptless.js";
import { newId } from "../../lib/wire.js";
import { gettext } from "../../lib/words.js";

/** @typedef {import("../models/shapes.js").Message} Message */

const TYPING_EVERY_MS = 2000;
const TYPING_SHOWN_MS = 4000;

export class TextThread extends Region {
  #incident = "";
  /** @type {Outbox | null} */ #outbox = null;
  /**
   * Messages of this window that came back: number → id, so that their row stays.
   * @type {Map<number, string>}
   */
  #ids = new Map();
  /** @type {AtEnd | null} */ #end = null;
  #toldTypingAt = 0;
  #theyTypedAt = 0;
  #heard = 0; // number of the newest message that stands here

  begin() {
    const words = this.#words;
    this.#end = new AtEnd(this.find("scroll"), this.find("messages"));
    this.find("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#sendWords();
    });
    words.addEventListener("input", () => this.#typed());
    words.addEventListener("keydown", (event) => this.#pressed(event));
    this.addEventListener("phrase", (event) =>
      this.#send(/** @type {CustomEvent} */ (event).detail),
    );
    this.desk.addEventListener("typing", () => this.#theyType());
    this.desk.addEventListener("cleared", () => this.#clear());
  }

  show() {
    const { incident } = this.desk;
    if (!incident) return;
    if (incident.incident.incident !== this.#incident) this.#open(incident);
    this.#hear(incident.messages);
    const { isOver } = this.desk;
    const isDeaf = isScriptless(incident) && !isOver;
    this.reveal("scriptless", isDeaf);
    this.reveal("silent", incident.call.mode === "silent" && !isOver && !isDeaf);
    this.#words.disabled = isOver;
    this.#words.placeholder = isOver ? "" : gettext("Write to the caller");
    /** @type {HTMLButtonElement} */ (this.find("send")).disabled = isOver;
    const template = /** @type {HTMLTemplateElement} */ (this.find("row"));
    showRows(
      this.find("messages"),
      template,
      linesOf(incident, this.#ids, this.#outbox, (message) => this.#isDanger(message)),
      ({ key }) => key,
      fillLine,
    );
    this.#end?.keep();
    this.tick();
  }

  tick() {
    this.reveal("typing", Date.now() - this.#theyTypedAt < TYPING_SHOWN_MS);
  }

  /** @param {string} act @param {HTMLElement | null} button */
  act(act, button) {
    const id = button?.closest("li")?.dataset.key ?? "";
    if (act === "write") this.#words.focus();
    else if (act === "send-again") this.#again(id);
    else return false;
    return true;
  }

  // --- Sending -----------------------------------------------------------------------

  #sendWords() {
    const text = this.#words.value.trim();
    if (!text || this.#words.disabled) return;
    this.#words.value = "";
    if (this.#outbox) this.#outbox.unsent = "";
    this.#send(text);
  }

  /** @param {string} text */
  #send(text) {
    const id = newId();
    this.#outbox?.add(id, text);
    void this.#deliver(id, text);
    this.show();
    this.#end?.go();
  }

  /** @param {string} id @param {string} text */
  async #deliver(id, text) {
    const outbox = this.#outbox;
    try {
      const ack = await this.desk.command({ type: "post_message", id, text });
      if (ack.seq !== undefined) this.#ids.set(ack.seq, id);
      outbox?.arrived(id);
    } catch (refused) {
      outbox?.refuse(id, refusal(/** @type {import("../../lib/wire.js").Refused} */ (refused)));
    }
    this.show();
  }

  /**
   * A new try of refused words gets a new id: the old one is answered for good.
   * @param {string} id
   */
  #again(id) {
    const item = this.#outbox?.items.find((known) => known.id === id);
    if (!item) return;
    this.#outbox?.remove(id);
    this.#send(item.text);
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    // Enter that chooses a Chinese word must not send half a sentence.
    if (event.key !== "Enter" || event.shiftKey || isComposing(event)) return;
    event.preventDefault();
    this.#sendWords();
  }

  #typed() {
    if (this.#outbox) this.#outbox.unsent = this.#words.value;
    if (Date.now() - this.#toldTypingAt < TYPING_EVERY_MS) return;
    this.#toldTypingAt = Date.now();
    this.desk.send({ type: "typing" });
  }

  // --- Showing -----------------------------------------------------------------------

  /** @param {import("../models/shapes.js").IncidentSnapshot} snapshot */
  #open({ incident: { incident }, messages }) {
    const isNew = !this.#outbox; // what stood there was cleared with the call before
    this.#incident = incident;
    this.#ids.clear();
    this.#theyTypedAt = 0;
    this.#heard = messages.at(-1)?.seq ?? 0;
    this.#outbox = new Outbox(sessionStorage, incident);
    // The first words may have been quicker than the incident: they are this call's.
    if (isNew && !this.#outbox.unsent) this.#outbox.unsent = this.#words.value;
    else this.#words.value = this.#outbox.unsent;
    for (const { id, text, why } of this.#outbox.items) if (!why) void this.#deliver(id, text);
  }

  #clear() {
    this.#incident = "";
    this.#outbox?.close();
    this.#outbox = null;
    this.#words.value = "";
    this.#words.disabled = false; // or the next call could not have the focus at once
    this.find("messages").replaceChildren();
  }

  /**
   * Whose words have come writes no more; and what cannot wait is said as they come.
   * @param {Message[]} messages
   */
  #hear(messages) {
    const news = messages.filter(({ seq, side }) => side === "caller" && seq > this.#heard);
    this.#heard = messages.at(-1)?.seq ?? this.#heard;
    if (news.length) this.#theyTypedAt = 0;
    if (!news.some((message) => this.#isDanger(message))) return;
    const words = gettext("The caller says: danger now.");
    this.desk.say(words, "warn");
    this.announce(words);
  }

  /** One of the phone's quick answers, in whichever language it is. @param {Message} message */
  #isDanger({ side, text }) {
    const { dangerEn, dangerZh } = this.dataset;
    return side === "caller" && [dangerEn, dangerZh].includes(text.trim());
  }

  #theyType() {
    this.#theyTypedAt = Date.now();
    this.tick();
  }

  get #words() {
    return /** @type {HTMLTextAreaElement} */ (this.find("words"));
  }
}
