// The map on the screen, drawn with Leaflet: outlines, the caller with the accuracy, the
// trail. Colours are the page's own (map.css), so light and dark need nothing here.

import { timeOfDay } from "./models/clock.js";
import { accuracy, lengthWords } from "./models/trail.js";
import { inLanguage } from "./models/words.js";
import { clearOf, spotOf } from "./models/map_view.js";

/** @typedef {import("./models/map_view.js").Box} Box */
/** @typedef {import("./models/map_view.js").Outline} Outline */
/** @typedef {import("./models/shapes.js").Position} Position */

const CLOSEST = 18;
const FURTHEST = 2; // a caller a province away, with the district, on a map a finger high
const SCALE_PX = 100; // Leaflet's widest
const WAY = "way";
const ASIDE = [0, -20, 20]; // pixels a name may go up or down to stand free
const ON_IT = ".map-acts, .map-far, .map-note, .leaflet-control"; // what lies over the ground

export class MapDrawing {
  /** @type {any} */ #L;
  /** @type {any} */ #map;
  /** @type {any} */ #ground;
  /** @type {any} */ #way;
  #frame = 0;
  #isOurs = false;
  #isShown = false;

  /**
   * @param {any} L  Leaflet @param {HTMLElement} place
   * @param {{tiles: string, credit: string, onHeld: () => void}} options
   *   `tiles`: address of tiles, or ""; `onHeld`: a person moved the map
   */
  constructor(L, place, { tiles, credit, onHeld }) {
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#L = L;
    this.#map = L.map(place, {
      zoomControl: false,
      attributionControl: false,
      minZoom: FURTHEST,
      maxZoom: CLOSEST,
      zoomSnap: tiles ? 1 : 0.5, // tiles are sharp at whole steps only
      inertia: !isCalm,
      zoomAnimation: !isCalm,
      fadeAnimation: !isCalm,
    });
    if (tiles) {
      L.tileLayer(tiles, { maxZoom: CLOSEST, attribution: "" }).addTo(this.#map);
      const words = document.createElement("span");
      words.textContent = credit; // as text: no link leaves this page
      // The prefix is Leaflet's own link and flag.
      const shown = L.control.attribution({ prefix: false });
      if (credit) shown.addTo(this.#map).addAttribution(words.innerHTML);
    }
    const scale = L.control.scale({ imperial: false, position: "bottomleft" });
    scale._updateScale = writeScale; // Leaflet's own has one language
    scale.addTo(this.#map);
    // Over the names, under the tooltips: nothing stands before the caller.
    this.#map.createPane(WAY).style.zIndex = "640";
    this.#ground = L.layerGroup().addTo(this.#map);
    this.#way = L.layerGroup().addTo(this.#map);
    this.#map.on("movestart zoomstart", () => this.#isOurs || onHeld());
    this.#map.on("moveend zoomend viewreset load resize", () => this.#tidySoon());
  }

  /** @returns {Box | null} what is on the screen; null before anything is */
  get shown() {
    if (!this.#isShown) return null;
    const bounds = this.#map.getBounds();
    return {
      south: bounds.getSouth(),
      west: bounds.getWest(),
      north: bounds.getNorth(),
      east: bounds.getEast(),
    };
  }

  /** @param {Outline[]} outlines */
  drawGround(outlines) {
    this.#ground.clearLayers();
    for (const { polygons, is_own: isOwn } of outlines) {
      const className = isOwn ? "map-area map-area-own" : "map-area";
      const rings = polygons.map((rings) => rings.map((ring) => ring.map(([x, y]) => [y, x])));
      this.#L.polygon(rings, { className, interactive: false }).addTo(this.#ground);
    }
    for (const { name, name_en: english, label, is_own: isOwn } of outlines) {
      const words = document.createElement("span");
      words.textContent = inLanguage(name, english);
      const className = isOwn ? "map-name map-name-own" : "map-name";
      const icon = this.#L.divIcon({ className, html: words, iconSize: [0, 0] });
      const place = [label[1], label[0]];
      this.#L
        .marker(place, { icon, interactive: false, keyboard: false })
        .addTo(this.#ground);
    }
    this.#tidySoon();
  }

  /** Leaflet says that it has moved before its markers have. */
  #tidySoon() {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#tidyNames());
  }

  /**
   * A name that would be cut, or lie under a button, is not shown; half a name misleads. One
   * that lies under the caller stands over or under them.
   */
  #tidyNames() {
    const place = this.#map.getContainer();
    const inside = place.getBoundingClientRect();
    const over = [...(place.parentElement?.querySelectorAll(ON_IT) ?? [])];
    const dots = [...place.querySelectorAll(".map-here")].map((dot) => dot.getBoundingClientRect());
    const taken = [...over.map((part) => part.getBoundingClientRect()), ...dots];
    /** @type {HTMLElement[]} */
    const names = [...place.querySelectorAll(".map-name span")];
    for (const name of names) name.style.marginTop = "";
    const boxes = names.map((name) => name.getBoundingClientRect());
    // The seat's own first: where two names meet, the other one goes.
    const order = names.map((_, index) => index).sort((a, b) => isOwn(names[b]) - isOwn(names[a]));
    for (const index of order) {
      const { x, y, width, height } = boxes[index];
      const isUnder = dots.some((dot) => meet(dot, boxes[index]));
      // Elsewhere it would stand on a neighbour's ground, and name that.
      const step = (isUnder ? ASIDE : [0]).find((down) => {
        const box = new DOMRect(x, y + down, width, height);
        return isWithin(box, inside) && !taken.some((other) => meet(other, box));
      });
      names[index].style.visibility = step === undefined ? "hidden" : "";
      names[index].style.marginTop = step ? `${step}px` : "";
      if (step !== undefined) taken.push(new DOMRect(x, y + step, width, height));
    }
  }

  /** @param {Position[]} trail  oldest first, at least one */
  drawWay(trail) {
    this.#way.clearLayers();
    const last = /** @type {Position} */ (trail.at(-1));
    const [spots, here] = [trail.map(spotOf), spotOf(last)];
    const radius = last.accuracy_mm / 1000;
    const add = (/** @type {any} */ layer) => layer.addTo(this.#way);
    const still = { pane: WAY, interactive: false };
    // A phone that gave no accuracy has no circle: the point's own would be taken for one.
    if (radius > 0) add(this.#L.circle(here, { ...still, radius, className: "map-accuracy" }));
    if (trail.length > 1) add(this.#L.polyline(spots, { ...still, className: "map-way" }));
    for (const spot of trail.slice(0, -1)) add(this.#dot(spot, 4, "map-dot"));
    add(this.#dot(last, 7, "map-dot map-here"));
    this.#tidySoon();
  }

  /** Nothing of one caller stays for the next. */
  clearWay() {
    this.#way.clearLayers();
  }

  /** @param {Box} box @param {number} foot  how high the words at the foot stand, pixels */
  show({ south, west, north, east }, foot) {
    this.#isShown = true;
    const corners = [
      [south, west],
      [north, east],
    ];
    const { x, y } = this.#map.getSize();
    const clear = clearOf(x, y, foot); // of the buttons, the scale and the words
    this.#ourselves(() => this.#map.fitBounds(corners, { animate: false, ...clear }));
  }

  /** The place it stands in has another size. */
  fit() {
    this.#ourselves(() => this.#map.invalidateSize({ animate: false, pan: true }));
  }

  /** By a person: closer (1) or further (-1). @param {number} steps */
  zoom(steps) {
    this.#map.setZoom(this.#map.getZoom() + steps);
  }

  /** @param {Position} position @param {number} radius @param {string} className */
  #dot(position, radius, className) {
    const words = document.createElement("span");
    words.textContent = `${timeOfDay(position.at)} ${accuracy(position.accuracy_mm)}`;
    const dot = this.#L
      .circleMarker(spotOf(position), { pane: WAY, radius, className })
      .bindTooltip(words, { direction: "top", offset: [0, -radius] });
    // Leaflet listens for the focus, which makes each of fifty dots a stop of Tab.
    dot.on("add", () => dot.getElement()?.setAttribute("tabindex", "-1"));
    return dot;
  }

  /** @param {() => void} move  by the page, not by a person */
  #ourselves(move) {
    this.#isOurs = true;
    move();
    this.#isOurs = false;
  }
}

/** @param {HTMLElement} line @param {string} text  "50 km" @param {number} ratio  of the widest */
function writeScale(line, text, ratio) {
  const [count, unit] = text.split(" ");
  line.style.width = `${Math.round(SCALE_PX * ratio)}px`;
  line.textContent = lengthWords(Number(count), unit === "km");
}

/** @param {HTMLElement} name @returns {number} 1: of the ground that is the seat's own */
function isOwn(name) {
  return Number(Boolean(name.closest(".map-name-own")));
}

/** @param {DOMRect} box @param {DOMRect} whole @returns {boolean} */
function isWithin(box, whole) {
  const across = box.left >= whole.left && box.right <= whole.right;
  return across && box.top >= whole.top && box.bottom <= whole.bottom;
}

/** @param {DOMRect} one @param {DOMRect} other @returns {boolean} */
function meet(one, other) {
  const across = one.left < other.right && other.left < one.right;
  return across && one.top < other.bottom && other.top < one.bottom;
}
