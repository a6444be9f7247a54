// Where the phone says it is: words and figures first, then the trail. The map
// (caller_map.js) takes the place of the sketch once it is there.

import { Region } from "./region.js";
import { secondsSince, timeOfDay } from "../models/clock.js";
import { isScriptless } from "../models/scriptless.js";
import { accuracy, coordinates, lengthWords, sketch } from "../models/trail.js";
import { areaName, fixAge } from "../models/words.js";
import { fill, gettext } from "../../lib/words.js";

/** @typedef {import("../models/shapes.js").Position} Position */

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 200;
const HEIGHT = 120;
const OLD_SECONDS = 60;

export class CallerPlace extends Region {
  show() {
    const { incident } = this.desk;
    if (!incident) return;
    const { position, trail } = incident;
    this.reveal("none", !position);
    this.write("none", this.#noneWords(incident));
    this.reveal("facts", Boolean(position));
    this.reveal("trail", Boolean(position));
    this.reveal("age", Boolean(position));
    this.reveal("positions-fold", Boolean(position));
    if (!position) return;
    const area = areaName(position) || (position.is_inside ? gettext("Area unknown") : "");
    this.write("area", area);
    this.reveal("area-line", area !== "");
    this.reveal("outside", !position.is_inside);
    this.find("facts").dataset.outside = String(!position.is_inside);
    this.write("coordinates", coordinates(position));
    this.#showTrail(trail.length ? trail : [position]);
    this.tick(this.desk.clock.now());
  }

  /** @param {import("../models/shapes.js").IncidentSnapshot} incident @returns {string} */
  #noneWords(incident) {
    if (isScriptless(incident))
      return gettext("The phone has not said where it is, and cannot be asked.");
    // Nobody is there to be asked.
    if (this.desk.isOver || incident.call.lost_at)
      return gettext("The phone has not said where it is.");
    return gettext("The phone has not said where it is. Ask.");
  }

  /** @param {number} now */
  tick(now) {
    const position = this.desk.incident?.position;
    if (!position) return;
    const seconds = secondsSince(position.at, now) + position.age_ms / 1000;
    this.write("age", fixAge(position.accuracy_mm, seconds));
    this.find("age").dataset.tone = seconds > OLD_SECONDS ? "warn" : "";
  }

  /** @param {string} act */
  act(act) {
    const position = this.desk.incident?.position;
    if (act !== "copy-place" || !position) return false;
    void this.#copy(coordinates(position));
    return true;
  }

  /** @param {string} words */
  async #copy(words) {
    try {
      await navigator.clipboard.writeText(words);
      this.desk.say(fill(gettext("Copied: %(words)s"), { words }), "ok");
    } catch {
      this.desk.say(
        gettext("The browser does not let this page copy. Select the figures instead."),
        "warn",
      );
    }
  }

  /** @param {Position[]} trail  oldest first */
  #showTrail(trail) {
    const list = this.find("list");
    const stamp = `${trail.length}|${trail.at(-1)?.at}`;
    if (list.dataset.stamp === stamp) return;
    list.dataset.stamp = stamp;
    // Beside the sketch, and by the map for whoever does not see it: one of them is shown.
    list.replaceChildren(...positionRows(trail));
    this.find("positions").replaceChildren(...positionRows(trail));
    this.#draw(trail);
  }

  /** @param {Position[]} trail */
  #draw(trail) {
    const { spots, metres } = sketch(trail, WIDTH, HEIGHT);
    const last = spots.at(-1);
    if (!last) return;
    const path = make("polyline", {
      points: spots.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" "),
      class: "sketch-path",
    });
    const blurs = last.accuracy > 0 ? [blurOf(last)] : []; // none, where none is given
    const point = make("circle", { cx: last.x, cy: last.y, r: 4, class: "sketch-point" });
    const scale = make("path", {
      d: `M8 ${HEIGHT - 8}v4h${WIDTH / 4}v-4`,
      class: "sketch-scale",
    });
    const words = make("text", { x: 12 + WIDTH / 4, y: HEIGHT - 4, class: "sketch-words" });
    words.textContent = lengthWords(Number(metres.toFixed(metres < 10 ? 1 : 0)), false);
    this.find("sketch").replaceChildren(...blurs, path, point, scale, words);
  }
}

/** @param {import("../models/trail.js").Spot} spot @returns {SVGElement} how exact it is */
function blurOf({ x, y, accuracy: reach }) {
  return make("circle", { cx: x, cy: y, r: Math.max(3, reach), class: "sketch-accuracy" });
}

/** @param {Position[]} trail  oldest first @returns {HTMLElement[]} newest first */
function positionRows(trail) {
  return [...trail].reverse().map((spot) => {
    const item = document.createElement("li");
    const [when, where] = [document.createElement("span"), document.createElement("span")];
    when.textContent = `${timeOfDay(spot.at)} ${accuracy(spot.accuracy_mm)}`;
    where.textContent = coordinates(spot);
    item.append(when, where);
    return item;
  });
}

/** @param {string} name @param {Record<string, string | number>} attributes @returns {SVGElement} */
function make(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes))
    element.setAttribute(key, String(value));
  return /** @type {SVGElement} */ (element);
}
