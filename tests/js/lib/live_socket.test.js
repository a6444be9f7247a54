import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { FakeSocket, welcome } from "./fake_line.js";

globalThis.WebSocket = FakeSocket;
const { LiveSocket } = await import("../../../dispatch/static/dispatch/lib/live_socket.js");

let now;
let heard;
let socket;

/** Let so many milliseconds pass on every clock. */
function pass(ms) {
  for (let step = 0; step < ms; step += 50) {
    now += 50;
    mock.timers.tick(50);
  }
}

beforeEach(() => {
  now = 1_000_000;
  mock.method(performance, "now", () => now);
  mock.method(Date, "now", () => now);
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  FakeSocket.made = [];
  heard = { entries: [], frames: [], lines: [], welcomes: 0 };
  socket = new LiveSocket({
    url: "wss://x/ws/caller",
    hello: () => ({ epoch: 1 }),
    onWelcome: () => (heard.welcomes += 1),
    onEntry: (entry) => heard.entries.push(entry.seq),
    onFrame: (frame) => heard.frames.push(frame.type),
    onLine: (state, _silentMs, code) => heard.lines.push(code ? `${state} ${code}` : state),
  });
  socket.start();
});

afterEach(() => {
  socket.stop();
  mock.timers.reset();
  mock.restoreAll();
});

const line = () => FakeSocket.made.at(-1);

function live(cursor = 0) {
  line().open();
  line().say(welcome(cursor));
}

test("hello first, live only after the welcome, a pong for each heartbeat", () => {
  assert.equal(line().subprotocol, "alarm110.v1");
  line().open();
  assert.deepEqual(line().sent[0], { epoch: 1, type: "hello", cursors: {} });
  assert.equal(socket.state, "connecting");
  line().say(welcome(4));
  assert.equal(socket.state, "live");
  line().say({ type: "heartbeat", heads: { s: 4 } });
  assert.deepEqual(line().sentTypes(), ["hello", "pong"]);
});

test("a hole that does not close by itself is asked for on the same line", () => {
  live(0);
  line().say({ type: "message.posted", stream: "s", seq: 2 });
  pass(400);
  assert.deepEqual(line().sent.at(-1).cursors, { s: 0 });
  line().say(welcome(0, null));
  line().say({ type: "message.posted", stream: "s", seq: 1 });
  line().say({ type: "message.posted", stream: "s", seq: 2 });
  line().say({ type: "message.posted", stream: "s", seq: 2 });
  assert.deepEqual(heard.entries, [1, 2]);
  assert.equal(FakeSocket.made.length, 1);
});

test("a head that stays ahead is asked for after a heartbeat", () => {
  live(3);
  line().say({ type: "heartbeat", heads: { s: 5 } });
  pass(2000);
  line().say({ type: "heartbeat", heads: { s: 5 } });
  assert.equal(line().sent.filter(({ type }) => type === "hello").length, 2);
});

test("five silent seconds are a dead line; it comes back with its cursors", () => {
  live(3);
  const first = line();
  pass(5600);
  assert.equal(first.isClosed, true);
  pass(1000);
  assert.notEqual(line(), first);
  line().open();
  assert.deepEqual(line().sent[0].cursors, { s: 3 });
  assert.deepEqual(heard.lines, ["connecting", "live", "reconnecting"]);
});

test("a command is repeated with its id on the next line until it is answered", async () => {
  live();
  const answered = socket.command({ type: "post_message", text: "help" });
  const { id } = line().sent.at(-1);
  line().drop();
  pass(1000);
  live();
  assert.equal(line().sent.at(-1).id, id);
  line().say({ type: "ack", id, stream: "s", seq: 1 });
  assert.equal((await answered).id, id);
});

test("a frame that may be lost is not kept", () => {
  assert.equal(socket.send({ type: "typing" }), false);
  live();
  assert.equal(socket.send({ type: "typing" }), true);
  assert.deepEqual(line().sentTypes(), ["hello", "typing"]);
});

test("a hello that is put off is said again on the same line", () => {
  line().open();
  for (const code of ["try_again", "over_budget"]) {
    pass(2500);
    line().say({ type: "error", code });
  }
  pass(2500);
  assert.deepEqual(line().sentTypes(), ["hello", "hello", "hello"]);
  assert.equal(FakeSocket.made.length, 1);
  line().say(welcome(4));
  assert.equal(socket.state, "live");
});

test("a refusal that does not pass, or comes later, says no hello", () => {
  line().open();
  line().say({ type: "error", code: "internal_error" });
  pass(2500);
  line().say(welcome(0));
  line().say({ type: "error", code: "over_budget" });
  pass(2500);
  assert.deepEqual(line().sentTypes(), ["hello"]);
  assert.equal(FakeSocket.made.length, 1);
});

test("tries come slower and never end; no welcome counts as failed", () => {
  pass(4600);
  assert.equal(FakeSocket.made[0].isClosed, true);
  pass(60_000);
  const tries = FakeSocket.made.length;
  assert.ok(tries > 5 && tries < 20, `${tries} tries`);
});

test("not allowed and taken elsewhere are the end, until started again", () => {
  live();
  line().drop(4409);
  pass(20_000);
  assert.equal(FakeSocket.made.length, 1);
  assert.equal(heard.lines.at(-1), "down 4409");
  socket.start();
  assert.equal(FakeSocket.made.length, 2);
});

test("check() tries at once when the network is back", () => {
  live();
  line().drop();
  socket.check();
  assert.equal(FakeSocket.made.length, 2);
});

test("a server that stops says when to come back", () => {
  live();
  line().say({ type: "reconnect", after_ms: 1000 });
  assert.equal(socket.state, "reconnecting");
  pass(900);
  assert.equal(FakeSocket.made.length, 1);
  pass(2300);
  assert.equal(FakeSocket.made.length, 2);
});
