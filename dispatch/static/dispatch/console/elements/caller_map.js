// The map in the call: comes by itself once there is a position and the page has been
// painted. Until it is there, and where it cannot come, the words and the sketch beside it
// stand as they are.

import { Region } from "./region.js";
import { MapDrawing } from "../map_drawing.js";
import { loadGround, loadLeaflet } from "../map_loader.js";
import { farOff, farOffWords } from "../models/far_off.js";
import { MapView, spotOf } from "../models/map_view.js";
import { gettext } from "../../lib/words.js";

const AGAIN_MS = 30_000; // after it could not come

export class CallerMap extends Region {
  /** @type {MapDrawing | null} */ #drawing = null;
  /** @type {import("../models/map_view.js").Outline[]} */ #outlines = [];
  #view = new MapView(false);
  #drawn = "";
  #isComing = false;
  #askAgainAt = 0;

  begin() {
    this.#view = new MapView(Boolean(this.dataset.tiles));
    this.desk.addEventListener("cleared", () => this.#clear());
    new ResizeObserver(() => this.#fit()).observe(this.find("map"));
  }

  show() {
    const { incident } = this.desk;
    const trail = trailOf(incident);
    const isOn = Boolean(this.#drawing) && trail.length > 0;
    this.hidden = !isOn;
    const place = this.closest("caller-place");
    if (place instanceof HTMLElement) place.dataset.map = isOn ? "on" : "off";
    if (!incident || !trail.length) return;
    if (!this.#drawing) return this.#comeSoon();
    const { incident: id } = incident.incident;
    const stamp = `${id}|${trail.length}|${trail.at(-1)?.at}`;
    if (stamp === this.#drawn) return;
    this.#drawn = stamp;
    this.#drawing.drawWay(trail);
    this.#showFarOff(trail);
    this.#move(id, trail, this.#drawing.shown);
  }

  /** @param {string} act */
  act(act) {
    const { incident } = this.desk;
    if (!this.#drawing || this.hidden || !incident) return false;
    if (act === "map-in") this.#drawing.zoom(1);
    else if (act === "map-out") this.#drawing.zoom(-1);
    else if (act === "centre") {
      this.#view.centre();
      this.#move(incident.incident.incident, trailOf(incident), null);
    } else return false;
    return true;
  }

  /** @param {import("../models/shapes.js").Position[]} trail  oldest first, at least one */
  #showFarOff(trail) {
    const last = /** @type {import("../models/shapes.js").Position} */ (trail.at(-1));
    const spot = spotOf(last);
    const words = last.is_inside ? "" : farOffWords(farOff(this.#outlines, spot));
    this.reveal("far", words !== "");
    this.write("far", words);
  }

  // --- Moving ------------------------------------------------------------------------

  /**
   * @param {string} incident @param {import("../models/shapes.js").Position[]} trail
   * @param {import("../models/map_view.js").Box | null} shown
   */
  #move(incident, trail, shown) {
    const box = this.#view.next(incident, trail, this.#outlines, shown);
    if (box) this.#drawing?.show(box, this.#foot);
    this.#tellCentre();
  }

  /** Its place has another size: what was in view may lie under the buttons now. */
  #fit() {
    const { incident } = this.desk;
    if (!this.#drawing || this.hidden) return;
    this.#drawing.fit();
    const trail = trailOf(incident);
    if (incident && this.#drawn) this.#move(incident.incident.incident, trail, null);
  }

  /** How high the words at the foot of the map stand, in pixels; the caller must not lie there. */
  get #foot() {
    const far = this.find("far");
    if (far.hidden) return 0;
    return this.find("map").getBoundingClientRect().bottom - far.getBoundingClientRect().top;
  }

  #hold() {
    this.#view.hold();
    this.#tellCentre();
  }

  /** What the button does next. */
  #tellCentre() {
    const { isHeld, reach } = this.#view;
    const [short, words] = isHeld
      ? [gettext("Caller"), gettext("Back to the caller")]
      : reach === "near"
        ? [gettext("District"), gettext("Show the whole district")]
        : [gettext("Near"), gettext("Show from near")];
    const button = this.find("centre");
    button.dataset.held = String(isHeld);
    button.title = words;
    if (this.find("centre-words").textContent !== words) this.write("centre-words", words);
    this.write("centre-short", short);
  }

  #clear() {
    this.#drawn = "";
    this.#drawing?.clearWay();
  }

  // --- Coming ------------------------------------------------------------------------

  /** After the paint, when nothing else waits: the call comes first. */
  #comeSoon() {
    if (this.#isComing || Date.now() < this.#askAgainAt) return;
    this.#isComing = true;
    const come = () => void this.#come().finally(() => (this.#isComing = false));
    if ("requestIdleCallback" in window) requestIdleCallback(come, { timeout: 1500 });
    else setTimeout(come, 200);
  }

  async #come() {
    const { script = "", style = "", tiles = "", credit = "" } = this.dataset;
    try {
      const [leaflet, outlines] = await Promise.all([
        loadLeaflet(script, style),
        loadGround(),
      ]);
      // Leaflet measures its place when it begins.
      this.hidden = false;
      this.#drawing = new MapDrawing(leaflet, this.find("map"), {
        tiles,
        credit,
        onHeld: () => this.#hold(),
      });
      this.#outlines = outlines;
      this.#drawing.drawGround(outlines);
    } catch {
      this.#drawing = null;
      this.#askAgainAt = Date.now() + AGAIN_MS;
      this.hidden = true;
    }
    this.show();
  }
}

/**
 * @param {import("../models/shapes.js").IncidentSnapshot | null} incident
 * @returns {import("../models/shapes.js").Position[]} oldest first
 */
function trailOf(incident) {
  if (!incident?.position) return [];
  return incident.trail.length ? incident.trail : [incident.position];
}
