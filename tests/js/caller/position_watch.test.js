import assert from "node:assert/strict";
import { test } from "node:test";
import {
  metresBetween, PositionWatch, toPlace,
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

const MINUTE_MS = 60_000;

/** A device whose fixes come by hand. */
function device(t, permission = "granted") {
  const asked = [];
  const failing = [];
  const geolocation = {
    watchPosition: (take, fail) => {
      failing.push(fail);
      return asked.push(take);
    },
    clearWatch: () => {},
  };
  const permissions = { query: async () => ({ state: permission }) };
  const value = { geolocation, ...(permission ? { permissions } : {}) };
  Object.defineProperty(globalThis, "navigator", { value, configurable: true });
  globalThis.isSecureContext = true;
  t.after(() => {
    delete globalThis.isSecureContext;
    delete globalThis.navigator;
  });
  t.mock.timers.enable({ apis: ["Date", "setTimeout"], now: 1_800_000_000_000 });
  const fix = (accuracy = 12, latitude = 37.54) => asked.at(-1)({
    coords: { latitude, longitude: 121.39, accuracy }, timestamp: Date.now(),
  });
  const deny = () => failing.at(-1)({ code: 1, PERMISSION_DENIED: 1 });
  return { asked, fix, deny };
}

/** @param {any} t @param {string} permission @param {boolean} isFound */
async function deniedAfter(t, permission, isFound) {
  const { fix, deny } = device(t, permission);
  const watch = new PositionWatch();
  const first = watch.start();
  if (isFound) fix();
  deny();
  if (!isFound) await first;
  await new Promise((settle) => setImmediate(settle));
  return watch.state;
}

test("a place that the browser takes away as it closes was not refused by the caller", async (t) => {
  assert.equal(await deniedAfter(t, "granted", true), "on");
});

test("a place that was refused, at first or later, is refused", async (t) => {
  await t.test("later", async (t) => assert.equal(await deniedAfter(t, "denied", true), "refused"));
  await t.test("at first", async (t) => assert.equal(await deniedAfter(t, "granted", false), "refused"));
  await t.test("no way to ask", async (t) => assert.equal(await deniedAfter(t, "", true), "refused"));
});

test("who stood still before the tap is found with the place's age, and looked for again", (t) => {
  const { asked, fix } = device(t);
  const watch = new PositionWatch();
  const told = [];
  watch.onPlace = (place) => told.push(place);
  watch.start();
  fix();
  t.mock.timers.tick(2 * MINUTE_MS);
  assert.equal(watch.last().age_ms, 2 * MINUTE_MS);
  watch.tellAgain();
  assert.deepEqual(told.map(({ age_ms }) => age_ms), [0, 2 * MINUTE_MS]);
  assert.equal(asked.length, 2, "the device was not asked again");
  t.mock.timers.tick(500);
  fix(); // the same place, soon after: still worth telling, for it is fresh
  assert.deepEqual(told.map(({ age_ms }) => age_ms), [0, 2 * MINUTE_MS, 0]);
  t.mock.timers.tick(500);
  fix();
  assert.equal(told.length, 3, "twice within a second");
});

test("what is half an hour old is kept back, and a fresh place is not asked for again", (t) => {
  const { asked, fix } = device(t);
  const watch = new PositionWatch();
  watch.start();
  fix();
  watch.tellAgain();
  assert.equal(asked.length, 1);
  t.mock.timers.tick(30 * MINUTE_MS);
  assert.equal(watch.last(), null);
});

test("who has moved within two seconds and then stands still is found where he is", (t) => {
  const { fix } = device(t);
  const watch = new PositionWatch();
  const told = [];
  watch.onPlace = (place) => told.push(place.lat_e7);
  watch.start();
  fix();
  t.mock.timers.tick(500);
  fix(20, 37.55);
  t.mock.timers.tick(500);
  fix(20, 37.56);
  assert.deepEqual(told, [375_400_000], "sooner than every two seconds");
  t.mock.timers.tick(1000);
  assert.deepEqual(told, [375_400_000, 375_600_000]);
  t.mock.timers.tick(10_000);
  assert.equal(told.length, 2, "told without news");
  fix(20, 37.57);
  fix(20, 37.58);
  watch.stop();
  t.mock.timers.tick(10_000);
  assert.equal(told.length, 3, "told after the end");
});

test("the network's coarse guess takes no good place away that waits to be told", (t) => {
  const { fix } = device(t);
  const watch = new PositionWatch();
  const told = [];
  watch.onPlace = (place) => told.push(place);
  watch.start();
  fix(10);
  t.mock.timers.tick(300);
  fix(10, 37.541); // round the corner, 111 m on
  t.mock.timers.tick(600);
  fix(300, 37.5411);
  assert.equal(watch.last().accuracy_mm, 10_000);
  t.mock.timers.tick(1100);
  assert.deepEqual(told.map(({ lat_e7 }) => lat_e7), [375_400_000, 375_410_000]);
  fix(300, 37.56); // it is not there any more: worse, but two kilometres on
  t.mock.timers.tick(2000);
  assert.equal(told.at(-1).lat_e7, 375_600_000);
});
