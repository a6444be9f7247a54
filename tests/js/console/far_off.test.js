// How far outside all areas, and which way.

import assert from "node:assert/strict";
import { test } from "node:test";

import "./parts.js"; // a page's language
import { farOff, farOffWords } from "../../../dispatch/static/dispatch/console/models/far_off.js";

const square = (name, west, south, size = 0.2) => ({
  code: name, name, name_en: name, is_own: false, source: "", label: [west, south],
  polygons: [[[
    [west, south], [west + size, south], [west + size, south + size], [west, south + size], [west, south],
  ]]],
});
const [HOME, OTHER] = [square("Home", 121.2, 37.4), square("Other", 122.5, 37.4)];
const said = (lat, lon) => farOffWords(farOff([HOME, OTHER], [lat, lon]));

test("the nearest edge counts, not the middle, and the way is from the area to the caller", () => {
  assert.equal(said(37.69, 121.3), "about 10 km north of Home");
  assert.equal(said(37.645, 121.3), "about 5.0 km north of Home");
  assert.equal(said(37.3, 121.3), "about 11 km south of Home");
  assert.equal(said(37.5, 120.2), "about 88 km west of Home");
  assert.equal(said(37.5, 122.3), "about 18 km west of Other");
  assert.equal(said(37.5, 123.7), "about 88 km east of Other");
  assert.equal(said(37.7, 121.52), "about 15 km north-east of Home");
  // 488 km along the great circle of a sphere of 6371 km.
  assert.equal(said(39.9, 116.4), "about 490 km north-west of Home");
});

test("at the edge, where a fix may lie on either side, no distance and no way is told", () => {
  assert.equal(said(37.6005, 121.3), "", "56 m");
  assert.equal(said(37.601, 121.3), "about 0.1 km north of Home");
  // A bay that a thinned outline cuts off: not "south" of whom is north of the border.
  const inside = farOff([HOME, OTHER], [37.597, 121.3]);
  assert.deepEqual([inside?.outline, farOffWords(inside)], [HOME, ""], "still shown on the map");
});

test("where no outline is there is nothing to say", () => {
  assert.equal(farOff([], [37.5, 121.4]), null);
  assert.equal(farOffWords(null), "");
});
