import assert from "node:assert/strict";
import { test } from "node:test";

import { fromSnapshot } from "../../../dispatch/static/dispatch/board/models/agency.js";
import { seconds } from "../../../dispatch/static/dispatch/board/models/figures.js";
import {
  callMarks, callSeat, countWords, lineWords, nameSize, placeName, seatLook,
} from "../../../dispatch/static/dispatch/board/models/words.js";
import { call, seat, snapshot } from "./cast.js";

globalThis.document ??= /** @type {any} */ ({ documentElement: { lang: "en" } });

test("a call whose place nobody knows does not seem to be where its agency is", () => {
  assert.equal(placeName(call("c", { area: "莱山区", area_en: "Laishan District" })), "Laishan District");
  assert.equal(placeName(call("c")), "Place unknown");
});

test("a name is written smaller where it is longer than its line", () => {
  const sizes = ["Zhifu District", "Harbour and Gull Island", "Economic and Technological Development Zone"];
  assert.deepEqual(sizes.map(nameSize), ["", "long", "longest"]);
  assert.deepEqual(["芝罘区", "烟台经济技术开发区", "黄渤海新区烟台经济技术开发区古现街道"].map(nameSize), ["", "long", "longest"]);
});

test("an office's seat is not called by a bare number", () => {
  const talks = call("c", { seat_label_en: "Zhifu District Police 1" });
  assert.equal(callSeat(talks), "Zhifu District Police, seat 1");
  assert.equal(callSeat(call("c")), "");
  const [rings] = callMarks({ ...talks, state: "offered" });
  assert.equal(rings.words, "Ringing at Zhifu District Police, seat 1");
});

test("what is not of the usual priority says so: most urgent, or behind others in the line", () => {
  const words = (fields) => callMarks(call("c", fields)).map((mark) => mark.words);
  assert.deepEqual(words({ priority: 1 }), ["Life in danger"]);
  assert.deepEqual(words({ priority: 2 }), []);
  assert.deepEqual(words({ priority: 3 }), ["Priority 3: Normal"]);
  assert.deepEqual(words({ priority: 4 }), ["Priority 4: Can wait"]);
  assert.deepEqual(words({ priority: 4, state: "connected" }), [], "it waits no more");
});

test("a phone whose page runs no scripts is not called out of reach", () => {
  const [lost] = callMarks(call("c", { lost_at: "x" }));
  const [plain] = callMarks(call("c", { lost_at: "x", is_plain: true }));
  assert.deepEqual([lost.words, plain.words], ["Phone out of reach", "Only words, cannot answer"]);
});

test("a county's line tells only of seats that there are, but always how many are ready", () => {
  assert.equal(countWords({ ready: 0, busy: 1, idle: 0, nobody: 3 }), "0\u00a0ready · 1\u00a0busy · 3\u00a0empty");
  assert.equal(countWords({ ready: 2, busy: 0, idle: 1, nobody: 0 }), "2\u00a0ready · 1\u00a0not\u00a0ready");
});

test("who moves a call to a line is told whether somebody is there to take it", () => {
  const line = (...seats) => fromSnapshot(snapshot({ seats: Object.fromEntries(seats.map((one) => [one.seat, one])) }));
  const empty = seat("b", { operator: "", operator_id: null, availability: "off" });
  assert.equal(lineWords(line(seat("a"), empty)), "1\u00a0ready");
  assert.equal(lineWords(line(seat("a", { availability: "break" }))), "0\u00a0ready · 1\u00a0not\u00a0ready");
  assert.equal(lineWords(line(empty)), "nobody at its seats");
  assert.equal(lineWords(line(seat("a", { is_active: false }))), "nobody at its seats");
});

test("who sits there and is off looks unlike an empty chair", () => {
  assert.notEqual(seatLook("off").icon, seatLook("nobody").icon);
});

test("seconds speak the language of the page", (t) => {
  t.after(() => Reflect.deleteProperty(globalThis, "gettext"));
  globalThis.gettext = (text) => (text === "%(seconds)s s" ? "%(seconds)s 秒" : text);
  assert.deepEqual([seconds(0.9), seconds(12.3), seconds(null)], ["0.9 秒", "12 秒", "–"]);
});
