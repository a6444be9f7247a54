import assert from "node:assert/strict";
import { test } from "node:test";

import {
  MapView, around, boxOf, clearOf, isWellInside, spotOf,
} from "../../../dispatch/static/dispatch/console/models/map_view.js";

const DISTRICT = {
  code: "370602", name: "芝罘区", name_en: "Zhifu District", is_own: true, source: "", label: [121.4, 37.5],
  polygons: [[[[121.2, 37.4], [121.6, 37.4], [121.6, 37.6], [121.2, 37.6], [121.2, 37.4]]]],
};
const at = (lat, lon, accuracyM = 12) => ({
  lat_e7: Math.round(lat * 1e7), lon_e7: Math.round(lon * 1e7), accuracy_mm: accuracyM * 1000,
  age_ms: 0, at: "2026-08-21T09:41:00Z", area: "芝罘区", area_en: "Zhifu District", is_inside: true,
});
const here = [at(37.5, 121.4)];

test("a call begins with the whole district, and the caller in it", () => {
  const box = new MapView(false).next("one", [at(37.7, 121.4)], [DISTRICT], null);
  assert.deepEqual(box, { ...boxOf(DISTRICT), north: 37.7 });
});

test("with tiles it begins near, as wide as the accuracy asks", () => {
  const view = new MapView(true);
  const close = view.next("one", here, [DISTRICT], null);
  assert.deepEqual(close, around(spotOf(here[0]), 60));
  const coarse = view.next("two", [at(37.5, 121.4, 800)], [DISTRICT], close);
  assert.deepEqual(coarse, around([37.5, 121.4], 1200));
});

test("outside every outline there is ground around the caller all the same", () => {
  const stranger = { ...at(30, 100), area: "" };
  const box = new MapView(false).next("one", [stranger], [DISTRICT], null);
  assert.ok(isWellInside(box, [30, 100]));
});

test("a caller outside is shown together with the nearest area, unless that is far away", () => {
  const afield = { ...at(39.9, 116.4), area: "" };
  const box = new MapView(false).next("one", [afield], [DISTRICT], null);
  assert.deepEqual(box, { ...boxOf(DISTRICT), north: 39.9, west: 116.4 });
  const abroad = { ...at(22.3, 114.2), area: "" };
  const own = new MapView(false).next("two", [abroad], [DISTRICT], null);
  assert.deepEqual(own, around([22.3, 114.2], 15_000));
});

test("it stays still while the caller is well inside, and follows at the edge", () => {
  const view = new MapView(true);
  const shown = view.next("one", here, [], null);
  assert.equal(view.next("one", [...here, at(37.5001, 121.4001)], [], shown), null);
  const gone = at(37.51, 121.4);
  assert.deepEqual(view.next("one", [...here, gone], [], shown), around(spotOf(gone), 60));
});

test("in a person's hand it never moves, until it is asked back", () => {
  const view = new MapView(true);
  const shown = view.next("one", here, [], null);
  view.hold();
  const gone = [...here, at(38, 122)];
  assert.equal(view.next("one", gone, [], shown), null);
  view.centre();
  assert.ok(isWellInside(view.next("one", gone, [], null), [38, 122]));
});

test("asked back twice it shows the other view", () => {
  const view = new MapView(false);
  view.next("one", here, [DISTRICT], null);
  view.centre();
  const near = view.next("one", here, [DISTRICT], null);
  view.centre();
  assert.deepEqual(view.next("one", here, [DISTRICT], null), boxOf(DISTRICT));
  assert.ok(near.east - near.west < 0.4, "nearer than the district");
});

test("without tiles the near view reaches to the nearest boundary, with them it is the street", () => {
  const corner = [at(37.59, 121.4)]; // 1.1 km from the northern edge
  const near = (hasTiles) => {
    const view = new MapView(hasTiles);
    view.next("one", corner, [DISTRICT], null);
    if (!hasTiles) view.centre();
    return view.next("one", corner, [DISTRICT], null);
  };
  assert.ok(near(false).north > 37.6 && near(false).north < 37.61);
  assert.deepEqual(near(true), around(spotOf(corner[0]), 60));
  const view = new MapView(false);
  view.next("one", corner, [], null);
  view.centre();
  assert.deepEqual(view.next("one", corner, [], null), around(spotOf(corner[0]), 60), "no outline");
});

test("another call takes the map out of the hand that moved it for the last one", () => {
  const view = new MapView(false);
  view.next("one", here, [DISTRICT], null);
  view.hold();
  assert.deepEqual(view.next("two", here, [DISTRICT], boxOf(DISTRICT)), boxOf(DISTRICT));
});

test("the caller stands under the buttons where the map is tall, beside them where it is low", () => {
  assert.deepEqual(clearOf(365, 250), { paddingTopLeft: [12, 44], paddingBottomRight: [12, 24] });
  assert.equal(clearOf(365, 250, 64).paddingBottomRight[1], 64, "over the words at the foot");
  assert.deepEqual(clearOf(365, 102), { paddingTopLeft: [12, 12], paddingBottomRight: [196, 24] });
});
