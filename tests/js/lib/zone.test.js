import assert from "node:assert/strict";
import { test } from "node:test";

// The page says whose clock it shows, as the templates do; read before anything else is.
globalThis.document = /** @type {any} */ ({
  documentElement: { lang: "en" },
  querySelector: () => ({ getAttribute: () => "Asia/Shanghai" }),
});
const { foreignZone, localTime } = await import("../../../dispatch/static/dispatch/lib/zone.js");
const { timeOfDay } = await import("../../../dispatch/static/dispatch/console/models/clock.js");
const { dateAndTime } = await import("../../../dispatch/static/dispatch/console/models/earlier.js");
const { inWords } = await import("../../../dispatch/static/dispatch/board/models/chart.js");

const AT = "2026-08-21T18:41:07.000000Z";

test("a time of day is the region's, wherever the device is", () => {
  assert.equal(timeOfDay(AT), "02:41:07");
  assert.equal(timeOfDay(Date.parse(AT)), "02:41:07");
  assert.equal(timeOfDay(null), "");
  assert.equal(dateAndTime(AT), "2026-08-22 02:41", "and so is the day");
});

test("the chart's caption says the hour under which its bar stands", () => {
  const quarters = Array.from({ length: 60 }, () => [0, 0, 0, 0, 0]);
  quarters[57] = [3, 3, 3, 3, 0]; // a quarter past two in the afternoon
  const starts = "2026-08-20T16:00:00.000000Z"; // the region's midnight
  assert.match(inWords({ figures: {}, starts_at: starts, quarters }), /Busiest .*: 14:15 /);
});

test("the zone is named only where the device shows another time", () => {
  const now = Date.parse(AT);
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  assert.equal(foreignZone(now, own), "");
  const other = localTime(now, "Asia/Shanghai").time === localTime(now, own).time ? "UTC" : "Asia/Shanghai";
  assert.match(foreignZone(now, other), /^(GMT|UTC)/);
  assert.equal(foreignZone(now, "Nowhere/Atall"), "Nowhere/Atall", "a zone the browser does not know");
});
