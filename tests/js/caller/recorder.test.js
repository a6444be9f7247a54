import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { EvidenceStore } from "../../../dispatch/static/dispatch/caller/models/evidence_store.js";
import { MemoryTables } from "../../../dispatch/static/dispatch/caller/models/evidence_tables.js";
import { digestOf, MOST_CHUNK_BYTES } from "../../../dispatch/static/dispatch/caller/models/chunks.js";
import { Recorder } from "../../../dispatch/static/dispatch/caller/models/recorder.js";
import { chooseType } from "../../../dispatch/static/dispatch/caller/models/recorder_type.js";

let made;
let log;
let store;
let recorder;

class FakeMediaRecorder {
  state = "inactive";

  constructor(stream, options) {
    Object.assign(this, { tracks: stream.tracks, options, n: made.length });
    made.push(this);
  }

  start(sliceMs) {
    this.state = "recording";
    this.sliceMs = sliceMs;
    log.push(`start ${this.n}`);
  }

  give(bytes) {
    this.ondataavailable({ data: new Blob([bytes]) });
  }

  stop() {
    this.state = "inactive";
    log.push(`stop ${this.n}`);
    queueMicrotask(() => {
      this.give(`last of ${this.n}`);
      this.onstop();
    });
  }

  requestData() {
    this.give("flushed");
  }
}

const owner = { incident: "i1", evidence: "right", call: "c1" };
const track = (id) => ({ id, readyState: "live" });
const video = track("v");
const audio = track("a");

const { setTimeout: later } = globalThis;
// Digests take real time, whatever the faked timers say, and as long as the machine likes.
let underWay = 0;
for (const [whose, name] of [[crypto.subtle, "digest"], [Blob.prototype, "arrayBuffer"]]) {
  const real = whose[name];
  whose[name] = async function () {
    underWay += 1;
    try {
      return await Reflect.apply(real, this, arguments);
    } finally {
      underWay -= 1;
    }
  };
}

/** Until nothing is read or digested, and what was waiting for it came to an end too. */
async function settle() {
  for (let stillFor = 0, last = ""; stillFor < 4; ) {
    await new Promise((done) => later(done, 5));
    const now = JSON.stringify([await store.clips(), log, made.length, recorder.isFull]);
    stillFor = now === last && !underWay ? stillFor + 1 : 0;
    last = now;
  }
}

/** As long as it takes until something is so, and no longer. */
async function until(isSo) {
  for (let tries = 0; !isSo(); tries += 1) {
    assert.ok(tries < 2000, `never: ${isSo}`);
    await new Promise((done) => later(done, 1));
  }
}

async function chunks(clip) {
  const found = [];
  for (let next = await store.next(clip); next; next = await store.next(clip)) {
    found.push(next);
    await store.wipe(next, { isStored: true });
  }
  return found;
}
const places = (found) => found.map(({ segment, index }) => `${segment}/${index}`);

beforeEach(() => {
  made = [];
  log = [];
  store = new EvidenceStore(new MemoryTables());
  globalThis.MediaStream = class {
    constructor(tracks) {
      this.tracks = tracks;
    }
  };
  mock.timers.enable({ apis: ["setTimeout"] });
  recorder = new Recorder({
    store,
    choose: (hasVideo) => (hasVideo ? "video/webm" : "audio/webm"),
    make: (stream, options) => new FakeMediaRecorder(stream, options),
  });
});

afterEach(() => {
  mock.timers.reset();
  delete globalThis.MediaStream;
});

test("one second slices with their digests, kept before anything is sent", async () => {
  const kept = [];
  recorder.onKept = (clip) => kept.push(clip);
  await recorder.record({ video, audio }, owner);
  assert.equal(made[0].sliceMs, 1000);
  assert.deepEqual(made[0].tracks, [video, audio]);
  made[0].give("one");
  made[0].give("");
  made[0].give("two");
  await settle();
  const [clip] = await store.clips();
  assert.deepEqual([clip.kind, clip.mime, clip.incident, clip.call], [
    "video", "video/webm", "i1", "c1",
  ]);
  assert.deepEqual(kept, [clip.clip, clip.clip]);
  const found = await chunks(clip.clip);
  assert.deepEqual(places(found), ["0/0", "0/1"]);
  assert.equal(found[1].digest, await digestOf(new TextEncoder().encode("two").buffer));
});

test("each minute a new segment begins before the last one ends", async () => {
  await recorder.record({ video, audio }, owner);
  made[0].give("first minute");
  mock.timers.tick(60_000);
  await settle();
  assert.deepEqual(log, ["start 0", "start 1", "stop 0"]);
  made[1].give("second minute");
  await settle();
  mock.timers.tick(60_000);
  await settle();
  const [clip, ...others] = await store.clips();
  assert.equal(others.length, 0);
  assert.deepEqual(clip.segments, [2, 2]);
  assert.deepEqual(places(await chunks(clip.clip)), ["0/0", "0/1", "1/0", "1/1"]);
});

test("after five hours the next clip begins: the server closes none that is longer", async () => {
  await recorder.record({ video, audio }, owner);
  for (let minute = 0; minute < 300; minute += 1) {
    mock.timers.tick(60_000);
    await until(() => made.length === minute + 2);
  }
  await settle();
  const clips = await store.clips();
  assert.equal(clips.length, 2);
  assert.equal(clips.find(({ isFinished }) => isFinished)?.reason, "changed");
  assert.equal(made.length, 301);
});

test("a phone with one encoder: the old run ends first", async () => {
  let busy = false;
  recorder = new Recorder({
    store,
    choose: () => "video/webm",
    make: (stream, options) => {
      if (made.some(({ state }) => state === "recording")) {
        busy = true;
        throw new DOMException("one at a time", "NotSupportedError");
      }
      return new FakeMediaRecorder(stream, options);
    },
  });
  await recorder.record({ video, audio }, owner);
  mock.timers.tick(60_000);
  await settle();
  assert.equal(busy, true);
  assert.deepEqual(log, ["start 0", "stop 0", "start 1"]);
});

test("a slice larger than the door is cut; no byte is lost", async () => {
  await recorder.record({ video, audio }, owner);
  made[0].give(new Uint8Array(2 * MOST_CHUNK_BYTES + 5));
  made[0].give("after");
  while ((await store.clips())[0].waiting < 4) await settle();
  const [clip] = await store.clips();
  const found = await chunks(clip.clip);
  assert.deepEqual(found.map(({ bytes }) => bytes.byteLength), [
    MOST_CHUNK_BYTES, MOST_CHUNK_BYTES, 5, 5,
  ]);
  assert.deepEqual(places(found), ["0/0", "0/1", "0/2", "0/3"]);
});

test("a turned camera is a new segment; only sound is a new clip", async () => {
  await recorder.record({ video, audio }, owner);
  await recorder.record({ video, audio }, owner);
  assert.equal(made.length, 1);
  await recorder.record({ video: track("v2"), audio }, owner);
  await recorder.record({ video: null, audio }, owner);
  await settle();
  const clips = (await store.clips()).toSorted((a, b) => a.kind.localeCompare(b.kind));
  assert.deepEqual(clips.map(({ kind, isFinished }) => [kind, isFinished]), [
    ["audio", false], ["video", true],
  ]);
  assert.deepEqual(clips[1].segments, [1, 1]);
  assert.equal(made[2].options.videoBitsPerSecond, undefined);
});

test("switched off: the last words are kept, then the clip is finished", async () => {
  await recorder.record({ video, audio }, owner);
  made[0].give("one");
  await recorder.stop("switched_off");
  const [clip] = await store.clips();
  assert.deepEqual([clip.isFinished, clip.reason, clip.segments], [true, "switched_off", [2]]);
  assert.equal(recorder.clip, null);
  mock.timers.tick(120_000);
  await settle();
  assert.equal(made.length, 1);
});

test("a recorder that dies is followed by another", async () => {
  await recorder.record({ video, audio }, owner);
  made[0].state = "inactive";
  made[0].onstop();
  mock.timers.tick(2000);
  await settle();
  assert.equal(made.length, 2);
  made[1].give("on");
  await settle();
  assert.deepEqual((await store.clips())[0].segments, [0, 1]);
});

test("a browser that can record nothing says so, once and for all", async () => {
  recorder = new Recorder({ store, choose: () => "", make: () => assert.fail("made one") });
  await recorder.record({ video, audio }, owner);
  assert.equal(recorder.hasFailed, true);
  assert.deepEqual(await store.clips(), []);
});

test("a phone without room holds on to what it has, and says so", async () => {
  await recorder.record({ video, audio }, owner);
  const keep = store.keep.bind(store);
  store.keep = async () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  made[0].give("one");
  await settle();
  assert.equal(recorder.isFull, true);
  store.keep = keep;
  mock.timers.tick(2000);
  await settle();
  assert.equal(recorder.isFull, false);
  const [clip] = await store.clips();
  assert.deepEqual(places(await chunks(clip.clip)), ["0/0"]);
});

test("closed by another window meanwhile: it goes on in a new clip", async () => {
  await recorder.record({ video, audio }, owner);
  const [before] = await store.clips();
  await store.finish(before.clip, "page_gone");
  made[0].give("late");
  await settle();
  assert.notEqual(recorder.clip, before.clip);
  made[1].give("new");
  await settle();
  assert.deepEqual(places(await chunks(recorder.clip)), ["0/0"]);
});

test("what the browser has goes before what we would like", () => {
  const among = (...types) => (mime) => types.includes(mime);
  const choose = (facts) => chooseType({
    hasVideo: true, isApple: false, isPhone: false, ...facts,
  });
  const vp8 = "video/webm;codecs=vp8,opus";
  const h264 = "video/webm;codecs=h264,opus";
  const mp4 = "video/mp4;codecs=avc1.42E01E,mp4a.40.2";
  assert.equal(choose({ isSupported: among(vp8, h264, mp4) }), vp8);
  assert.equal(choose({ isPhone: true, isSupported: among(vp8, h264, mp4) }), h264);
  assert.equal(choose({ isPhone: true, isSupported: among(vp8, mp4) }), vp8);
  assert.equal(choose({ isApple: true, isSupported: among(vp8, mp4) }), mp4);
  assert.equal(choose({ isApple: true, isPhone: true, isSupported: among("video/mp4") }), "video/mp4");
  assert.equal(choose({ hasVideo: false, isSupported: among("audio/webm") }), "audio/webm");
  assert.equal(choose({ isSupported: () => false }), "");
});

test("a phone without room for even a clip's beginning is told so, and tried again", async () => {
  const { begin } = store;
  let tries = 0;
  store.begin = async () => {
    tries += 1;
    throw new DOMException("full", "QuotaExceededError");
  };
  await recorder.record({ video, audio }, owner);
  for (let n = 0; n < 8; n += 1) {
    mock.timers.tick(2000);
    await settle();
  }
  assert.ok(tries > 2, String(tries));
  assert.equal(recorder.hasFailed, true, "it says that nothing is recorded");
  store.begin = begin; // an upload made room
  mock.timers.tick(10_000);
  await settle();
  assert.ok(recorder.clip, "and it records once there is room");
  assert.equal(recorder.hasFailed, false);
});
