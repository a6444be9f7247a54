import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { FakeSocket, welcome } from "./fake_line.js";

globalThis.WebSocket = FakeSocket;
const { TwoDoors } = await import("../../../dispatch/static/dispatch/lib/two_doors.js");

let epoch;
let heard;
let line;
let requests;

const rest = (ms) => new Promise((done) => setTimeout(done, ms));
const socket = () => FakeSocket.made.at(-1);

/** The server's half of the second door: a poll that lasts, commands that are taken. */
async function server(url, { body, headers, signal }) {
  requests.push({ url, headers, body: body && JSON.parse(body) });
  if (url.endsWith("/commands")) return json({ type: "ack", id: JSON.parse(body).id });
  if (url.includes("after=-1")) {
    return json({ welcome: welcome(2), entries: [], ephemeral: [{ type: "place", place: 1 }], epoch });
  }
  await new Promise((done, fail) => {
    setTimeout(done, 200);
    signal.addEventListener("abort", () => fail(new DOMException("gone", "AbortError")));
  });
  return json({ entries: [], ephemeral: [], epoch });
}

const json = (value) => new Response(JSON.stringify(value), { status: 200 });

beforeEach(() => {
  epoch = 1;
  requests = [];
  heard = { welcomes: [], frames: [], codes: [] };
  FakeSocket.made = [];
  globalThis.fetch = server;
  line = new TwoDoors({
    socketUrl: "wss://x/ws/caller",
    base: "/api/v1/calls/c1",
    stream: "s",
    right: () => ({ epoch, capability: "secret" }),
    hello: () => ({ call: "c1", epoch }),
    onWelcome: (frame) => heard.welcomes.push(frame.epoch),
    onEntry: () => {},
    onFrame: (frame) => heard.frames.push(frame.code ?? frame.type),
    onLine: (_state, _silentMs, code) => heard.codes.push(code),
  });
  line.start();
});

afterEach(() => line.stop());

/** Two opens in a row that fail. */
async function failSocket() {
  socket().drop();
  line.check();
  socket().drop();
  await rest(50);
}

test("two failed sockets, and HTTP carries on with the same right", async () => {
  await failSocket();
  assert.equal(line.state, "live");
  assert.deepEqual(heard.frames, ["place"]);
  const ack = await line.command({ type: "post_message", text: "help" });
  assert.equal(ack.type, "ack");
  const { headers } = requests.find(({ url }) => url.endsWith("/commands"));
  assert.equal(headers["Alarm110-Capability"], "secret");
  assert.equal(headers["Alarm110-Epoch"], "1");
});

test("a command from before goes through whichever door opens", async () => {
  const answered = line.command({ type: "post_message", text: "help" });
  await failSocket();
  assert.equal((await answered).type, "ack");
});

test("once the socket is back, polling stops", async () => {
  await failSocket();
  socket().open();
  socket().say(welcome(2));
  await rest(20);
  const polls = requests.length;
  await rest(500);
  assert.equal(requests.length, polls);
  assert.equal(line.state, "live");
});

test("our own late poll is not taken for another window", async () => {
  await failSocket();
  socket().open();
  socket().say(welcome(2));
  socket().say({ type: "error", code: "epoch_stale", detail: "x" });
  socket().say({ ...welcome(2, null), epoch: null });
  assert.deepEqual(socket().sentTypes(), ["hello", "hello"]);
  assert.ok(!heard.welcomes.includes(null) && !heard.frames.includes("epoch_stale"));
  // Asked once; if the server still says so, another window has it.
  socket().say({ ...welcome(2, null), epoch: null });
  assert.equal(heard.welcomes.at(-1), null);
});

for (const status of [401, 403, 404]) {
  test(`a stranger's ${status} does not take the call from the phone`, async () => {
    globalThis.fetch = async () => new Response("<h1>No</h1>", { status });
    await failSocket();
    assert.equal(heard.codes.includes(4401), false);
    const ours = { type: "error", code: "not_found" };
    globalThis.fetch = async () => new Response(JSON.stringify(ours), { status: 404 });
    line.check();
    await rest(50);
    assert.equal(heard.codes.includes(4401), true);
  });
}
