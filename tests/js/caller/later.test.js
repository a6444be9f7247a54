// What loads late, and the browser's questions: neither gives up with the first alarm.

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

const models = "../../../dispatch/static/dispatch/caller/models";
const { patiently } = await import(`${models}/later.js`);
const { Questions } = await import(`${models}/questions.js`);

let wake;
const settle = async () => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};
beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  globalThis.addEventListener = (_name, does) => (wake = does);
  globalThis.removeEventListener = () => {};
});
afterEach(() => mock.timers.reset());

test("what the line kept away for minutes comes when the line is back", async () => {
  let tries = 0;
  let isOut = true;
  let part;
  const load = async () => {
    tries += 1;
    if (isOut) throw new TypeError("Failed to fetch dynamically imported module");
    return "part";
  };
  patiently(load).then((came) => (part = came));
  for (let second = 0; second < 300; second += 1) {
    await settle();
    mock.timers.tick(1000);
  }
  assert.ok(tries > 20 && tries < 40, `${tries} tries in five minutes`);
  isOut = false;
  wake(); // "online"
  await settle();
  assert.equal(part, "part");
});

test("a second alarm while a question of the first stands unanswered is asked for all", async () => {
  const asked = [];
  const needed = { position: true, camera: true };
  Object.defineProperty(globalThis, "navigator", {
    configurable: true,
    value: { permissions: { query: async () => ({ state: "prompt" }) } },
  });
  const question = (name, ask) => ({
    name, permission: name, isPossible: true, isNeeded: () => needed[name],
    ask: () => {
      asked.push(name);
      needed[name] = false;
      return ask;
    },
  });
  const never = new Promise(() => {});
  const questions = new Questions(
    [question("position", Promise.resolve()), question("camera", never)], () => {},
  );
  const pass = async (seconds) => {
    for (let second = 0; second < seconds; second += 1) {
      await settle();
      mock.timers.tick(1000);
    }
    await settle();
  };
  questions.run();
  await pass(5);
  assert.deepEqual(asked, ["position", "camera"]);
  Object.assign(needed, { position: true, camera: true }); // the next alarm
  questions.run();
  await pass(40);
  assert.deepEqual(asked, ["position", "camera", "position", "camera"]);
});
