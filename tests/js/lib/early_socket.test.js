import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { FakeSocket, welcome } from "./fake_line.js";

globalThis.WebSocket = FakeSocket;
const { EarlySocket } = await import("../../../dispatch/static/dispatch/lib/early_socket.js");
const { LiveSocket } = await import("../../../dispatch/static/dispatch/lib/live_socket.js");

const URL = "wss://x/ws/caller";
let early;
let socket;
let now;

beforeEach(() => {
  now = 1_000_000;
  mock.method(performance, "now", () => now);
  mock.method(Date, "now", () => now);
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  FakeSocket.made = [];
  early = new EarlySocket();
  const nothing = () => {};
  socket = new LiveSocket({
    url: URL,
    early,
    hello: () => ({ call: "c" }),
    onWelcome: nothing,
    onEntry: nothing,
    onFrame: nothing,
    onLine: nothing,
  });
});

afterEach(() => {
  socket.stop();
  mock.timers.reset();
  mock.restoreAll();
  globalThis.WebSocket = FakeSocket;
});

test("a connection that stands already says hello at once", () => {
  early.open(URL);
  FakeSocket.made[0].open();
  assert.deepEqual(FakeSocket.made[0].sent, []); // nothing before the call is known
  socket.start();
  assert.equal(FakeSocket.made.length, 1);
  assert.deepEqual(FakeSocket.made[0].sent[0], { call: "c", type: "hello", cursors: {} });
  FakeSocket.made[0].say(welcome(3));
  assert.equal(socket.state, "live");
});

test("one that is still on its way says hello once, when it stands", () => {
  early.open(URL);
  socket.start();
  assert.equal(FakeSocket.made.length, 1);
  FakeSocket.made[0].open();
  assert.deepEqual(FakeSocket.made[0].sentTypes(), ["hello"]);
});

test("one that the server let go meanwhile is not used", () => {
  early.open(URL);
  FakeSocket.made[0].open();
  FakeSocket.made[0].drop(4400);
  socket.start();
  assert.equal(FakeSocket.made.length, 2);
});

test("it is used once: the next try has a connection of its own", () => {
  early.open(URL);
  socket.start();
  FakeSocket.made[0].open();
  FakeSocket.made[0].drop(1006);
  mock.timers.tick(2000);
  assert.equal(FakeSocket.made.length, 2);
  FakeSocket.made[1].open();
  assert.deepEqual(FakeSocket.made[1].sentTypes(), ["hello"]);
});

test("closing it leaves nothing to use", () => {
  early.open(URL);
  early.close();
  assert.equal(FakeSocket.made[0].isClosed, true);
  socket.start();
  assert.equal(FakeSocket.made.length, 2);
});

test("one that stood dumb for four seconds is not trusted with the hello", () => {
  early.open(URL);
  FakeSocket.made[0].open();
  now += 4000;
  socket.start();
  assert.equal(FakeSocket.made[0].isClosed, true);
  assert.equal(FakeSocket.made.length, 2);
});

test("where sockets throw, the tap's answer is still read", () => {
  globalThis.WebSocket = class {
    constructor() {
      throw new Error("forbidden");
    }
  };
  assert.doesNotThrow(() => early.open(URL));
  assert.equal(early.take(), null);
});
