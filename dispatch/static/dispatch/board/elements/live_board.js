// The board itself: keeps the line to the server, shows what arrives at most twenty times a
// second, lets time pass each second, and says since when it is not live.

import { ActPanel } from "./act_panel.js";
import { BoardRoom } from "./board_room.js";
import { writeLook } from "./keyed_rows.js";
import { View } from "./view.js";
import { BoardState } from "../models/board_state.js";
import { seatsOf, sumsOf, waitingCalls } from "../models/lists.js";
import { refusal } from "../models/refusals.js";
import { duration, secondsSince, timeOfDay } from "../../console/models/clock.js";
import { LiveSocket } from "../../lib/live_socket.js";
import { fill, gettext } from "../../lib/words.js";
import { foreignZone } from "../../lib/zone.js";

/** @typedef {import("../../lib/wire.js").Frame} Frame */

const SHOW_MS = 50;
const SILENT_MS = 3000; // the server speaks every 2 s
const NOT_ALLOWED = 4401;

export class LiveBoard extends HTMLElement {
  state = new BoardState();
  /** @type {View[]} */ #views = [];
  /** @type {LiveSocket} */ #socket = this.#makeSocket();
  #isShowing = false;
  #heardAt = Date.now();
  /** @type {Frame | null} */ #undo = null;

  connectedCallback() {
    const desk = {
      state: this.state,
      send: (/** @type {Frame} */ frame) => this.#socket.send(frame),
      act: (/** @type {Frame} */ frame, /** @type {string} */ done, /** @type {Frame | undefined} */ undo) =>
        this.#act(frame, done, undo),
      say: (/** @type {string} */ words) => this.#say(words, "warn"),
      isWall: () => this.isWall,
    };
    this.#views = [...this.querySelectorAll("*")].filter((part) => part instanceof View);
    for (const view of this.#views) view.enter(desk);
    this.addEventListener("click", (event) => this.#clicked(event));
    document.addEventListener("keydown", (event) => this.#pressed(event));
    document.addEventListener("visibilitychange", () => this.#check());
    window.addEventListener("online", () => this.#check());
    if (new URLSearchParams(location.search).has("wall")) this.#beWall(true);
    setInterval(() => this.#tick(), 1000);
    this.#socket.start();
    this.#showLine();
  }

  get isWall() {
    return document.documentElement.dataset.wall === "on";
  }

  /** @returns {ActPanel} */
  get #panel() {
    return /** @type {ActPanel} */ (this.querySelector("act-panel"));
  }

  /** @returns {BoardRoom} */
  get #room() {
    return /** @type {BoardRoom} */ (this.querySelector("board-room"));
  }

  // --- The line to the server ----------------------------------------------------------

  #makeSocket() {
    const scheme = location.protocol === "http:" ? "ws" : "wss";
    const asked = new URLSearchParams(location.search).getAll("agency");
    const query = new URLSearchParams(asked.map((code) => ["agency", code])).toString();
    return new LiveSocket({
      url: `${scheme}://${location.host}/ws/board${query ? `?${query}` : ""}`,
      hello: () => ({}),
      onWelcome: (welcome) => {
        this.#heardAt = Date.now();
        this.state.welcome(welcome);
        this.#showSoon();
      },
      onEntry: (entry) => {
        this.#heardAt = Date.now();
        this.state.entry(entry);
        this.#showSoon();
      },
      onFrame: (frame) => this.#take(frame),
      onLine: (_state, _silent, code) => {
        if (code === NOT_ALLOWED) this.#say(gettext("You are signed out, or your rights changed. Load the page again."), "warn");
        this.#showLine();
      },
    });
  }

  /** @param {Frame} frame */
  #take(frame) {
    this.#heardAt = Date.now();
    if (frame.type === "signal" || frame.type === "media" || frame.type === "media_lines") {
      return this.#room.take(frame);
    }
    if (frame.type === "heartbeat") this.#showLine();
    if (frame.type === "error") return this.#say(frame.detail ?? frame.code, "warn");
    this.state.frame(frame);
    if (frame.type === "followed") for (const view of this.#views) view.renew();
    if (frame.type !== "heartbeat") this.#showSoon();
  }

  #check() {
    this.#socket.check();
    this.#room.check();
  }

  // --- Showing -------------------------------------------------------------------------

  /** Many entries may arrive at once; they are shown once, also in a hidden tab. */
  #showSoon() {
    if (this.#isShowing) return;
    this.#isShowing = true;
    setTimeout(() => {
      this.#isShowing = false;
      this.#show();
    }, this.state.isWhole ? SHOW_MS : 0);
  }

  #show() {
    this.dataset.whole = String(this.state.isWhole);
    for (const view of this.#views) view.show();
    this.#showSums();
  }

  #tick() {
    this.#showLine();
    const now = this.state.now();
    for (const view of this.#views) view.tick(now);
    this.#showSums();
  }

  /** The bar that never leaves the screen: who waits and for how long, who can answer. */
  #showSums() {
    const now = this.state.now();
    const calls = waitingCalls(this.state.agencies);
    const sums = sumsOf(this.state.agencies.flatMap(seatsOf));
    const oldest = secondsSince(calls[0]?.queued_at, now);
    this.#write("waiting", String(calls.length));
    this.#write("oldest", calls.length ? duration(oldest) : "–");
    const tone = oldest >= 60 ? "live" : oldest >= 20 ? "warn" : "";
    this.#part("oldest-box").dataset.tone = calls.length ? tone : "";
    this.#write("ready", String(sums.ready));
    this.#part("ready-box").dataset.tone = this.state.isWhole && !sums.ready ? "warn" : "";
    this.#write("busy", String(sums.busy));
    this.#write("away", String(sums.idle));
    const lost = this.state.agencies.reduce((sum, { callbacks }) => sum + callbacks.size, 0);
    this.#write("callbacks", String(lost));
    this.#write("time", timeOfDay(now).slice(0, this.isWall ? 5 : 8));
    const zone = foreignZone(now);
    this.#write("zone", zone);
    this.#part("zone").hidden = !zone;
    const waiting = calls.length ? `(${calls.length}) ` : "";
    const title = `${waiting}${gettext("Board")} · alarm110`;
    if (document.title !== title) document.title = title;
  }

  #showLine() {
    const silentMs = Date.now() - this.#heardAt;
    const isLive = this.#socket.state === "live" && silentMs < SILENT_MS;
    const isFirst = this.state.you === null;
    if (this.dataset.line !== (isLive ? "live" : "cut")) this.dataset.line = isLive ? "live" : "cut";
    writeLook(this.#part("line"), isLive
      ? { tone: "ok", icon: "wifi", words: gettext("Live now") }
      : { tone: "warn", icon: "wifi-off", words: isFirst ? gettext("Connecting") : gettext("Not live") });
    // Nobody knows how long they wait by now: the ages stand still with the rest.
    this.state.frozenAt = isLive ? null : this.state.clock.now(this.#heardAt);
    this.#part("cut").hidden = isLive || isFirst;
    if (isLive || isFirst) return;
    // It was so; whether it still is, nobody knows. What can be taken back still can.
    if (!this.#undo) this.#hushDone();
    const since = Math.max(0, Math.floor(silentMs / 1000));
    this.#write("cut-since", fill(gettext("Not live for %(n)s s."), { n: since }));
    this.#write(
      "cut-as-of",
      fill(gettext("You see how it was at %(time)s. It comes back by itself."), {
        time: timeOfDay(this.#heardAt),
      }),
    );
  }

  /** @param {string} name @returns {HTMLElement} */
  #part(name) {
    const part = this.querySelector(`[data-board="${name}"]`);
    if (!(part instanceof HTMLElement)) throw new Error(`the board has no ${name}`);
    return part;
  }

  /** @param {string} name @param {string} words */
  #write(name, words) {
    const part = this.#part(name);
    if (part.textContent !== words) part.textContent = words;
  }

  // --- Acting --------------------------------------------------------------------------

  /** @param {Frame} frame @param {string} done @param {Frame} [undo] @returns {Promise<boolean>} */
  async #act(frame, done, undo) {
    if (this.#socket.state !== "live") {
      this.#say(gettext("No connection. This is done as soon as it is back."), "warn");
    }
    try {
      await this.#socket.command(frame);
    } catch (refused) {
      this.#say(refusal(/** @type {import("../../lib/wire.js").Refused} */ (refused)), "warn");
      return false;
    }
    this.#say(done, "ok", undo);
    return true;
  }

  /** @param {string} words @param {"ok" | "warn"} tone @param {Frame} [undo] */
  #say(words, tone, undo) {
    this.#undo = undo ?? null;
    this.#part("said").dataset.tone = tone;
    this.#write("said-words", words);
    this.#part("said").hidden = !words;
    this.#part("undo").hidden = !undo;
  }

  /** Take away what was said of something done; a warning stays. */
  #hushDone() {
    const said = this.#part("said");
    if (!said.hidden && said.dataset.tone === "ok") this.#say("", "ok");
  }

  /** @param {Event} event */
  #clicked(event) {
    const button = /** @type {Element} */ (event.target).closest("button");
    if (!button) return;
    const { opens, does } = button.dataset;
    if (opens === "seat" || opens === "call") {
      const row = /** @type {HTMLElement | null} */ (button.closest("[data-key]"));
      this.#panel.open(opens, row?.dataset.key ?? "", button);
    } else if (opens === "notice") this.#panel.open("notice", "", button);
    else if (does === "wall") this.#beWall(!this.isWall);
    else if (does === "undo" && this.#undo) void this.#act(this.#undo, gettext("Undone."));
    else if (does === "hush") this.#say("", "ok");
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = /** @type {Element} */ (event.target);
    // A single letter only while the board has the focus, and nobody writes (WCAG 2.1.4).
    const isHere = target === document.body || this.contains(target);
    if (!isHere || target.closest("input, textarea, select")) return;
    if (event.code === "KeyW") this.#beWall(!this.isWall);
    if (event.key === "Escape" && this.isWall) this.#beWall(false);
  }

  /** No menus, dark, large; the address keeps it over a reload. @param {boolean} isOn */
  #beWall(isOn) {
    document.documentElement.dataset.wall = isOn ? "on" : "off";
    this.#panel.close(false); // a wall is read by everybody: nothing half done stands on it
    this.#hushDone();
    const address = new URL(location.href);
    if (isOn) address.searchParams.set("wall", "1");
    else address.searchParams.delete("wall");
    history.replaceState(null, "", address);
    for (const view of this.#views) view.renew();
    this.#show();
  }
}
