import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { Camera, Microphone } from "../../../dispatch/static/dispatch/caller/models/capture.js";

let asked;
let answers;
let open;

class FakeTrack {
  readyState = "live";
  muted = false;
  constructor(facing) {
    this.facing = facing;
    open.push(this);
  }

  stop() {
    this.readyState = "ended";
    open = open.filter((track) => track !== this);
  }

  getSettings() {
    return this.facing ? { facingMode: this.facing } : {};
  }
}

const refusal = (name) => new DOMException("no", name);
async function settle() {
  for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
}

beforeEach(() => {
  asked = [];
  answers = [];
  open = [];
  globalThis.isSecureContext = true;
  globalThis.document = { hidden: false };
  Object.defineProperty(globalThis, "navigator", {
    configurable: true,
    value: {
      mediaDevices: {
        getUserMedia: async (wish) => {
          asked.push(wish);
          assert.equal(open.length, 0, "the old one was not closed first");
          const answer = answers.shift();
          if (answer instanceof Promise) return answer;
          if (answer) throw answer;
          const track = new FakeTrack(wish.video?.facingMode.ideal);
          return { getTracks: () => [track] };
        },
      },
    },
  });
  mock.timers.enable({ apis: ["setTimeout"] });
});

afterEach(() => mock.timers.reset());

test("wishes are never exact, and each device is asked for alone", async () => {
  await new Camera().start();
  open = [];
  await new Microphone().start();
  assert.deepEqual(asked.map((wish) => Object.keys(wish)), [["video"], ["audio"]]);
  assert.ok(!JSON.stringify(asked).includes("exact"));
  assert.equal(asked[1].audio.echoCancellation, true);
});

test("refused, missing, insecure: each by its name", async () => {
  for (const [name, state] of [["NotAllowedError", "refused"], ["NotFoundError", "none"]]) {
    const camera = new Camera();
    answers = [refusal(name)];
    await camera.start();
    assert.deepEqual([camera.state, camera.trouble], [state, ""]);
  }
  navigator.mediaDevices = undefined;
  globalThis.isSecureContext = false;
  const camera = new Camera();
  await camera.start();
  assert.deepEqual([camera.state, camera.trouble], ["none", "insecure"]);
});

test("busy: tried twice more, a second apart, then without", async () => {
  const camera = new Camera();
  answers = Array.from({ length: 3 }, () => refusal("NotReadableError"));
  camera.start();
  for (let second = 0; second < 3; second += 1) {
    await settle();
    assert.equal(asked.length, second + 1);
    mock.timers.tick(1000);
  }
  await settle();
  assert.deepEqual([asked.length, camera.state, camera.trouble], [3, "none", "busy"]);
  await camera.look();
  assert.equal(camera.state, "on");
});

test("a question nobody answers is said to be so after 15 s, and may still be answered", async () => {
  const camera = new Camera();
  let allow = () => {};
  answers = [new Promise((done) => (allow = done))];
  camera.start();
  await settle();
  mock.timers.tick(15_000);
  assert.deepEqual([camera.state, camera.trouble], ["asking", "no_answer"]);
  const track = new FakeTrack();
  allow({ getTracks: () => [track] });
  await settle();
  assert.deepEqual([camera.state, camera.trouble], ["on", ""]);
  assert.equal(camera.track, track);
});

test("switched off while it was asked for: what opens is closed at once", async () => {
  const camera = new Camera();
  let allow = () => {};
  answers = [new Promise((done) => (allow = done))];
  camera.start();
  await settle();
  camera.stop("switched_off");
  const track = new FakeTrack();
  allow({ getTracks: () => [track] });
  await settle();
  assert.deepEqual([camera.state, camera.trouble, track.readyState], [
    "off", "switched_off", "ended",
  ]);
});

test("turning round closes the old one first; a failure turns it back", async () => {
  const camera = new Camera();
  await camera.start();
  assert.equal(camera.isMirrored, false);
  await camera.flip();
  assert.equal(camera.isMirrored, true);
  answers = [refusal("NotFoundError")];
  await camera.flip();
  assert.deepEqual([camera.state, camera.isMirrored], ["on", true]);
});

test("a phone call mutes it: an interruption, then a fresh track", async () => {
  const camera = new Camera();
  await camera.start();
  const before = camera.track;
  before.muted = true;
  before.onmute();
  assert.deepEqual([camera.state, camera.isInterrupted], ["on", true]);
  before.muted = false;
  before.onunmute();
  await settle();
  assert.deepEqual([camera.state, camera.isInterrupted], ["on", false]);
  assert.notEqual(camera.track, before);
});

test("taken from a hidden page, it comes back with the page", async () => {
  const camera = new Camera();
  await camera.start();
  document.hidden = true;
  const before = camera.track;
  before.readyState = "ended";
  before.onended();
  assert.equal(camera.isInterrupted, true);
  document.hidden = false;
  await camera.look();
  assert.deepEqual([camera.isInterrupted, camera.track === before], [false, false]);
});

test("one that ends again and again is broken, and not asked for for ever", async () => {
  const camera = new Camera();
  await camera.start();
  for (let times = 0; times < 10 && camera.track; times += 1) {
    camera.track.readyState = "ended";
    open = [];
    camera.track.onended();
    await settle();
  }
  assert.deepEqual([camera.state, camera.trouble], ["none", "busy"]);
  assert.ok(asked.length <= 5, String(asked.length));
});
