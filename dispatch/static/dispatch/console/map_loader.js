// Fetches what a map needs, when there is something to show: Leaflet (a package's file, on
// our own host) and the outlines of the ground. Each once a page; what failed is tried
// again when the map is next asked for.

import { askGround } from "./console_door.js";

const FRESH_MS = 10 * 60_000; // then the outlines are asked for again
const PATIENCE_MS = 20_000;

/** @typedef {import("./models/map_view.js").Outline} Outline */
/** @typedef {any} Leaflet  it ships no types */

/** @type {Promise<Leaflet> | null} */ let library = null;
/** @type {{at: number, outlines: Promise<Outline[]>} | null} */ let ground = null;

/**
 * @param {string} script @param {string} style  addresses on our own host
 * @returns {Promise<Leaflet>} rejects if it did not come
 */
export function loadLeaflet(script, style) {
  library ??= Promise.all([
    arrived(Object.assign(document.createElement("link"), { rel: "stylesheet", href: style })),
    arrived(Object.assign(document.createElement("script"), { src: script })),
  ]).then(() => {
    const { L } = /** @type {any} */ (globalThis);
    if (!L) throw new Error("Leaflet is not there");
    return L;
  });
  library.catch(() => (library = null));
  return library;
}

/** @returns {Promise<Outline[]>} rejects if they did not come */
export function loadGround() {
  if (!ground || Date.now() - ground.at > FRESH_MS) {
    const asked = { at: Date.now(), outlines: askGround() };
    asked.outlines.catch(() => ground === asked && (ground = null));
    ground = asked;
  }
  return ground.outlines;
}

/** @param {HTMLLinkElement | HTMLScriptElement} element @returns {Promise<void>} */
function arrived(element) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => failed(), PATIENCE_MS);
    const failed = () => {
      clearTimeout(timer);
      element.remove();
      reject(new Error("a part of the map did not come"));
    };
    element.addEventListener("load", () => {
      clearTimeout(timer);
      resolve();
    });
    element.addEventListener("error", failed);
    document.head.append(element);
  });
}
