import assert from "node:assert/strict";
import { test } from "node:test";
import { FakePeerConnection } from "./fake_peer.js";
import {
  bringUp, camera, eachFresh, later, leg, lineIs, media, microphone, offers, PARTY,
  peer, say, sent, settle, start,
} from "./media_legs.js";

eachFresh();

const carry = (lines) => media.take({ type: "media_lines", leg: leg(), lines });
const names = () => [...media.voices.keys()];

test("who speaks besides the other side is told by the lines", async () => {
  const heard = [];
  media.addEventListener("voices", () => heard.push(names()));
  await start();
  carry({ 0: "host", 1: "host", 2: "party:a" });
  assert.deepEqual(names(), []); // not up yet: nothing to hear
  await bringUp();
  assert.deepEqual(names(), ["party:a"]);
  assert.equal(media.voices.get("party:a"), peer().lines[2].receiver.track);
  carry({ 0: "host", 1: "host", 2: "party:a", 4: "party:b" });
  carry({ 0: "host", 1: "host", 4: "party:b" });
  assert.deepEqual(heard.slice(-2), [["party:a", "party:b"], ["party:b"]]);
  assert.deepEqual(media.remote.getTracks().length, 2); // the other side, as ever
});

test("lines of a leg that is no more, and unknown ones, carry nobody", async () => {
  await start();
  await bringUp();
  const former = leg();
  carry({ 0: "host", 2: "party:a", 99: "party:b" });
  assert.deepEqual(names(), ["party:a"]);
  say("lost");
  await settle();
  assert.deepEqual(names(), []);
  await bringUp();
  media.take({ type: "media_lines", leg: former, lines: { 2: "party:a" } });
  assert.deepEqual(names(), []);
});

test("whoever was let in sends no picture and sees two", async () => {
  media.start({ audio: microphone, video: null }, PARTY);
  await settle();
  assert.deepEqual(peer().lines.map(({ kind, direction }) => `${kind} ${direction}`), [
    "audio sendrecv",
    "video recvonly",
    "video recvonly",
    ...Array(4).fill("audio recvonly"),
  ]);
  media.setTrack("video", camera);
  await settle();
  assert.equal(peer().lines[1].sender.track, null);
  await bringUp();
  carry({ 0: "guest", 1: "guest", 2: "host", 3: "host", 4: "party:a" });
  assert.deepEqual([...media.tracksOf("video").keys()], ["guest", "host"]);
  assert.deepEqual(names(), ["host", "party:a"]);
});

test("being put out is told apart from a window that replaced this one", async () => {
  await start();
  await bringUp();
  say("closed", "kicked");
  assert.deepEqual([media.state, media.closedBy], ["stopped", "kicked"]);
  await start();
  assert.equal(media.closedBy, "");
});

test("the frames that are told are the first picture's, and a second one is no stall", async () => {
  media.start({ audio: null, video: null }, PARTY);
  await settle();
  await bringUp();
  peer().stats = [
    { type: "inbound-rtp", kind: "video", mid: "1", framesDecoded: 3, bytesReceived: 5 },
    { type: "inbound-rtp", kind: "video", mid: "2", framesDecoded: 90, bytesReceived: 5 },
    { type: "inbound-rtp", kind: "audio", mid: "0", audioLevel: 0.5 },
    { type: "inbound-rtp", kind: "audio", mid: "3", audioLevel: 0 },
  ];
  const figures = await media.stats();
  assert.deepEqual([figures.framesDecoded, figures.audioLevelIn], [3, 0.5]);
});

test("what was prepared sends nothing until it begins, and then the offer at once", async () => {
  media.prepare({ audio: null, video: camera });
  await settle();
  peer().finds("candidate:1 1 udp 1 192.0.2.1 5000 typ host");
  assert.equal(sent.length, 0);
  media.start({ audio: microphone, video: camera });
  assert.deepEqual(sent.map((frame) => Object.keys(frame).at(-1)), ["description", "candidate"]);
  assert.equal(FakePeerConnection.made.length, 1);
  await settle();
  assert.deepEqual(peer().lines.slice(0, 2).map(({ sender }) => sender.track), [microphone, camera]);
  await bringUp();
  assert.equal(media.state, "up");
});

test("a prepared leg whose line was not open yet goes out when the page says it is", async () => {
  media.prepare({ audio: null, video: camera });
  await settle();
  lineIs(false);
  media.start({ audio: null, video: camera });
  assert.equal(sent.length, 0);
  lineIs(true);
  media.flush();
  assert.equal(offers().length, 1);
});

test("what was prepared on another network, long ago, or for another room is not used", async () => {
  const prepared = async () => {
    media.prepare({ audio: microphone, video: camera });
    await settle();
    return peer();
  };
  let old = await prepared();
  media.check(); // the network changed
  assert.ok(old.isClosed);
  old = await prepared();
  later(301_000);
  await start();
  assert.ok(old.isClosed && peer() !== old && offers().length === 1);
  media.stop();
  old = await prepared();
  media.start({ audio: microphone, video: null }, PARTY);
  await settle();
  assert.ok(old.isClosed && peer() !== old);
});

test("a leg that ends takes what was prepared along", async () => {
  media.prepare({ audio: microphone, video: camera });
  await settle();
  media.unprepare();
  assert.ok(peer().isClosed);
  assert.equal(sent.length, 0);
});
