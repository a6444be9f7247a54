// What a supervisor tells every seat: one calm line at the foot, in a place that is always
// kept free for it, until it is over or this window puts it away.

import { Region } from "./region.js";
import { noticesAt } from "../models/agency_state.js";
import { timeOfDay } from "../models/clock.js";
import { fill, gettext, isEnglish } from "../../lib/words.js";

const STORED_AT = "alarm110.notices-read";

export class PostedNotices extends Region {
  #at = 0;
  #announced = "";

  show() {
    this.tick(this.desk.clock.now());
  }

  /** @param {number} now */
  tick(now) {
    const notices = this.desk.seat ? noticesAt(this.desk.agencies, now) : [];
    const read = this.#read;
    const open = notices.filter(({ notice }) => !read.includes(notice));
    this.reveal("notice", open.length > 0);
    if (!open.length) return;
    if (this.#at >= open.length) this.#at = 0;
    const shown = open[this.#at] ?? open[0];
    this.find("notice").dataset.key = shown.notice;
    this.write("text", shown.text);
    this.find("text").title = shown.text;
    const from = { name: shown.posted_by, time: timeOfDay(shown.posted_at).slice(0, 5) };
    const space = isEnglish() ? " " : ""; // a Chinese colon has its own
    this.write("from", fill(gettext("%(name)s, %(time)s:"), from) + space);
    this.reveal("next", open.length > 1);
    const of = { n: this.#at + 1, count: open.length };
    this.write("next-words", fill(gettext("%(n)s of %(count)s"), of));
    const newest = open[0];
    if (newest.notice === this.#announced) return;
    this.#announced = newest.notice;
    this.#at = 0;
    const words = gettext("Notice from %(name)s: %(text)s");
    this.announce(fill(words, { name: newest.posted_by, text: newest.text }));
  }

  /** @param {string} act */
  act(act) {
    if (act === "next-notice") this.#at += 1;
    else if (act === "read-notice") this.#putAway();
    else return false;
    this.show();
    return true;
  }

  #putAway() {
    const read = [...this.#read, this.find("notice").dataset.key].slice(-50);
    sessionStorage.setItem(STORED_AT, JSON.stringify(read));
  }

  /** @returns {string[]} what this window has put away */
  get #read() {
    return JSON.parse(sessionStorage.getItem(STORED_AT) ?? "[]");
  }
}
