import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = { documentElement: { lang: "en" } };
const { categoryWords, earlierWords, moreWords, outcomeWords } = await import(
  "../../../dispatch/static/dispatch/console/models/earlier.js"
);
const { fixAge } = await import("../../../dispatch/static/dispatch/console/models/words.js");

test("none, one, many: it is said in words", () => {
  assert.equal(earlierWords({ count: 0, incidents: [] }), "First alarm from this phone");
  assert.equal(earlierWords({ count: 1, incidents: [{}] }), "1 earlier alarm");
  assert.equal(earlierWords({ count: 7, incidents: [] }), "7 earlier alarms");
});

test("those that are not listed are counted", () => {
  assert.equal(moreWords({ count: 7, incidents: [{}, {}, {}, {}, {}] }), "and 2 more before");
  assert.equal(moreWords({ count: 1, incidents: [{}] }), "");
});

test("what came of it goes before how the call ended, and nobody is taken for oneself", () => {
  const outcome = (disposition, reason) => outcomeWords({ disposition, end_reason: reason });
  assert.equal(outcome("officers_sent", "seat_ended"), "Officers sent");
  assert.equal(outcome("", "seat_ended"), "Ended at the seat");
  assert.equal(outcome("", "caller_ended"), "Ended by the caller");
  assert.equal(categoryWords({ category: "", category_en: "" }), "Not filed");
  assert.equal(categoryWords({ category: "诈骗", category_en: "Fraud" }), "Fraud");
});

test("a fix says how good and how old it is", () => {
  assert.equal(fixAge(12000, 4.9), "±12 m, 4 s ago");
  assert.equal(fixAge(1_400_000, 75), "±1.4 km, 1 min 15 s ago");
  assert.equal(fixAge(12000, 7500), "±12 m, 2 h 5 min ago", "2:05 would be a time of day");
});
