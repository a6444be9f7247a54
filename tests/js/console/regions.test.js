// What regions write of what they know, and what they no longer do.

import assert from "node:assert/strict";
import { test } from "node:test";

import { makePart, regionOf } from "./parts.js";
import { MemoryStorage, ZHIFU, clip, incident, lineCall, seat, snapshot } from "./cast.js";
import { AT, desk, plain, quiet } from "./desks.js";

const console_ = "../../../dispatch/static/dispatch/console";
// Later than the parts: a region is an element from the moment it is read.
const { ConsoleBar } = await import(`${console_}/elements/console_bar.js`);
const { CallRoom } = await import(`${console_}/elements/call_room.js`);
const { CallHead } = await import(`${console_}/elements/call_head.js`);
const { CallerPicture } = await import(`${console_}/elements/caller_picture.js`);
const { CameraPreview } = await import(`${console_}/elements/camera_preview.js`);
const { WaitingLine } = await import(`${console_}/elements/waiting_line.js`);
const { MessageLine } = await import(`${console_}/elements/message_line.js`);

test("who waits is not told once the line is closed: nobody knows it", () => {
  const room = { desk: desk(), ring: quiet };
  const bar = regionOf(ConsoleBar, room);
  bar.show();
  assert.equal(bar.part("line").textContent, "Nobody is waiting");
  room.desk.lineChanged("down", 0, 4409);
  bar.show();
  assert.equal(bar.part("line").textContent, "");
});

test("who waits at a neighbour for nobody is told, here where one read that nobody waits", () => {
  const room = { desk: desk(), ring: quiet };
  room.desk.seat.availability = "break";
  const [bar, line] = [regionOf(ConsoleBar, room), regionOf(WaitingLine, room)];
  const said = [];
  line.announce = (words) => said.push(words);
  line.part("row").content = { firstElementChild: { cloneNode: makeRow } };
  const words = () => {
    bar.show();
    line.show();
    return [bar, line, line].map((one, n) => one.part(["line", "empty-what", "not-ready-words"][n]).textContent);
  };
  assert.deepEqual(words(), ["Nobody is waiting", "Nobody is waiting.", "Nobody here is Ready."]);
  room.desk.clock.hear(AT);
  const oldest = new Date(Date.parse(AT) - 62_000).toISOString();
  room.desk.frame({ type: "neighbours_wait", count: 1, oldest_at: oldest });
  const told = words();
  assert.match(told[0], /^1 waiting at a neighbour · oldest 1:0[23]$/);
  assert.equal(bar.part("line").dataset.tone, "warn");
  assert.equal(told[1], "Nobody is waiting in your own line.");
  assert.match(told[2], /1 caller waits at a neighbour, where nobody is free: as Ready you get the call\.$/);
  words();
  assert.equal(said.length, 1, "once");
  room.desk.say = (words) => said.push(words);
  line.act("next", null);
  assert.equal(said.at(-1), "Nobody is waiting in your own line.");
  room.desk.frame({ type: "neighbours_wait", count: 0, oldest_at: null });
  assert.equal(words()[0], "Nobody is waiting");
});

test("a call of another agency says whose it is: each has a call 0001", () => {
  const said = (number, agency) => {
    const room = { desk: desk({ number, agency }), media: quiet };
    room.desk.ownAgency.neighbours.push({ agency: "laishan", name: "莱山", name_en: "Laishan" });
    const head = regionOf(CallHead, room);
    head.show();
    return ["code", "number", "whose"].map((name) => head.part(name).textContent);
  };
  assert.deepEqual(said("370602-20260821-0001", ZHIFU), ["", "0001", ""]);
  assert.deepEqual(said("370613-20260821-0001", "laishan"), ["370613-", "0001", "Laishan"]);
});

test("what the caller needs stands in the call: it may have come by itself", () => {
  const said = [];
  const needs = (call) => {
    const strip = regionOf(CallRoom, { desk: desk(call), media: quiet });
    strip.announce = (words) => said.push(words);
    strip.part("person-row").content = { firstElementChild: { cloneNode: makeRow } };
    strip.part("people").insertBefore = () => {};
    strip.show();
    strip.show();
    return [strip.part("needs").hidden, strip.part("needs").textContent];
  };
  assert.deepEqual(needs({ needs: [] }), [true, ""]);
  assert.deepEqual(needs({ needs: ["en", "sign"] }), [false, "The caller needs: English, sign language"]);
  assert.deepEqual(said, ["The caller needs: English, sign language"], "once");
});

test("where a lost phone has left recordings, the empty picture points to them", () => {
  const words = (more) => {
    const room = { desk: desk({ lost_at: AT }, more), media: { ...quiet, videoAgeMs: Infinity, addEventListener() {} } };
    const picture = regionOf(CallerPicture, room);
    picture.tick(Date.parse(AT) + 21_000);
    assert.match(picture.part("lost").textContent, /^Caller lost for 0:21, since \d\d:\d\d:\d\d\./);
    return picture.part("words").textContent;
  };
  assert.equal(words({}), "No picture yet.");
  assert.equal(words({ clips: { c: clip("c", { chunk_count: 4 }) } }), "No picture now. Recordings are under Evidence.");
});

test("the end question says what is given up with a lost caller, and the head who waited", () => {
  const head = (call, more) => {
    const shown = regionOf(CallHead, { desk: desk(call, more), media: quiet });
    shown.dispatchEvent = () => true;
    shown.show();
    return shown;
  };
  const asked = (call, more) => head(call, more).part("end-words").textContent;
  assert.equal(asked({}), "End the call?");
  assert.match(asked({ lost_at: AT }), /The caller is lost, and nobody is then asked to call back\.$/);
  const plain = { incident: { ...incident("a").incident, flags: ["no_scripts"] } };
  assert.match(asked({ lost_at: AT }, plain), /^End the call\? Nobody is then asked/);
  const waited = (at) => head({ connected_at: `2026-08-21T00:${at}.000000Z` }).part("waited");
  assert.equal(waited("00:20").hidden, true);
  assert.equal(waited("00:40").hidden, false);
  assert.equal(waited("03:12").textContent, "Taken 3:12 after the alarm");
});

test("in a silent call one's own picture says that nobody is shown it", () => {
  globalThis.MediaStream = class {};
  const camera = Object.assign(new EventTarget(), { state: "on", stream: null, isShown: true });
  const shown = (call) => {
    const preview = regionOf(CameraPreview, { desk: desk(call), camera, media: quiet });
    preview.show();
    return [preview.dataset.sending, preview.part("note").hidden, preview.part("note").textContent];
  };
  assert.deepEqual(shown({ mode: "normal" }).slice(0, 2), ["true", true]);
  assert.deepEqual(shown({ mode: "silent" }), ["true", false, "The caller does not see you: silent call."]);
});

test("where a colleague leads, the little picture says that it is theirs", () => {
  const camera = Object.assign(new EventTarget(), { state: "on", stream: {}, isShown: true });
  const at = desk({ mode: "normal" });
  const preview = regionOf(CameraPreview, { desk: at, camera, media: quiet });
  preview.show();
  assert.equal(preview.dataset.host, "false");
  Object.defineProperty(at, "isVisitor", { value: true });
  globalThis.MediaStream = class {
    getTracks = () => [];
  };
  const theirs = regionOf(CameraPreview, { desk: at, camera, media: quiet });
  theirs.show();
  assert.equal(theirs.dataset.host, "true");
});

test("a lost call taken up late says from when its two minutes count", () => {
  const later = "2026-08-21T01:05:00.000000Z";
  const words = (connected) => {
    const room = { desk: desk({ state: "connected", lost_at: AT, connected_at: connected }), media: quiet };
    const picture = regionOf(CallerPicture, room);
    picture.tick(Date.parse(later) + 20_000);
    return picture.part("lost").textContent;
  };
  assert.match(words(later), /Counted from your answer, the call is kept for 1:40 more/);
  assert.match(words("2026-08-21T00:59:00.000000Z"), /\. The call is kept for 0:00 more/);
});

test("Done on a cut line says at once that it waits", () => {
  const room = { desk: desk({ state: "ended", end_reason: "operator" }), media: quiet };
  const said = [];
  room.desk.addEventListener("say", ({ detail }) => said.push(detail.text));
  room.desk.seat.activity = "wrap_up";
  const head = regionOf(CallHead, room);
  head.dispatchEvent = (event) => event.detail?.push(new Promise(() => {})); // the words wait for the line
  head.act("done");
  assert.deepEqual(said, []);
  room.desk.lineChanged("reconnecting", 0, 0);
  const again = regionOf(CallHead, room);
  again.dispatchEvent = head.dispatchEvent;
  again.act("done");
  assert.deepEqual(said, ["No connection. This is done as soon as it is back."]);
});

test("advice given at a seat goes with the seat", () => {
  const room = { desk: desk() };
  const foot = regionOf(MessageLine, room);
  foot.show();
  room.desk.say("A supervisor sent you on a break. Choose Ready to come back.", "warn");
  foot.show();
  assert.match(foot.part("said").textContent, /Choose Ready/);
  room.desk.epoch = null;
  foot.show();
  assert.equal(foot.part("said").textContent, "");
});

test("the foot tells a loss and a return, and what was said of a call goes with its end", (t) => {
  const call = { lost_at: null };
  const room = { desk: desk(call) };
  const foot = regionOf(MessageLine, room);
  const said = () => foot.part("said").textContent.replace(/^[\d:]+/, "");
  const becomes = (changes) => {
    room.desk.incident.call = { ...room.desk.incident.call, ...changes };
    foot.show();
    return said();
  };
  t.mock.timers.enable({ apis: ["Date"], now: Date.parse(AT) });
  room.desk.say("The caller says: danger now.", "warn");
  assert.equal(becomes({}), "The caller says: danger now.");
  assert.equal(becomes({ lost_at: AT }), "The caller is lost.");
  assert.equal(becomes({ lost_at: null }), "The caller is back.");
  room.desk.say("The caller says: danger now.", "warn");
  t.mock.timers.tick(30_000);
  assert.equal(becomes({}), "The caller says: danger now.", "it stays as long as the call");
  assert.equal(becomes({ state: "ended" }), "");
});

test("a page without scripts that becomes the live one was not lost; a loss goes with its call", (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: Date.parse(AT) });
  const room = { desk: desk({ lost_at: AT }, plain()) };
  const foot = regionOf(MessageLine, room);
  foot.show();
  room.desk.incident.incident.flags = []; // the live page: its sign of life is still to come
  foot.show();
  room.desk.incident.call.lost_at = null;
  foot.show();
  assert.equal(foot.part("said").textContent, "");
  room.desk.incident.call.lost_at = "2026-08-21T01:05:00.000000Z";
  foot.show();
  assert.match(foot.part("said").textContent, /The caller is lost\.$/);
  room.desk.dispatchEvent(new Event("cleared")); // a visitor leaves, within the ten seconds
  assert.equal(foot.part("said").textContent, "");
});

test("when the relay goes away the last frame stays, and never as live video", (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: Date.parse(AT) });
  const track = { readyState: "live", muted: false };
  const media = Object.assign(new EventTarget(), { why: "", videoAgeMs: 40, remote: { getVideoTracks: () => [track] } });
  const room = { desk: desk({ lost_at: null }), media };
  const picture = regionOf(CallerPicture, room);
  Object.assign(picture.part("live"), { videoWidth: 640, videoHeight: 480 });
  let drawn = 0;
  picture.part("kept").getContext = () => ({ drawImage: () => (drawn += 1) });
  const at = (ageMs) => {
    media.videoAgeMs = ageMs;
    picture.tick(Date.parse(AT));
    return [picture.dataset.shown, picture.dataset.age, picture.part("age").textContent];
  };
  assert.deepEqual(at(40), ["video", "fresh", "Live video"]);
  assert.equal(drawn, 1);
  assert.deepEqual(at(5000), ["video", "ageing", "Picture frozen for 5 s"], "it holds its frame");
  track.readyState = "ended";
  assert.deepEqual(at(900), ["kept", "ageing", "Picture frozen for 0 s"]);
  assert.deepEqual(at(9000), ["kept", "stale", "Picture frozen for 9 s"]);
  assert.equal(picture.current, picture.part("kept"), "a snapshot takes it");
  assert.equal(drawn, 1, "no black over it");
  room.desk.tell("cleared");
  assert.equal(at(9000)[0], "none", "nothing of one caller stays for the next, and black is not frozen");
});

/** A row of a list: its slots only keep what was written into them. */
function makeRow() {
  const row = new HTMLElement();
  const slots = new Map();
  row.slot = (name) => slots.get(name) ?? slots.set(name, makePart()).get(name);
  row.querySelector = (selector) => row.slot(selector.match(/data-slot="(.+)"/)[1]);
  return row;
}

test("who is to be called back was lost before the call was given up; who has no number is not left a riddle", async () => {
  const { CallBacks } = await import(`${console_}/elements/call_backs.js`);
  const ended_at = "2026-08-21T00:59:00.000000Z";
  const call = (id, lost_at) =>
    lineCall(id, { state: "ended", needs_callback: true, ended_at, lost_at });
  const room = { desk: desk() };
  room.desk.agencies[0].callbacks = { a: call("a", "2026-08-21T00:57:00.000000Z"), b: call("b", null) };
  room.desk.clock.hear(AT);
  const backs = regionOf(CallBacks, room);
  backs.part("row").content = { firstElementChild: { cloneNode: makeRow } };
  const list = backs.part("calls");
  list.insertBefore = (row) => list.children.push(row);
  backs.show();
  backs.tick(Date.parse(AT));
  const [lost, ended] = list.children.map((row) => row.slot("when").textContent);
  assert.match(lost, /^Lost at \d\d:57:00, 3 min 0 s ago$/);
  assert.match(ended, /^Ended at \d\d:59:00, 1 min 0 s ago$/);
  const phone = () => list.children[0].slot("phone").textContent;
  assert.equal(phone(), "No phone number. A supervisor can read the record.");
  room.desk.agencies[0].callbacks.a.phone_masked = "138****0000";
  backs.show();
  assert.equal(phone(), "138****0000");
});

test("words left over after the call follow by themselves, joined with a colleague's", async () => {
  globalThis.sessionStorage = new MemoryStorage();
  const { UnsavedWords } = await import(`${console_}/elements/unsaved_words.js`);
  const { Draft } = await import(`${console_}/models/draft.js`);
  const left = new Draft(sessionStorage, "i", "0017");
  left.rebase({ notes: "old", place: "" }, 1);
  left.write("notes", "old mine");
  left.write("place", "door");

  const sent = [];
  const room = { desk: desk() };
  const answers = [
    () => { throw Object.assign(new Error("x"), { code: "form_changed", facts: { fields: { notes: "old theirs", place: "gate" }, seq: 7, saved_by: "Wu" } }); },
    () => ({ seq: 8 }),
    () => ({ seq: 9 }),
  ];
  room.desk.command = async (frame) => {
    sent.push(frame);
    return answers[sent.length - 1]();
  };
  const region = regionOf(UnsavedWords, room);
  region.part("row").content = { firstElementChild: { cloneNode: makeRow } };
  const list = region.part("drafts");
  list.insertBefore = (row) => list.children.push(row);
  const settle = () => new Promise((done) => setImmediate(done));
  region.show();
  await settle();
  assert.deepEqual(sent.map(({ notes, place, base }) => [notes, place, base]), [
    ["old mine", "door", { notes: "old", place: "" }],
    ["old theirs\nmine", undefined, { notes: "old theirs" }],
  ]);
  const why = () => region.part("drafts").children[0].slot("why").textContent;
  assert.equal(why(), "Wu wrote “gate” there. Try again puts yours in its place.");
  region.show();
  await settle();
  assert.equal(sent.length, 2, "not asked for again by itself");

  region.act("save-draft", { closest: () => ({ dataset: { key: "i" } }) });
  await settle();
  assert.deepEqual(sent[2].base, { place: "gate" });
  assert.ok(new Draft(sessionStorage, "i").isEmpty);
  delete globalThis.sessionStorage;
});
