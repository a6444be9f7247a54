// One side of a call's live media, with a peer connection and a line that are none.

import { afterEach, beforeEach, mock } from "node:test";
import { FakePeerConnection, FakeStream } from "./fake_peer.js";

globalThis.MediaStream = FakeStream;
globalThis.RTCPeerConnection = FakePeerConnection;
globalThis.RTCRtpReceiver = {
  getCapabilities: (kind) => ({
    codecs: ["video/H264", "video/VP8", "video/rtx", "video/AV1", "audio/opus", "audio/red"]
      .filter((mimeType) => mimeType.startsWith(kind))
      .map((mimeType) => ({ mimeType })),
  }),
};
const { MediaLeg } = await import("../../../dispatch/static/dispatch/lib/media_leg.js");
export const { PARTY } = await import("../../../dispatch/static/dispatch/lib/media_peer.js");

export const camera = { kind: "video", id: "camera" };
export const microphone = { kind: "audio", id: "microphone" };

let now;
export let media;
export let sent;
let isLineUp;
export let told;

export async function settle() {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

export async function pass(ms) {
  for (let step = 0; step < ms; step += 100) {
    now += 100;
    mock.timers.tick(100);
    await settle();
  }
}

/** Let the line be up or down. */
export function lineIs(isUp) {
  isLineUp = isUp;
}

/** Let time pass in which nobody looked. */
export function later(ms) {
  now += ms;
}

/** A fresh leg, line and clock for each test of the file. */
export function eachFresh() {
  beforeEach(() => {
    now = 1_000_000;
    mock.method(performance, "now", () => now);
    mock.method(Date, "now", () => now);
    mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
    FakePeerConnection.made = [];
    sent = [];
    told = [];
    isLineUp = true;
    media = new MediaLeg({ send: (frame) => isLineUp && sent.push(frame) > 0 });
    media.addEventListener("change", () => told.push(`${media.state}:${media.why}`));
  });
  afterEach(() => {
    media.stop();
    mock.timers.reset();
    mock.restoreAll();
  });
}

export const peer = () => FakePeerConnection.made.at(-1);
export const offers = () => sent.filter((frame) => frame.description);
export const leg = () => offers().at(-1).leg;
export const say = (state, code = "") => media.take({ type: "media", leg: leg(), state, code });

export async function start() {
  media.start({ audio: microphone, video: camera });
  await settle();
}

export async function bringUp() {
  media.take({ type: "signal", leg: leg(), sdp: "v=0 answer" });
  await settle();
  peer().turns("connected");
}
