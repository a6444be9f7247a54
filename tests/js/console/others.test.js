import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { Others } from "../../../dispatch/static/dispatch/console/models/others.js";

/** Each question, to be answered by hand. */
function asked() {
  const questions = [];
  let changes = 0;
  const ask = () => new Promise((resolve, reject) => questions.push({ resolve, reject }));
  const others = new Others(ask, () => (changes += 1));
  return { others, questions, changes: () => changes };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));
const free = { fushan: { free: 1, is_served: true } };

test("asked at once and every five seconds while it is open; a failure is as not knowing", async (t) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  t.after(() => mock.timers.reset());
  const { others, questions, changes } = asked();
  others.begin();
  assert.deepEqual([questions.length, others.known], [1, {}]);
  mock.timers.tick(20_000);
  assert.equal(questions.length, 1, "a slow answer is not asked for twice");
  questions[0].resolve(free);
  await settled();
  assert.deepEqual([others.known, changes()], [free, 1]);
  mock.timers.tick(4999);
  assert.equal(questions.length, 1);
  mock.timers.tick(1);
  assert.equal(questions.length, 2);
  assert.deepEqual(others.known, free, "what is known stands until the next answer");
  questions[1].reject(new Error("away"));
  await settled();
  assert.deepEqual([others.known, changes()], [{}, 2]);
  mock.timers.tick(5000);
  assert.equal(questions.length, 3, "it is asked again");
});

test("closed, nothing is asked any more and a late answer is let go", async (t) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  t.after(() => mock.timers.reset());
  const { others, questions, changes } = asked();
  others.begin();
  others.begin();
  questions[1].resolve(free);
  await settled();
  questions[0].resolve({});
  await settled();
  assert.deepEqual([others.known, changes()], [free, 1]);
  others.end();
  mock.timers.tick(20_000);
  await settled();
  assert.deepEqual([others.known, questions.length, changes()], [{}, 2, 1]);
});
