import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { sendTap, withAge } from "../../../dispatch/static/dispatch/lib/tap.js";

const tap = { id: "t1", mode: "normal", position: { lat_e7: 1, lon_e7: 2, age_ms: 400 } };
const before = globalThis.fetch;
/** @type {any[]} */ let sent = [];

beforeEach(() => {
  sent = [];
  mock.timers.enable({ apis: ["setTimeout"] });
  globalThis.addEventListener = globalThis.removeEventListener = () => {};
});
afterEach(() => {
  mock.timers.reset();
  globalThis.fetch = before;
});

/** Answer each try in turn. @param {(() => Response)[]} answers */
function server(...answers) {
  globalThis.fetch = async (_url, { body }) => {
    sent.push(JSON.parse(body));
    return answers.shift()();
  };
}
/** Let a tap go on until it is answered. @param {object} [options] */
async function deliver(options = {}) {
  let answer;
  const done = sendTap(tap, { isWanted: () => true, onFailure: () => {}, ...options })
    .then((tapped) => (answer = tapped));
  while (answer === undefined) {
    await new Promise((go) => setImmediate(go));
    mock.timers.tick(20_000);
  }
  return done;
}
const kept = () => Response.json({ call: "c1" }, { status: 201 });
const lost = () => { throw new TypeError("no network"); };

test("a tap that waited says so, and its place is as old as it is", () => {
  assert.deepEqual(withAge(tap, 0), tap);
  assert.equal(withAge(tap, 59_000).text, undefined);
  const late = withAge(tap, 7 * 60_000);
  assert.equal(late.position.age_ms, 7 * 60_000 + 400);
  assert.match(late.text, /^\(Tapped 7 min ago\./);
  assert.equal(withAge({ ...tap, text: "help" }, 7 * 60_000).text, "help");
  assert.equal(withAge({ id: "t1", mode: "silent" }, 90_000).position, undefined);
  assert.equal(withAge(tap, 1e12).position.age_ms, 2 ** 31 - 1);
});

test("it is one alarm however often it is sent, and bare where it cannot be read", async () => {
  server(lost, () => new Response("", { status: 503 }), () => new Response("", { status: 422 }), kept);
  let age = 0;
  assert.deepEqual(await deliver({ ageMs: () => (age += 40_000) }), { call: "c1" });
  assert.deepEqual(sent.map(({ id }) => id), ["t1", "t1", "t1", "t1"]);
  assert.ok(sent[1].position.age_ms > sent[0].position.age_ms);
  assert.deepEqual(sent[3], { id: "t1", mode: "normal" });
});

test("taken back, it is sent no more; already there, it is told", async () => {
  let isWanted = true;
  server(() => { isWanted = false; throw new TypeError("no network"); });
  assert.equal(await deliver({ isWanted: () => isWanted }), null);
  assert.equal(sent.length, 1);
  isWanted = true;
  server(() => { isWanted = false; return kept(); });
  assert.deepEqual(await deliver({ isWanted: () => isWanted }), { call: "c1" });
});
