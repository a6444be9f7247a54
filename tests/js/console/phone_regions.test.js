// What the seat says of a caller's phone: what it gives, what is lost, where it is.

import assert from "node:assert/strict";
import { test } from "node:test";

import { regionOf } from "./parts.js";
import { clip, seat } from "./cast.js";
import { AT, desk, plain, quiet } from "./desks.js";

const console_ = "../../../dispatch/static/dispatch/console";
// Later than the parts: a region is an element from the moment it is read.
const { CallerPicture } = await import(`${console_}/elements/caller_picture.js`);
const { CallerPhone } = await import(`${console_}/elements/caller_phone.js`);
const { CallerPlace } = await import(`${console_}/elements/caller_place.js`);
const { WarnOffender } = await import(`${console_}/elements/warn_offender.js`);

test("what a phone gave is not told as what it gives once it is lost", () => {
  const device = { type: "device", rung: "video", why: "", camera: "on", microphone: "on", position: "on", recording: "kept" };
  const tones = (call, media = quiet) => {
    const room = { desk: desk(call), media };
    room.desk.frame(device);
    const phone = regionOf(CallerPhone, room);
    phone.show();
    return [phone.part("rung"), ...phone.part("device").children].map((part) => [part.dataset.tone, part.textContent]);
  };
  const live = tones({ lost_at: null });
  assert.deepEqual(live.map(([tone]) => tone), ["ok", "ok", "ok", "ok", "ok"]);
  const never = Object.assign(new EventTarget(), { ...quiet, videoAgeMs: Infinity });
  assert.match(tones({ lost_at: AT }, never)[0][1], /^Last known: Live video$/, "not that it is coming");
  const lost = tones({ lost_at: AT });
  assert.deepEqual(lost.map(([tone]) => tone), ["muted", "muted", "muted", "muted", "muted"]);
  assert.equal(lost[0][1], `Last known: ${live[0][1]}`);
});

test("live video is green once a picture of it came, not when the phone says so", () => {
  const room = { desk: desk({ lost_at: null }), media: Object.assign(new EventTarget(), { ...quiet, videoAgeMs: Infinity }) };
  room.desk.frame({ type: "device", rung: "video", why: "", camera: "on", microphone: "on", position: "on", recording: "kept" });
  const phone = regionOf(CallerPhone, room);
  phone.show();
  const mark = () => [phone.part("rung").dataset.tone, phone.part("rung").textContent];
  assert.deepEqual(mark(), ["", "Live video is coming"]);
  room.media.videoAgeMs = 30;
  phone.tick();
  assert.deepEqual(mark(), ["ok", "Live video"]);
});

test("a phone that was gone before it spoke has nothing that was last known", () => {
  const words = (more, call = { lost_at: AT }) => {
    const room = { desk: desk(call, more), media: quiet };
    if (!call.lost_at) room.desk.lineChanged("reconnecting", 0, 0);
    const phone = regionOf(CallerPhone, room);
    phone.show();
    return phone.part("rung").textContent;
  };
  assert.equal(words({}), "The phone was gone before it told this seat what it can give.");
  const clips = { c: clip("c", { chunk_count: 4 }) };
  assert.equal(words({ clips }), "The phone is gone; what it gave is under Evidence.");
  const position = { lat_e7: 1, lon_e7: 1 };
  assert.equal(words({ position }), "The phone is gone; where it was stands under Place.");
  assert.match(words({ clips }, { lost_at: null }), /has not said yet/, "it is the line here that is cut");
});

test("of a page without scripts nothing is awaited, and what cannot work is dead", () => {
  const room = { desk: desk({ lost_at: AT }, plain()), media: { ...quiet, videoAgeMs: Infinity, addEventListener() {} } };
  const picture = regionOf(CallerPicture, room);
  picture.tick(Date.parse(AT) + 5000);
  assert.equal(picture.part("words").textContent, "Words only: this page runs no scripts and can send no picture.");
  const phone = regionOf(CallerPhone, room);
  phone.show();
  assert.equal(phone.part("rung").textContent, "The page runs no scripts: its words have come, and nothing more can.");
  const isDead = (made) => {
    const region = regionOf(WarnOffender, made);
    region.show();
    region.act("warn");
    return [region.part("warn").disabled, region.part("ask").hidden];
  };
  assert.deepEqual(isDead(room), [true, true], "its key does nothing, either");
});

test("only a phone that is there can be asked where it is", () => {
  const words = (call, more) => {
    const place = regionOf(CallerPlace, { desk: desk(call, more) });
    place.show();
    return place.part("none").textContent;
  };
  assert.equal(words({ lost_at: null }), "The phone has not said where it is. Ask.");
  assert.equal(words({ lost_at: AT }), "The phone has not said where it is.");
  assert.equal(words({ state: "ended" }), "The phone has not said where it is.");
  assert.match(words({ lost_at: AT }, plain()), /cannot be asked/);
});

test("a phone that gave no accuracy has no circle, and no ±0 m", () => {
  const drawn = (accuracy_mm) => {
    const position = { lat_e7: 375391200, lon_e7: 1213914000, accuracy_mm, age_ms: 0, at: AT };
    const place = regionOf(CallerPlace, { desk: desk({ lost_at: null }, { position, positions: [position] }) });
    place.show();
    place.tick(Date.parse(AT) + 4000);
    const parts = place.part("sketch").children.map(({ attributes }) => attributes.class);
    return [place.part("age").textContent, parts.includes("sketch-accuracy")];
  };
  assert.deepEqual(drawn(12_000), ["±12 m, 4 s ago", true]);
  assert.deepEqual(drawn(0), ["accuracy not given, 4 s ago", false]);
});
