import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { SeatMedia } from "../../../dispatch/static/dispatch/console/seat_media.js";
import { FakePeerConnection, FakeStream } from "../lib/fake_peer.js";
import { incident } from "./cast.js";

class FakeDevice extends EventTarget {
  state = "on";
  track = null;
  held = [];
  shown = null;
  muted = [];
  isSilent = false;

  get given() {
    return this.state;
  }

  hold(isHeld) {
    this.held.push(isHeld);
  }

  show(how) {
    this.shown = how;
  }

  mute(isMuted) {
    this.muted.push(isMuted);
  }

  beSilent(isSilent) {
    this.isSilent = isSilent;
  }
}

let desk;
let camera;
let microphone;
let media;

beforeEach(() => {
  desk = Object.assign(new EventTarget(), {
    line: "live", epoch: 3, seat: { activity: "on_call" }, incident: incident("a"), device: null, sent: [],
    send(frame) {
      if (this.line !== "live") return false;
      this.sent.push(frame);
      return true;
    },
    async attempt(frame) {
      this.sent.push(frame);
    },
  });
  camera = new FakeDevice();
  microphone = new FakeDevice();
  media = new SeatMedia({ desk, camera, microphone });
});

const reports = () => desk.sent.filter(({ type }) => type === "report_seat");

test("the phone is told what this seat gives, once, and again after a cut", () => {
  media.follow();
  media.follow();
  assert.equal(reports().length, 1);
  // Here there is no RTCPeerConnection, as in some browsers.
  assert.deepEqual(reports()[0], { type: "report_seat", camera: "on", microphone: "on", rung: "stills", why: "no_webrtc" });
  desk.line = "reconnecting";
  media.follow();
  desk.line = "live";
  media.follow();
  assert.equal(reports().length, 2);
  camera.state = "off";
  camera.dispatchEvent(new Event("change"));
  assert.equal(reports()[2].why, "no_webrtc");
  assert.equal(reports()[2].rung, "text");
});

test("without live media stills are needed, while the line and the call stand", () => {
  media.follow();
  assert.deepEqual(camera.shown, { needsStills: true, isLive: false });
  desk.line = "reconnecting";
  media.follow();
  assert.equal(camera.shown.needsStills, false);
  assert.equal(media.why, "no_webrtc"); // the call goes on
  desk.line = "live";
  desk.incident = incident("a", { call: { ...desk.incident.call, state: "ended" } });
  media.follow();
  assert.equal(camera.shown.needsStills, false);
  assert.equal(media.why, "");
});

test("a reload opens no microphone that was closed; the next call begins open", () => {
  const muted = { guest: { audio: false, video: false }, host: { audio: true, video: false } };
  desk.seat = { activity: "on_call", seat: "seat-7" };
  desk.incident = incident("a", { muted, call: { ...incident("a").call, seat: "seat-7" } });
  media.follow();
  assert.equal(microphone.muted.at(-1), true);
  desk.incident = incident("b");
  media.follow();
  assert.equal(microphone.muted.at(-1), false);
});

test("in a silent call the microphone is told so before anything is said", () => {
  desk.incident = incident("a", { call: { ...desk.incident.call, mode: "silent" } });
  media.follow();
  assert.equal(microphone.isSilent, true);
});

test("devices are held while a seat is, and nothing is sent before a call", () => {
  desk.seat = { activity: "idle" };
  desk.incident = null;
  media.follow();
  desk.seat = null;
  media.follow();
  assert.deepEqual(camera.held, [true, false]);
  assert.deepEqual(desk.sent, []);
});

// --- In a colleague's call --------------------------------------------------------------

test("a visitor shows nothing, reports nothing, and begins anew when it leads", async () => {
  globalThis.RTCPeerConnection = FakePeerConnection;
  globalThis.MediaStream = FakeStream;
  globalThis.RTCRtpReceiver = { getCapabilities: () => ({ codecs: [] }) };
  const made = FakePeerConnection.made = [];
  const shape = () => made.at(-1).lines.map(({ kind, direction }) => `${kind} ${direction}`);
  try {
    camera.track = { kind: "video", id: "camera" };
    desk.isVisitor = true;
    desk.seat = { activity: "on_call", seat: "seat-7" };
    desk.incident = incident("a", { call: { ...incident("a").call, seat: "seat-4" }, muted: { guest: { audio: false, video: false }, host: { audio: true, video: false } } });
    media = new SeatMedia({ desk, camera, microphone });
    media.follow();
    assert.deepEqual(shape().slice(0, 3), ["audio sendrecv", "video recvonly", "video recvonly"]);
    assert.ok(made.at(-1).lines.every(({ sender }) => sender.track !== camera.track));
    assert.equal(microphone.muted.at(-1), false); // that the host is muted is the host's
    assert.deepEqual(reports(), []);
    assert.deepEqual(camera.shown, { needsStills: false, isLive: false });
    media.follow();
    assert.equal(made.length, 1);
    desk.isVisitor = false; // handed over to this seat
    media.follow();
    assert.equal(made.length, 2);
    assert.equal(made[0].isClosed, true);
    assert.equal(shape()[1], "video sendrecv");
    assert.equal(made.at(-1).lines[1].sender.track, camera.track);
    assert.equal(microphone.muted.at(-1), false, "the word of the hand-over is still to come");
    assert.equal(reports().length, 1);
  } finally {
    desk.seat = null;
    media.follow();
    delete globalThis.RTCPeerConnection;
    delete globalThis.MediaStream;
  }
});

test("who closed the microphone as a guest and is given the call keeps it closed", () => {
  desk.isVisitor = true;
  media.follow();
  microphone.isMuted = true; // their own switch
  desk.isVisitor = false;
  media.follow();
  assert.equal(microphone.muted.at(-1), true);
  const told = () => desk.sent.filter(({ type }) => type === "set_muted");
  assert.deepEqual(told(), [{ type: "set_muted", who: "host", track: "audio", is_muted: true }], "the server holds it now");
  desk.incident = incident("b");
  media.follow();
  assert.equal(microphone.muted.at(-1), false, "the next call begins open");
  assert.equal(told().length, 1);
});
