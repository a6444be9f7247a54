// The head of a call: which, since when, who, whether silent; and its end, asked inline.

import { Region } from "./region.js";
import { writeMark } from "./rows.js";
import { agencyNames } from "../models/agency_state.js";
import { duration, secondsSince } from "../models/clock.js";
import { passedOn } from "../models/room_words.js";
import { isScriptless } from "../models/scriptless.js";
import {
  assuranceName, endReason, foreignCode, inLanguage, missingWords, shortNumber,
} from "../models/words.js";
import { fill, gettext } from "../../lib/words.js";

/** @typedef {import("../models/shapes.js").Call} Call */
/** @typedef {import("../models/shapes.js").Seat} Seat */

const WAIT_TOLD_SECONDS = 30;

export class CallHead extends Region {
  #isAsking = false;
  #finishing = false;
  #hasEnded = false;
  #announced = "";

  show() {
    const { seat, incident } = this.desk;
    if (this.desk.view !== "call" || !seat) return this.#reset();
    const isWrapUp = seat.activity === "wrap_up";
    const { isVisitor } = this.desk;
    if (isVisitor) this.#isAsking = false;
    this.reveal("end-ask", !isWrapUp && !isVisitor && !this.#isAsking);
    this.reveal("end-confirm", !isWrapUp && this.#isAsking);
    this.reveal("leave-room", !isWrapUp && isVisitor);
    this.reveal("wrap-up", isWrapUp);
    this.#showMissing();
    // The wrap-up may come before the answer to the command that began it, or after.
    if (this.#hasEnded && isWrapUp) this.#goToRecord();
    if (incident) this.#showCall(incident.call, incident.caller);
    else this.write("number", "");
    this.write("end-words", endQuestion(incident));
    this.tick(this.desk.clock.now());
  }

  /** @param {number} now */
  tick(now) {
    const { seat, incident } = this.desk;
    if (this.desk.view !== "call" || !seat) return;
    const left = Math.max(0, (Date.parse(seat.wrap_up_until ?? "") - now) / 1000);
    this.write(
      "wrap-up-words",
      fill(gettext("Wrap-up %(time)s"), { time: duration(left || 0) }),
    );
    if (!incident) return;
    const { connected_at: from, ended_at: until } = incident.call;
    this.write("time", duration(secondsSince(from, until ? Date.parse(until) : now)));
  }

  /** @param {string} act */
  act(act) {
    const isWrapUp = this.desk.seat?.activity === "wrap_up";
    if (act === "end" && this.desk.isVisitor) void this.#leave();
    else if (act === "end" && !isWrapUp) this.#ask(true);
    else if (act === "end-no" || (act === "escape" && this.#isAsking)) this.#ask(false);
    else if (act === "end-yes") void this.#end();
    else if (act === "longer" && isWrapUp) void this.desk.attempt({ type: "extend_wrap_up" });
    else if (act === "done" && isWrapUp) void this.#finish();
    else return false;
    return true;
  }

  // --- Showing -----------------------------------------------------------------------

  /** @param {Call} call @param {import("../models/shapes.js").Caller} caller */
  #showCall(call, caller) {
    const isLive = call.state === "connected";
    const state = this.find("state");
    const code = foreignCode(call.number, this.desk.ownCode);
    this.write("code", code);
    // Every agency has a call 0001: the number alone does not say whose this is.
    const [own, english] = agencyNames(this.desk.agencies, call.agency);
    this.write("whose", code ? inLanguage(own, english) : "");
    this.write("number", shortNumber(call.number));
    this.find("number").title = call.number;
    const passed = this.desk.isOver ? this.desk.incident?.passed : null;
    if (call.state === "ended")
      writeMark(state, "muted", "phone-off", endReason(call.end_reason));
    else if (passed) {
      const line = agencyNames(this.desk.agencies, call.agency);
      const said = passedOn(passed, call, line, this.desk.ownAgency);
      writeMark(state, said.tone, said.icon, said.words);
    } else if (!isLive) writeMark(state, "warn", "refresh-cw", gettext("Back in the line"));
    else if (this.desk.line !== "live")
      writeMark(state, "warn", "wifi-off", gettext("Connection cut"));
    else if (isScriptless(this.desk.incident))
      writeMark(state, "warn", "message-square", gettext("Cannot answer"));
    else if (call.lost_at) writeMark(state, "warn", "wifi-off", gettext("Caller lost"));
    else writeMark(state, "live", "circle-dot", gettext("Live"));
    const who = [caller.name_masked, caller.phone_masked].filter(Boolean).join(" ");
    this.write("who", who || gettext("Unknown caller"));
    this.write("assurance", who ? assuranceName(caller.assurance) : "");
    this.reveal("silent", call.mode === "silent" && !this.desk.isOver);
    this.#showWait(call);
    this.#announceOnce(call);
  }

  /** No word of waiting: a call that came back to the line was answered before. @param {Call} call */
  #showWait({ queued_at: from, connected_at: at }) {
    const seconds = at ? secondsSince(from, Date.parse(at)) : 0;
    this.reveal("waited", seconds > WAIT_TOLD_SECONDS);
    this.write("waited", fill(gettext("Taken %(time)s after the alarm"), { time: duration(seconds) }));
  }

  /** It keeps nobody from "Done": the next caller may be worse off than this record. */
  #showMissing() {
    const { incident } = this.desk;
    // After a hand-over the record is another seat's.
    const isOurs = incident?.call.state === "ended" && !this.desk.isVisitor;
    const words = isOurs ? missingWords(incident.incident) : "";
    this.reveal("missing", words !== "");
    if (words) writeMark(this.find("missing"), "warn", "triangle-alert", words);
  }

  /** What must be known without looking. @param {Call} call */
  #announceOnce(call) {
    const stamp = [call.call, call.mode, call.lost_at, call.state].join("|");
    if (stamp === this.#announced) return;
    this.#announced = stamp;
    if (call.state === "ended") this.announce(endReason(call.end_reason));
    else if (isScriptless(this.desk.incident))
      this.announce(gettext("This phone runs no scripts: it cannot read or answer."));
    else if (call.lost_at) this.announce(gettext("The caller is lost."));
    else if (call.mode === "silent")
      this.announce(gettext("Connected. Silent call: write only."));
    else this.announce(gettext("Connected."));
  }

  #reset() {
    this.#isAsking = false;
    this.#hasEnded = false;
    this.#announced = "";
  }

  // --- Ending ------------------------------------------------------------------------

  /** @param {boolean} isAsking */
  #ask(isAsking) {
    const moves = isAsking !== this.#isAsking;
    this.#isAsking = isAsking;
    this.show();
    if (moves) this.find(isAsking ? "end-yes" : "end").focus();
  }

  /** Out of a colleague's call; it goes on there. */
  async #leave() {
    const call = this.desk.incident?.call.call;
    if (!call) return;
    this.find("acts").inert = true;
    await this.desk.attempt({ type: "leave_room", call });
    this.find("acts").inert = false;
    this.show();
  }

  async #end() {
    const call = this.desk.incident?.call.call;
    if (!call) return;
    this.find("acts").inert = true;
    this.#hasEnded = Boolean(await this.desk.attempt({ type: "end_call", call }));
    this.find("acts").inert = false;
    this.#isAsking = false;
    this.show();
  }

  /** What is left is the record. Not "Done": a key held down would press that too. */
  #goToRecord() {
    this.#hasEnded = false;
    this.dispatchEvent(new CustomEvent("record", { bubbles: true }));
  }

  /** Words first: the form is asked to save before the screen is cleared. */
  async #finish() {
    if (this.#finishing) return;
    this.#finishing = true;
    // Words that cannot be saved now are waited for; a press without an answer looks broken.
    if (this.desk.line !== "live") this.desk.sayNoConnection();
    /** @type {Promise<unknown>[]} */
    const waits = [];
    this.dispatchEvent(new CustomEvent("wrapping-up", { bubbles: true, detail: waits }));
    const isDone = !(await Promise.all(waits)).includes(false);
    if (isDone) await this.desk.attempt({ type: "finish_wrap_up" });
    this.#finishing = false;
  }
}

/**
 * Two minutes after its caller was lost a call ends by itself, and is one to call back;
 * ended by a person it is not.
 * @param {import("../models/shapes.js").IncidentSnapshot | null} incident @returns {string}
 */
function endQuestion(incident) {
  if (incident?.call.state !== "connected" || !incident.call.lost_at)
    return gettext("End the call?");
  return isScriptless(incident)
    ? gettext("End the call? Nobody is then asked to call back.")
    : gettext("End the call? The caller is lost, and nobody is then asked to call back.");
}
