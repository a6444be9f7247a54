import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { StillSender } from "../../../dispatch/static/dispatch/lib/still_sender.js";

let now;
let sent;
let levels;
let sender;

async function pass(ms) {
  for (let step = 0; step < ms; step += 50) {
    now += 50;
    mock.timers.tick(50);
    await Promise.resolve();
    await Promise.resolve();
  }
}

beforeEach(() => {
  now = 0;
  sent = [];
  levels = [];
  mock.method(performance, "now", () => now);
  mock.method(Date, "now", () => now);
  mock.timers.enable({ apis: ["setTimeout"] });
  sender = new StillSender({
    grab: async (level) => (levels.push(level), { jpeg: "x" }),
    send: (frame) => sent.push(frame.n) > 0,
  });
});

afterEach(() => {
  sender.stop();
  mock.timers.reset();
  mock.restoreAll();
});

test("one in flight: the next leaves when the last was seen", async () => {
  sender.start();
  await pass(1000);
  assert.deepEqual(sent, [1]);
  sender.seen(1);
  await pass(100);
  assert.deepEqual(sent, [1, 2]);
});

test("a quick line gets four a second and better pictures", async () => {
  sender.start();
  await pass(50);
  for (let step = 0; step < 40; step += 1) {
    sender.seen(sent.at(-1));
    await pass(50);
  }
  assert.ok(sent.length >= 7 && sent.length <= 9, `${sent.length} in 2 s`);
  assert.ok(levels.at(-1) > levels[0]);
});

test("a slow line gets smaller pictures, a dead one a new try every five seconds", async () => {
  sender.start();
  await pass(2000);
  sender.seen(1);
  await pass(100);
  assert.ok(levels.at(-1) < levels[0]);
  await pass(5100);
  assert.deepEqual(sent, [1, 2, 3]);
});

test("while the call waits, one in five seconds", async () => {
  sender.gapMs = 5000;
  sender.start();
  await pass(100);
  sender.seen(1);
  await pass(4000);
  assert.deepEqual(sent, [1]);
  await pass(1100);
  assert.deepEqual(sent, [1, 2]);
});
