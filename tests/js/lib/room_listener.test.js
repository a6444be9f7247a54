import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { FakeAudio } from "./fake_audio.js";
import { FakePeerConnection, FakeStream } from "./fake_peer.js";

globalThis.MediaStream = FakeStream;
globalThis.RTCPeerConnection = FakePeerConnection;
globalThis.RTCRtpReceiver = { getCapabilities: () => ({ codecs: [] }) };
globalThis.Audio = FakeAudio;
const { RoomListener } = await import(
  "../../../dispatch/static/dispatch/lib/room_listener.js"
);
const { Voices } = await import("../../../dispatch/static/dispatch/lib/voices.js");

let room;
let sent;
let opened;
let isRefused;
let gate;

class FakeTrack {
  kind = "audio";
  isStopped = false;

  stop() {
    this.isStopped = true;
  }
}

async function settle() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  FakePeerConnection.made = [];
  FakeAudio.made = [];
  FakeAudio.isRefusing = false;
  sent = [];
  opened = [];
  isRefused = false;
  gate = Promise.resolve();
  room = new RoomListener({
    send: (frame) => sent.push(frame) > 0,
    askMicrophone: async () => {
      await gate;
      if (isRefused) throw new Error("no");
      opened.push(new FakeTrack());
      return opened.at(-1);
    },
  });
});

afterEach(() => {
  room.leave();
  mock.timers.reset();
});

const peer = () => FakePeerConnection.made.at(-1);
const leg = () => sent.filter((frame) => frame.description).at(-1).leg;
const own = () => peer().lines[0].sender.track;
const LINES = { 0: "guest", 1: "guest", 2: "host", 3: "host" };

async function enter(stance) {
  room.join(stance);
  await settle();
  room.take({ type: "signal", leg: leg(), sdp: "v=0 answer" });
  await settle();
  peer().turns("connected");
  room.take({ type: "media_lines", leg: leg(), lines: LINES });
}

test("who listens opens no microphone, sees two pictures and hears everybody", async () => {
  await enter("monitor");
  assert.deepEqual([opened.length, own(), room.microphone], [0, null, "off"]);
  assert.deepEqual(room.picture("guest").getTracks(), [peer().lines[1].receiver.track]);
  assert.deepEqual(room.picture("host").getTracks(), [peer().lines[2].receiver.track]);
  assert.deepEqual(FakeAudio.heard, [peer().lines[0], peer().lines[3]].map((x) => x.receiver.track));
});

test("a whisper opens the microphone on the same leg; listening again closes it", async () => {
  await enter("monitor");
  const before = leg();
  room.beStance("whisper");
  await settle();
  assert.deepEqual([leg(), own(), room.microphone], [before, opened[0], "on"]);
  room.beStance("open");
  await settle();
  assert.equal(opened.length, 1);
  room.beStance("monitor");
  await settle();
  assert.deepEqual([own(), opened[0].isStopped, room.microphone], [null, true, "off"]);
});

test("who steps back while the browser asks is not heard", async () => {
  let open;
  gate = new Promise((done) => (open = done));
  await enter("open");
  assert.equal(room.microphone, "asking");
  room.beStance("monitor");
  open();
  await settle();
  assert.deepEqual([own(), opened[0].isStopped, room.microphone], [null, true, "off"]);
});

test("a refused microphone is told, and one goes on listening", async () => {
  isRefused = true;
  await enter("whisper");
  assert.deepEqual([room.microphone, room.state, own()], ["refused", "up", null]);
});

test("who leaves hears nothing more, and does not come back by itself", async () => {
  await enter("open");
  room.leave();
  await settle();
  mock.timers.tick(10_000);
  assert.deepEqual(FakeAudio.heard, []);
  assert.deepEqual(room.picture("guest").getTracks(), []);
  assert.equal(opened[0].isStopped, true);
  assert.equal(FakePeerConnection.made.length, 1);
});

test("put out is for good; a leg that was replaced is begun anew", async () => {
  await enter("open");
  room.take({ type: "media", leg: leg(), state: "closed", code: "replaced" });
  mock.timers.tick(2500);
  await settle();
  assert.equal(FakePeerConnection.made.length, 2);
  room.take({ type: "media", leg: leg(), state: "closed", code: "kicked" });
  mock.timers.tick(10_000);
  assert.equal(FakePeerConnection.made.length, 2);
  assert.deepEqual([room.state, room.why], ["stopped", "kicked"]);
});

test("the room can be made still here, and heard again", async () => {
  await enter("monitor");
  room.isHeard = false;
  assert.deepEqual(FakeAudio.heard, []);
  room.isHeard = true;
  assert.equal(FakeAudio.heard.length, 2);
});

test("a browser that wants a press is told, and a press plays all", async () => {
  FakeAudio.isRefusing = true;
  await enter("monitor");
  await settle();
  assert.deepEqual([room.isBlocked, FakeAudio.heard.length], [true, 0]);
  FakeAudio.isRefusing = false;
  room.unblock();
  await settle();
  assert.deepEqual([room.isBlocked, FakeAudio.heard.length], [false, 2]);
});

test("voices come and go one by one, and a new track takes the old one's place", () => {
  const voices = new Voices();
  const [one, two, anew] = [{ id: 1 }, { id: 2 }, { id: 3 }];
  voices.play(new Map([["a", one], ["b", two]]));
  assert.deepEqual(FakeAudio.heard, [one, two]);
  voices.play(new Map([["b", anew]]));
  assert.deepEqual(FakeAudio.heard, [anew]);
  assert.equal(FakeAudio.made.length, 2);
  voices.play(new Map());
  assert.deepEqual(FakeAudio.heard, []);
  assert.ok(FakeAudio.made.every(({ srcObject }) => srcObject === null));
});
