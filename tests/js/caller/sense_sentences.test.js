// What is said of the phone's own senses, of its recording and of its tap.

import assert from "node:assert/strict";
import { test } from "node:test";
import { warningSentence } from "../../../dispatch/static/dispatch/caller/models/late_sentences.js";
import {
  cameraSentence, microphoneSentence, positionSentence, recordingSentence, tapSentence,
} from "../../../dispatch/static/dispatch/caller/models/sentences.js";

const DEVICE = { state: /** @type {const} */ ("none"), trouble: "", isInterrupted: false };
const ON = { ...DEVICE, state: /** @type {const} */ ("on") };
const SEEN = { isSeen: false, isLive: false, isStopped: false };
const HEARD = { isLive: false, isStopped: false, isSilent: false };

test("on a cut line nothing is said to be with the police", () => {
  const cut = { isLasting: true, isCut: true };
  const said = recordingSentence("kept", cut);
  assert.deepEqual(said, recordingSentence("held", cut));
  assert.match(said?.words ?? "", /kept on this phone/);
  assert.match(recordingSentence("kept", { ...cut, isCut: false })?.words ?? "", /kept by the police/);
  // What is worse is still said.
  assert.match(recordingSentence("failed", cut)?.words ?? "", /cannot record/);
  assert.match(recordingSentence("kept", { isLasting: false, isCut: true })?.words ?? "", /keep it open/);
});

test("whoever gives no position is asked for words, refused or not", () => {
  for (const sense of /** @type {const} */ (["refused", "none"])) {
    assert.match(positionSentence(sense, null).words, /Write where you are/);
  }
});

test("a position is told as far as it is known, and that it is nobody's ground here", () => {
  const place = {
    lat_e7: 0, lon_e7: 0, accuracy_mm: 12_400, age_ms: 0, at: "", is_inside: true,
    area: "\u829d\u7f58\u533a", area_en: "Zhifu",
  };
  assert.deepEqual(positionSentence("on", place), {
    tone: "ok", words: "Position ±12 m, received",
  });
  assert.equal(positionSentence("on", { ...place, accuracy_mm: 300 }).words, "Position ±1 m, received");
  assert.equal(positionSentence("on", { ...place, accuracy_mm: 0 }).words, "Position received");
  const outside = positionSentence("on", { ...place, area: "", area_en: "", is_inside: false });
  assert.equal(outside.tone, "warn");
  assert.match(outside.words, /received, outside our area\. Write where you are/);
});

test("a device that another app has is named", () => {
  const busy = { ...DEVICE, trouble: "busy" };
  assert.match(cameraSentence(busy, SEEN).words, /the camera/);
  assert.match(microphoneSentence(busy, HEARD)?.words ?? "", /the microphone/);
});

test("who hides reads that the phone is silent before the call, too", () => {
  assert.match(microphoneSentence(ON, { ...HEARD, isSilent: true })?.words ?? "", /phone silent/);
  assert.doesNotMatch(microphoneSentence(ON, HEARD)?.words ?? "", /silent/);
});

test("that the page came without https is said once", () => {
  const insecure = { ...DEVICE, trouble: "insecure" };
  assert.match(cameraSentence(insecure, SEEN).words, /https: no camera, no microphone/);
  assert.equal(microphoneSentence(insecure, HEARD), null);
});

test("in silence live sound is said to be the caller's, not the phone's", () => {
  const live = { ...HEARD, isLive: true };
  assert.equal(microphoneSentence(ON, live).words, "Live sound");
  const silent = microphoneSentence(ON, { ...live, isSilent: true });
  assert.equal(silent.words, "Police hear; phone silent");
  assert.equal(silent.tone, "live");
});

test("an offender is told of a recording only where there is one", () => {
  assert.match(warningSentence(true), /recorded/);
  assert.equal(warningSentence(false), "Police.");
});

test("a tap of this moment is not nought seconds old", () => {
  assert.equal(tapSentence(0), "You tapped just now.");
  assert.equal(tapSentence(2000), "You tapped 2 s ago.");
  assert.equal(tapSentence(3 * 60_000), "You tapped 3 min ago.");
});
