// The map in the call: where it is fitted to, and when.

import assert from "node:assert/strict";
import { setTimeout as later } from "node:timers/promises";
import { test } from "node:test";

import { regionOf } from "./parts.js";
import { incident } from "./cast.js";

const console_ = "../../../dispatch/static/dispatch/console";
const { CallerMap } = await import(`${console_}/elements/caller_map.js`);

const spot = { lat_e7: 375000000, lon_e7: 1214000000, accuracy_mm: 12000, at: "2026-08-21T01:00:00.000000Z", area: "", area_en: "" };
const fitted = [];
let moved; // by a person
let sized;

// Leaflet, as far as it is asked: whatever one calls gives back the same.
globalThis.L = new Proxy(() => {}, {
  get(_, name) {
    if (name === "style") return {};
    if (name === "then") return undefined; // no promise
    if (name === "getSize") return () => ({ x: 365, y: 250 });
    if (name === "on") return (types, does) => (/movestart/.test(types) && (moved = does), globalThis.L);
    return name === "fitBounds" ? (...asked) => void fitted.push(asked) : globalThis.L;
  },
  apply: () => globalThis.L,
});
globalThis.matchMedia = () => ({ matches: false });
globalThis.ResizeObserver = class {
  constructor(changed) {
    sized = changed;
  }

  observe() {}
};
globalThis.requestIdleCallback = (come) => come();
globalThis.requestAnimationFrame = () => 0; // nothing is painted here
globalThis.cancelAnimationFrame = () => {};
globalThis.window = globalThis;
globalThis.fetch = async () => Response.json({ areas: [] });
globalThis.document.cookie = "";
globalThis.document.head = { append: (part) => queueMicrotask(() => part.dispatchEvent(new Event("load"))) };

test("the map is fitted anew when its place changes, and clear of what lies upon it", async () => {
  const desk = Object.assign(new EventTarget(), { incident: incident("a", { position: spot, trail: [spot] }) });
  const map = regionOf(CallerMap, { desk });
  map.show();
  for (let n = 0; n < 6000 && !fitted.length; n += 1) await later(5);
  const [, { paddingTopLeft: [, above], paddingBottomRight: [, below] }] = fitted[0];
  assert.ok(above >= 44 && below >= 24, "the buttons and the scale");
  sized();
  assert.equal(fitted.length, 2);
  moved();
  sized();
  assert.equal(fitted.length, 2, "where a person put it, it stays");
});
