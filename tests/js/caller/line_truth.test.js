import assert from "node:assert/strict";
import { test } from "node:test";
import { lineTruth } from "../../../dispatch/static/dispatch/caller/models/line_truth.js";

const facts = { line: "live", silentMs: 500, callState: "connected", isReadOnly: false };

test("connected stands only on proof younger than six seconds", () => {
  assert.equal(lineTruth(facts).is, "connected");
  assert.equal(lineTruth({ ...facts, line: "reconnecting", silentMs: 5900 }).is, "connected");
  for (const line of ["live", "reconnecting", "connecting"]) {
    const truth = lineTruth({ ...facts, line, silentMs: 6000 });
    assert.deepEqual(truth, { is: "silent", seconds: 6 });
  }
});

test("an offer is not a connection", () => {
  assert.equal(lineTruth({ ...facts, callState: "offered" }).is, "waiting");
  assert.equal(lineTruth({ ...facts, callState: "waiting" }).is, "waiting");
});

test("nothing is said before the server said it", () => {
  assert.equal(lineTruth({ ...facts, callState: null }).is, "connecting");
  assert.equal(lineTruth({ ...facts, line: "connecting" }).is, "connecting");
  assert.equal(lineTruth({ ...facts, isReadOnly: true }).is, "watching");
  assert.equal(lineTruth({ ...facts, line: "down" }).is, "closed");
});
