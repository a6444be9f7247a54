import assert from "node:assert/strict";
import { test } from "node:test";

import { FrameWatch, choosePicture } from "../../../dispatch/static/dispatch/console/models/frame_watch.js";
import { needsStills, rungSentence, seatReport } from "../../../dispatch/static/dispatch/console/models/rungs.js";

test("a picture moves while frames are decoded, and has an age as soon as they are not", () => {
  const watch = new FrameWatch();
  assert.equal(watch.ageMs(1000), Infinity);
  watch.note(0, 1000);
  assert.equal(watch.ageMs(1000), Infinity);
  watch.note(5, 2000);
  watch.note(9, 3000);
  assert.equal(watch.ageMs(3500), 500);
  watch.note(9, 5000);
  assert.equal(watch.ageMs(6000), 3000);
});

test("a fresh leg counts anew and is no standstill; another call has seen nothing", () => {
  const watch = new FrameWatch();
  watch.note(900, 1000);
  watch.note(2, 5000);
  assert.equal(watch.ageMs(5000), 0);
  watch.clear();
  assert.equal(watch.ageMs(5000), Infinity);
});

test("video while it moves; else whatever is younger; never a picture that is none", () => {
  assert.equal(choosePicture(200, 100), "video");
  assert.equal(choosePicture(4000, 300), "still");
  assert.equal(choosePicture(4000, 9000), "video");
  assert.equal(choosePicture(Infinity, 300), "still");
  assert.equal(choosePicture(4000, Infinity), "video");
  assert.equal(choosePicture(Infinity, Infinity), "none");
});

const seat = (changes) => seatReport({ camera: "on", microphone: "on", isUp: true, legWhy: "", ...changes });

test("what the seat gives, rung by rung, and why", () => {
  assert.deepEqual(seat(), { camera: "on", microphone: "on", rung: "video", why: "" });
  assert.deepEqual(seat({ camera: "refused" }), { camera: "refused", microphone: "on", rung: "voice", why: "camera_refused" });
  assert.deepEqual(seat({ microphone: "off" }), { camera: "on", microphone: "off", rung: "video", why: "switched_off" });
  assert.deepEqual(seat({ isUp: false, legWhy: "no_path" }), { camera: "on", microphone: "on", rung: "stills", why: "no_path" });
  assert.deepEqual(seat({ camera: "none", isUp: false, legWhy: "media_full" }), { camera: "none", microphone: "on", rung: "text", why: "media_full" });
  assert.deepEqual(seat({ camera: "none", microphone: "none" }), { camera: "none", microphone: "none", rung: "text", why: "camera_none" });
  assert.equal(seat({ camera: "off", microphone: "asking" }).rung, "text");
});

const phone = (rung, why = "") => ({ rung, why, camera: "on", microphone: "on" });

test("stills go on until both ends have a leg", () => {
  assert.equal(needsStills(false, phone("video")), true);
  assert.equal(needsStills(true, null), true);
  assert.equal(needsStills(true, phone("stills", "no_path")), true);
  assert.equal(needsStills(true, phone("video")), false);
  assert.equal(needsStills(true, phone("voice", "camera_refused")), false);
  assert.equal(needsStills(true, phone("text", "microphone_refused")), true);
});

test("one plain sentence of what the phone can give", () => {
  assert.equal(rungSentence(phone("video")), "Live video");
  assert.equal(rungSentence(phone("stills", "no_path")), "Pictures only: the phone finds no path for video.");
  assert.equal(rungSentence(phone("voice", "something new")), "Voice only");
  assert.equal(rungSentence(null), "The phone has not said yet what it can give.");
});
