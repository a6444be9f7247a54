// What an alarm owes the caller when its call ends, moves, or is answered by strangers:
// words, silence, places.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { FakeSocket } from "../lib/fake_line.js";

const models = "../../../dispatch/static/dispatch/caller/models";
const device = {};
globalThis.isSecureContext = true;
globalThis.location = { origin: "https://110.example.org" };
globalThis.document = Object.assign(new EventTarget(), {
  hidden: false,
  documentElement: { lang: "en", hasAttribute: () => false },
  createElement: () => ({ play: async () => {} }),
});
Object.defineProperty(globalThis, "navigator", {
  configurable: true,
  value: {
    onLine: true,
    geolocation: { watchPosition: (take) => ((device.fix = take), 1), clearWatch: () => {} },
    permissions: { query: async () => ({ state: "granted" }) },
  },
});
globalThis.addEventListener ??= () => {};
globalThis.localStorage = { getItem: () => null, setItem: () => {} };
globalThis.WebSocket = FakeSocket;
const { Alarm } = await import(`${models}/alarm.js`);
const { Outbox } = await import(`${models}/outbox.js`);
const { Senses } = await import(`${models}/senses.js`);

let kept; // what outlives the page
let fails; // so many questions for it find no network
let live; // the phone's live call, as the server knows it
let alarm;
let loaded; // every page of a test
let outbox;
const storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, text) => kept.set(key, text) };
// Parts of the page that come later are here already: nothing below waits for a disk.
await Promise.all(["live", "evidence"].map((name) => import(`${models}/${name}.js`)));
// The page's own patience (15 s for an answer) outlives a test and keeps no process alive.
const { setTimeout: later } = globalThis;
globalThis.setTimeout = (...asked) => later(...asked).unref();
const rest = (ms = 20) => new Promise((done) => later(done, ms));
/** As long as it takes until something is so; what it is. */
async function until(isSo) {
  for (let tries = 0; !isSo(); tries += 1) {
    assert.ok(tries < 6000, `never: ${isSo}`);
    await rest(5);
  }
  return isSo();
}
const line = () => FakeSocket.made.at(-1);
const sent = (socket, type) => socket.sent.filter((frame) => frame.type === type);

const call = (name, mode = "normal") => ({
  call: name, incident: `incident ${name}`, number: "1", stream: `stream ${name}`, cursor: 0, epoch: 1,
  capability: "secret", mode, state: "waiting", queued_at: "2026-08-21T01:00:00.000000Z",
  place: null, evidence: "right",
});
const snapshot = (name, state, { mode = "normal", why = "" } = {}) => ({
  incident: {}, messages: [], position: null, caller: { phone_masked: "" },
  call: {
    call: name, number: "1", state, mode, queued_at: "", connected_at: null, ended_at: null,
    end_reason: why, seat_label: "", seat_label_en: "", lost_at: null,
  },
});
const welcome = (name, state, more) => ({
  type: "welcome", epoch: 1, cursors: { [`stream ${name}`]: 5 }, you: {}, at: "2026-08-21T01:00:00.000000Z",
  snapshots: { [`stream ${name}`]: snapshot(name, state, more) },
});

/** The page is loaded, with what an earlier one left. */
function load() {
  outbox = new Outbox(storage);
  alarm = new Alarm(outbox);
  loaded.push(alarm);
}

/** The newest line opens and is welcomed. */
async function welcomed(name, state, more) {
  line().open();
  line().say(welcome(name, state, more));
  await rest();
}

beforeEach(() => {
  kept = new Map();
  live = null;
  fails = 0;
  loaded = [];
  FakeSocket.made = [];
  globalThis.fetch = async (_url, { method }) => {
    if (method !== "POST" && fails-- > 0) throw new TypeError("Failed to fetch");
    return new Response(JSON.stringify(method === "POST" ? call("b") : { live }), {
      status: method === "POST" ? 201 : 200,
    });
  };
  load();
});
afterEach(() => loaded.forEach((one) => one.forget()));

test("words written without a line reach a call that ended meanwhile, after a reload too", async () => {
  outbox.keepCall(call("a", "silent"));
  outbox.add({ id: "m1", text: "he has a knife" });
  load();
  alarm.resume();
  await welcomed("a", "ended", { mode: "silent", why: "caller_lost" });
  assert.equal(alarm.phase, "ended");
  assert.deepEqual(sent(line(), "post_message").map(({ text }) => text), ["he has a knife"]);
  assert.equal(line().isClosed, false);

  load(); // once more, before the answer came
  alarm.resume();
  assert.deepEqual([alarm.phase, alarm.words.unsent.length], ["ended", 1]);
  await welcomed("a", "ended", { mode: "silent", why: "caller_lost" });
  const [{ id }] = sent(line(), "post_message");
  line().say({ type: "ack", id });
  await until(() => line().isClosed); // nothing is owed: the line is let go
  assert.equal(alarm.words.unsent.length, 0);
});

test("words that the server refuses after the end are told as not sent", async () => {
  outbox.keepCall(call("a"));
  outbox.add({ id: "m1", text: "too late" });
  alarm.resume();
  await welcomed("a", "ended", { why: "seat_ended" });
  line().say({ type: "error", code: "call_ended", id: "m1" });
  await until(() => alarm.hasGivenUp && line().isClosed);
});

test("a call that ends with nothing owed lets its line go at once", async () => {
  outbox.keepCall(call("a"));
  alarm.resume();
  await welcomed("a", "ended", { why: "seat_ended" });
  await until(() => line().isClosed);
});

test("merged into a call that is not silent, a silent phone stays silent", async () => {
  outbox.keepCall(call("b", "silent"));
  outbox.keepOff("camera", true);
  alarm.resume();
  await welcomed("b", "waiting", { mode: "silent" });
  alarm.words.say("I hide, do not ring");
  live = { ...call("a"), epoch: null };
  fails = 1; // the network blinks just now
  const ended = snapshot("b", "ended", { mode: "silent", why: "merged" }).call;
  line().say({ stream: "stream b", seq: 6, type: "call.ended", data: { call: ended } });
  await until(() => fails <= 0);
  await rest();
  assert.equal(alarm.phase, "ended");
  const before = line();
  alarm.check(); // it is back
  await until(() => line() !== before);
  await welcomed("a", "connected");
  await until(() => sent(line(), "post_message").length && sent(line(), "set_mode").length);
  assert.deepEqual([alarm.call.call, alarm.phase, alarm.mode], ["a", "talking", "silent"]);
  assert.deepEqual(sent(line(), "set_mode").map(({ mode }) => mode), ["silent"]);
  assert.equal(sent(line(), "post_message").length, 1);
  assert.ok(outbox.isOff("camera"));
});

test("merged into a call that is over too: what is owed goes to the own one, once", async () => {
  outbox.keepCall(call("b"));
  alarm.resume();
  await welcomed("b", "waiting");
  line().drop();
  alarm.words.say("by the river");
  fails = 1;
  load(); // a reload without a line finds the end that another window told of
  outbox.keepEnded(snapshot("b", "ended", { why: "merged" }));
  const before = line();
  alarm.resume();
  await until(() => fails <= 0);
  await rest();
  alarm.check();
  await until(() => line() !== before);
  await welcomed("b", "ended", { why: "merged" });
  const [{ id }] = await until(() => sent(line(), "post_message").length && sent(line(), "post_message"));
  assert.equal(line().isClosed, false);
  line().say({ type: "ack", id });
  await until(() => line().isClosed);
  assert.deepEqual([alarm.phase, alarm.hasGivenUp], ["ended", false]);
});

test("a place that was never answered in one call keeps no place of the next", async () => {
  Senses.prototype.load = async () => {};
  outbox.keepCall(call("a"));
  const senses = new Senses(alarm, outbox);
  alarm.addEventListener("change", () => senses.follow());
  alarm.resume();
  await welcomed("a", "connected");
  const isAt = (latitude) => device.fix({
    coords: { latitude, longitude: 121.39, accuracy: 8 }, timestamp: Date.now(),
  });
  isAt(37.1);
  const first = line();
  await until(() => sent(first, "report_position").length === 1); // and the line is silent from here
  const ended = snapshot("a", "ended", { why: "seat_ended" }).call;
  first.say({ stream: "stream a", seq: 6, type: "call.ended", data: { call: ended } });
  await rest();
  alarm.forget();
  alarm.tap("normal", null);
  await until(() => alarm.call);
  await until(() => line() !== first);
  await welcomed("b", "connected");
  isAt(37.2);
  await until(() => FakeSocket.made.filter((one) => one !== first)
    .some((one) => sent(one, "report_position").length));
});

test("an answer that was refused can be given again", async () => {
  outbox.keepCall(call("a"));
  alarm.resume();
  await welcomed("a", "connected");
  line().say({ stream: "stream a", seq: 6, type: "call.warning", data: { call: "a", state: "asked" } });
  alarm.answerWarning(true);
  assert.equal(alarm.isWarningAnswered, true);
  const [{ id }] = sent(line(), "answer_warning");
  line().say({ type: "error", code: "not_asked", id });
  await until(() => !alarm.isWarningAnswered);
});

test("silence that the server does not know of is told again after a reload", async () => {
  outbox.keepCall(call("a"));
  alarm.resume();
  await welcomed("a", "connected");
  line().drop();
  alarm.setMode("silent");
  load();
  alarm.resume();
  await welcomed("a", "connected");
  await until(() => sent(line(), "set_mode").length);
  assert.deepEqual([alarm.mode, sent(line(), "set_mode")[0].mode], ["silent", "silent"]);
});

test("this window only watches when another one of the phone falls silent", async () => {
  outbox.keepCall({ ...call("a"), epoch: null });
  alarm.resume();
  line().open();
  line().say({ ...welcome("a", "connected"), epoch: null });
  await rest();
  const { call: now } = snapshot("a", "connected", { mode: "silent" });
  line().say({ stream: "stream a", seq: 6, type: "call.mode_changed", data: { call: now } });
  await until(() => alarm.mode === "silent");
  assert.deepEqual([alarm.isReadOnly, sent(line(), "set_mode")], [true, []]);
});

test("a filter's page says of no call that it is over", async () => {
  outbox.keepCall(call("b"));
  alarm.resume();
  await welcomed("b", "waiting");
  globalThis.fetch = async () => new Response("<h1>Sign in to this network</h1>");
  const ended = snapshot("b", "ended", { why: "merged" }).call;
  line().say({ stream: "stream b", seq: 6, type: "call.ended", data: { call: ended } });
  await rest();
  assert.equal(alarm.hasNoOther, false);
  const before = line();
  globalThis.fetch = async () => Response.json({ live: { ...call("a"), epoch: null } });
  alarm.check();
  await until(() => line() !== before);
  assert.equal(alarm.call.call, "a");
});
