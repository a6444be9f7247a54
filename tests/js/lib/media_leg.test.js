import assert from "node:assert/strict";
import { test } from "node:test";
import { FakePeerConnection } from "./fake_peer.js";
import {
  bringUp, eachFresh, leg, lineIs, media, microphone, offers, pass, peer, say, sent,
  settle, start, told,
} from "./media_legs.js";

eachFresh();

test("an offer leaves first, then its candidates; the answer brings it up", async () => {
  await start();
  assert.deepEqual(peer().lines.map(({ kind, direction }) => `${kind} ${direction}`), [
    "audio sendrecv",
    "video sendrecv",
    ...Array(4).fill("audio recvonly"), // for who may come besides
  ]);
  assert.deepEqual(peer().lines[1].codecs.map(({ mimeType }) => mimeType), [
    "video/VP8",
    "video/rtx",
  ]);
  assert.deepEqual(peer().lines[2].codecs.map(({ mimeType }) => mimeType), ["audio/opus"]);
  assert.equal(peer().options.iceCandidatePoolSize, undefined);
  assert.equal(peer().options.bundlePolicy, "max-bundle");
  peer().finds("candidate:1 1 udp 1 192.0.2.1 5000 typ host");
  peer().finds("candidate:2 1 tcp 1 192.0.2.1 9 typ host");
  assert.deepEqual(sent.map((frame) => Object.keys(frame).at(-1)), [
    "description",
    "candidate",
  ]);
  await bringUp();
  assert.deepEqual(told, ["connecting:connecting", "up:"]);
  assert.equal(media.remote.getTracks().length, 2);
});

test("no more than 64 candidates leave", async () => {
  await start();
  for (let n = 0; n < 100; n += 1) peer().finds(`candidate:${n} 1 udp 1 192.0.2.1 5 typ host`);
  assert.equal(sent.length, 65);
});

test("what the socket did not take leaves later, and its time does not count", async () => {
  lineIs(false);
  await start();
  peer().finds("candidate:1 1 udp 1 192.0.2.1 5000 typ host");
  await pass(20_000);
  assert.equal(FakePeerConnection.made.length, 1);
  lineIs(true);
  await pass(500);
  assert.deepEqual(sent.map((frame) => Boolean(frame.description)), [true, false]);
});

test("an offer whose answer was lost with its socket is sent again", async () => {
  await start();
  await pass(2600);
  assert.equal(offers().length, 2);
  assert.equal(offers()[0].leg, offers()[1].leg);
});

test("two rounds of six seconds, then no path, then a try each twenty seconds", async () => {
  await start();
  await pass(6600);
  assert.equal(FakePeerConnection.made.length, 2);
  assert.ok(FakePeerConnection.made[0].isClosed);
  assert.equal(media.state, "connecting");
  await pass(6600);
  assert.deepEqual([media.state, media.why], ["failed", "no_path"]);
  await pass(20_600);
  assert.equal(FakePeerConnection.made.length, 3);
  assert.equal(media.state, "failed");
  await bringUp();
  assert.deepEqual([media.state, media.why], ["up", ""]);
});

test("a full server is asked again after twenty seconds", async () => {
  await start();
  say("refused", "media_full");
  assert.deepEqual([media.state, media.why], ["failed", "media_full"]);
  await pass(19_000);
  assert.equal(FakePeerConnection.made.length, 1);
  await pass(1600);
  assert.equal(FakePeerConnection.made.length, 2);
});

test("a server that starts again is asked each second, and is no failure at first", async () => {
  await start();
  await bringUp();
  say("lost", "media_away");
  assert.deepEqual([media.state, media.why], ["lost", "media_away"]);
  for (let times = 2; times <= 6; times += 1) {
    await pass(1500);
    assert.equal(offers().length, times);
    say("refused", "media_away");
  }
  assert.equal(media.state, "failed"); // after six and a half seconds: stills
  await pass(1500);
  assert.equal(offers().length, 7);
  await bringUp();
  assert.equal(media.state, "up");
});

test("a server that is away for long is asked less often", async () => {
  await start();
  for (let times = 0; times < 12; times += 1) {
    say("refused", "media_away");
    await pass(4500);
  }
  const before = offers().length;
  say("refused", "media_away");
  await pass(3500);
  assert.equal(offers().length, before);
  await pass(1000);
  assert.equal(offers().length, before + 1);
});

test("not now: it goes on connecting and asks each second", async () => {
  await start();
  say("refused", "not_now");
  assert.deepEqual([media.state, media.why], ["connecting", "connecting"]);
  await pass(1500);
  assert.equal(offers().length, 2);
});

test("a lost leg is followed by a fresh one at once; old frames are ignored", async () => {
  await start();
  await bringUp();
  const old = leg();
  say("lost");
  await settle();
  assert.notEqual(leg(), old);
  media.take({ type: "media", leg: old, state: "closed", code: "replaced" });
  assert.equal(media.state, "lost");
  await bringUp();
  assert.ok(media.remote.getTracks().every((track) => track.of === peer()));
  assert.equal(media.remote.getTracks().length, 2);
});

test("disconnected for two seconds is lost, for one second it is not", async () => {
  await start();
  await bringUp();
  peer().iceTurns("disconnected");
  await pass(1000);
  peer().iceTurns("connected");
  await pass(3000);
  assert.equal(media.state, "up");
  peer().iceTurns("disconnected");
  await pass(3000);
  assert.equal(media.state, "lost");
  assert.equal(FakePeerConnection.made.length, 2);
});

test("a leg on which nothing moves for four seconds is replaced", async () => {
  await start();
  await bringUp();
  for (let bytes = 100; bytes < 1500; bytes += 100) {
    peer().counts({ arrived: bytes, video: 0 }); // the other side sends nothing: fine
    await pass(500);
  }
  assert.equal(media.state, "up");
  await pass(5000);
  assert.equal(media.state, "lost");
});

test("picture that arrives but is never decoded is a dead leg", async () => {
  await start();
  await bringUp();
  for (let bytes = 100; bytes < 1200; bytes += 100) {
    peer().counts({ arrived: bytes, frames: 1 });
    await pass(500);
  }
  assert.equal(FakePeerConnection.made.length, 2);
});

test("after a network change it is less patient", async () => {
  await start();
  await bringUp();
  peer().counts({ arrived: 100 });
  await pass(1000);
  media.check();
  await pass(2000);
  assert.equal(media.state, "lost");
});

test("a track is replaced without a new offer, and kept for the next leg", async () => {
  await start();
  await bringUp();
  media.setTrack("video", null);
  await settle();
  assert.equal(peer().lines[1].sender.track, null);
  assert.equal(offers().length, 1);
  say("lost");
  assert.equal(peer().lines[1].sender.track, null);
  assert.equal(peer().lines[0].sender.track, microphone);
});

test("closed by the server: it is still, and starts again when told", async () => {
  await start();
  await bringUp();
  say("closed", "call_ended");
  await pass(30_000);
  assert.equal(media.state, "stopped");
  assert.equal(offers().length, 1);
  await start();
  assert.equal(offers().length, 2);
});

test("stop says bye once", async () => {
  await start();
  await bringUp();
  media.stop();
  media.stop();
  assert.equal(sent.filter(({ bye }) => bye).length, 1);
  assert.ok(peer().isClosed);
});

test("a refused answer is a round that is over", async () => {
  await start();
  media.take({ type: "signal", leg: leg(), sdp: "bad" });
  await settle();
  assert.equal(FakePeerConnection.made.length, 2);
});

test("without WebRTC it says so", async () => {
  delete globalThis.RTCPeerConnection;
  media.start({ audio: null, video: null });
  globalThis.RTCPeerConnection = FakePeerConnection;
  assert.deepEqual(told, ["failed:no_webrtc"]);
});

test("figures are those of the leg", async () => {
  assert.equal((await media.stats()).rttMs, null);
  await start();
  peer().counts({ arrived: 500, video: 400, frames: 12 });
  assert.deepEqual(await media.stats(), {
    framesDecoded: 12,
    framesSent: 7,
    framesGiven: 9,
    audioLevelIn: 0.25,
    bytesIn: 410,
    bytesOut: 700,
    lossOut: 0.125,
    rttMs: 40,
  });
});
