import assert from "node:assert/strict";
import { test } from "node:test";

import { ServerClock, duration, secondsSince } from "../../../dispatch/static/dispatch/console/models/clock.js";
import { accuracy, coordinates, sketch } from "../../../dispatch/static/dispatch/console/models/trail.js";

const AT = "2026-08-21T01:00:00.000000Z";

test("the server's clock is believed where the frame came fastest", () => {
  const clock = new ServerClock();
  clock.hear(AT, Date.parse(AT) + 900);
  clock.hear(AT, Date.parse(AT) + 40);
  clock.hear(AT, Date.parse(AT) + 3000);
  assert.equal(clock.now(1_000_000), 1_000_000 - 40);
});

test("durations read as on a stopwatch and never run backwards", () => {
  assert.deepEqual([0, 14.9, 723, 3723].map(duration), ["0:00", "0:14", "12:03", "1:02:03"]);
  assert.equal(secondsSince(AT, Date.parse(AT) - 500), 0);
  assert.equal(secondsSince(null, Date.parse(AT)), 0);
});

test("a place is written as a radio takes it", () => {
  assert.equal(coordinates({ lat_e7: 375391200, lon_e7: 1213914000 }), "37.53912, 121.39140");
  assert.equal(accuracy(11_200), "±12 m");
  assert.equal(accuracy(1_420_000), "±1.4 km");
  assert.equal(accuracy(0), "accuracy not given", "nobody stands on a point");
  assert.equal(accuracy(400), "±1 m");
});

test("the sketch keeps every point inside and north up", () => {
  const spot = (north, east) => ({ lat_e7: 375391200 + north, lon_e7: 1213914000 + east, accuracy_mm: 10_000 });
  const { spots } = sketch([spot(0, 0), spot(5000, 0), spot(5000, 9000)], 200, 120);
  for (const { x, y } of spots) assert.ok(x >= 0 && x <= 200 && y >= 0 && y <= 120);
  assert.ok(spots[1].y < spots[0].y, "north is up");
  assert.ok(spots[2].x > spots[1].x, "east is right");
  assert.deepEqual(sketch([], 200, 120).spots, []);
});
