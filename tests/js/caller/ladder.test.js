import assert from "node:assert/strict";
import { test } from "node:test";
import { ladder, step } from "../../../dispatch/static/dispatch/caller/models/ladder.js";

const gives = { state: "on", trouble: "", isInterrupted: false };
const device = (state, more = {}) => ({ state, trouble: "", isInterrupted: false, ...more });
const up = { state: "up", why: "" };
const climb = (facts) =>
  ladder({ camera: gives, microphone: gives, leg: up, isOnline: true, ...facts });

test("everything is there: video, and nothing to explain", () => {
  assert.deepEqual(climb({}), { rung: "video", why: "" });
});

test("without a way for live media the stills go on, and say why", () => {
  for (const [leg, why] of [
    [null, "connecting"],
    [{ state: "connecting", why: "connecting" }, "connecting"],
    [{ state: "idle", why: "" }, "connecting"],
    [{ state: "failed", why: "no_path" }, "no_path"],
    [{ state: "failed", why: "no_webrtc" }, "no_webrtc"],
    [{ state: "failed", why: "media_full" }, "media_full"],
    [{ state: "lost", why: "media_away" }, "media_away"],
  ]) {
    assert.deepEqual(climb({ leg }), { rung: "stills", why });
  }
});

test("without a camera the voice remains, and says why there is no picture", () => {
  for (const [camera, why] of [
    [device("refused"), "camera_refused"],
    [device("none"), "camera_none"],
    [device("none", { trouble: "insecure" }), "insecure"],
    [device("asking", { trouble: "no_answer" }), "no_answer"],
    [device("asking"), "connecting"],
    [device("off", { trouble: "switched_off" }), "switched_off"],
    [device("on", { isInterrupted: true }), "interrupted"],
  ]) {
    assert.deepEqual(climb({ camera }), { rung: "voice", why });
  }
});

test("a picture without a voice is video that says what it lacks", () => {
  for (const [microphone, why] of [
    [device("refused"), "microphone_refused"],
    [device("none"), "microphone_none"],
    [device("off", { trouble: "switched_off" }), "switched_off"],
    [device("on", { isInterrupted: true }), "interrupted"],
  ]) {
    assert.deepEqual(climb({ microphone }), { rung: "video", why });
  }
});

test("neither camera nor microphone: text, with the camera's reason first", () => {
  const facts = { camera: device("refused"), microphone: device("none") };
  assert.deepEqual(climb(facts), { rung: "text", why: "camera_refused" });
  const noPath = { state: "failed", why: "no_path" };
  assert.deepEqual(climb({ camera: device("none"), leg: noPath }), {
    rung: "text", why: "camera_none",
  });
});

test("a line that is gone takes the stills, never live media that still flows", () => {
  assert.equal(climb({ isOnline: false }).rung, "video");
  assert.deepEqual(climb({ isOnline: false, leg: null }), { rung: "text", why: "connecting" });
});

test("falls and rises are told apart, standing still is neither", () => {
  assert.equal(step("video", "stills"), "fall");
  assert.equal(step("stills", "text"), "fall");
  assert.equal(step("text", "voice"), "rise");
  assert.equal(step("stills", "video"), "rise");
  assert.equal(step("voice", "voice"), null);
});
