import assert from "node:assert/strict";
import { test } from "node:test";
import {
  metresBetween, toPlace,
} from "../../../dispatch/static/dispatch/caller/models/position_watch.js";

test("a fix becomes whole numbers the wire takes", () => {
  const coords = { latitude: 37.5400001, longitude: -121.39, accuracy: 12.3456 };
  const place = toPlace({ coords, timestamp: Date.now() - 1500 });
  assert.equal(place.lat_e7, 375400001);
  assert.equal(place.lon_e7, -1213900000);
  assert.equal(place.accuracy_mm, 12346);
  assert.ok(place.age_ms >= 1500 && place.age_ms < 2500);
});

test("a phone whose clock is ahead or whose accuracy is absurd stays in bounds", () => {
  const coords = { latitude: 0, longitude: 0, accuracy: 1e12 };
  const place = toPlace({ coords, timestamp: Date.now() + 60_000 });
  assert.equal(place.age_ms, 0);
  assert.equal(place.accuracy_mm, 1e9);
});

test("metres, near enough", () => {
  const here = { latitude: 37.54, longitude: 121.39 };
  assert.ok(Math.abs(metresBetween(here, { ...here, latitude: 37.541 }) - 111) < 1);
  assert.ok(Math.abs(metresBetween(here, { ...here, longitude: 121.391 }) - 88) < 1);
});
