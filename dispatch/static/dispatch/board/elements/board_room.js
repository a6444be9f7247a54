// The room the supervisor is in: caller and operator to be seen and heard, how one stands
// there, and the way out.

import { View } from "./view.js";
import { callName, stanceName } from "../models/words.js";
import { inLanguage } from "../../console/models/words.js";
import { fill, gettext } from "../../lib/words.js";
import { RoomListener } from "../../lib/room_listener.js";
import { seatWords } from "../../lib/seat_words.js";

/** @typedef {"monitor" | "whisper" | "open"} Stance */

export class BoardRoom extends View {
  #listener = new RoomListener({
    send: (/** @type {import("../../lib/wire.js").Frame} */ frame) => this.desk.send(frame),
  });
  #joined = "";
  /** @type {Stance | ""} */ #stance = "";

  begin() {
    this.#listener.addEventListener("change", () => this.#showMedia());
    this.#listener.addEventListener("tracks", () => this.#showMedia());
    this.addEventListener("click", (event) => {
      const button = /** @type {Element} */ (event.target).closest("button");
      const { act, stance } = button?.dataset ?? {};
      if (stance) void this.#change(/** @type {Stance} */ (stance));
      else if (act === "leave") void this.#leave();
      else if (act === "unblock") this.#listener.unblock();
    });
  }

  /** @param {import("../../lib/wire.js").Frame} frame */
  take(frame) {
    this.#listener.take(/** @type {any} */ (frame));
  }

  check() {
    if (this.#joined) this.#listener.check();
  }

  show() {
    const { standing } = this.state;
    const { call, stance } = standing;
    const key = call ? `${call}:${standing.participant}` : "";
    if (key !== this.#joined) {
      if (this.#joined) this.#listener.leave();
      this.#joined = key;
      this.#stance = "";
    }
    if (call && stance && stance !== this.#stance) {
      if (this.#stance) this.#listener.beStance(stance);
      else this.#listener.join(stance);
      this.#stance = stance;
    }
    this.hidden = !call;
    if (!call) return;
    const known = this.state.call(call);
    this.write("title", known ? callName(known) : gettext("Call"));
    this.write("stance", stanceName(stance));
    this.find("stance").dataset.tone = stance === "open" ? "live" : "";
    this.reveal("silent", this.state.mode === "silent");
    const { parties, whispering } = this.state.room;
    const others = [...parties, ...whispering]
      .filter(({ participant }) => participant !== standing.participant)
      .map((party) => seatWords(inLanguage(party.label, party.label_en)));
    this.write("others", others.length ? fill(gettext("Also here: %(names)s"), { names: others.join(", ") }) : "");
    for (const button of this.querySelectorAll("[data-stance]")) {
      const isIt = button.getAttribute("data-stance") === stance;
      button.setAttribute("aria-pressed", String(isIt));
    }
    this.#showMedia();
  }

  #showMedia() {
    for (const who of ["guest", "host"]) {
      const video = /** @type {HTMLVideoElement} */ (this.find(who));
      const picture = this.#joined ? this.#listener.picture(who) : null;
      if (video.srcObject !== picture) video.srcObject = picture;
    }
    this.write("media", this.#words());
    this.reveal("unblock", this.#listener.isBlocked);
  }

  /** @returns {string} */
  #words() {
    const { state, why, microphone } = this.#listener;
    if (microphone === "refused") return gettext("Your microphone was refused: nobody hears you.");
    if (why === "media_full") return gettext("Live media is full: you are in the room without picture and sound.");
    switch (state) {
      case "up":
        return microphone === "asking" ? gettext("Asking for your microphone") : "";
      case "connecting":
        return gettext("Connecting picture and sound");
      case "lost":
        return gettext("Picture and sound interrupted; trying again");
      case "failed":
        return gettext("No picture and sound");
      case "stopped":
        return why === "kicked" ? gettext("You were put out of the room.") : "";
      default:
        return "";
    }
  }

  /** @param {Stance} stance */
  async #change(stance) {
    const { call } = this.state.standing;
    if (call && stance !== this.#stance) await this.desk.act({ type: "set_stance", call, stance }, "");
  }

  async #leave() {
    const { call } = this.state.standing;
    if (call) await this.desk.act({ type: "leave_room", call }, gettext("You have left the room."));
  }
}
