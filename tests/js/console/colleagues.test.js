import assert from "node:assert/strict";
import { test } from "node:test";

import { fromSnapshot } from "../../../dispatch/static/dispatch/console/models/agency_state.js";
import { colleagues, found, mayTakeOver } from "../../../dispatch/static/dispatch/console/models/colleagues.js";
import { passingFrame } from "../../../dispatch/static/dispatch/console/models/passing.js";
import { seat, snapshot } from "./cast.js";

globalThis.document = { documentElement: { lang: "en" } };

const staffed = (number, changes = {}) => seat(number, { operator: `Op ${number}`, operator_id: `u${number}`, ...changes });
const seats = [
  staffed(1, { activity: "on_call" }), staffed(2, { availability: "break" }), staffed(3), seat(4),
  staffed(5, { skills: ["en", "sign"], operator: "Wu" }), staffed(7),
];
const neighbours = [{ agency: "fushan", name: "福山区", name_en: "Fushan" }];
const state = fromSnapshot(snapshot({
  agency: { ...snapshot().agency, neighbours }, seats: Object.fromEntries(seats.map((one) => [one.seat, one])),
}));
const own = seats.at(-1);
const list = (needs = []) => colleagues([state], own, needs, "line");
const call = { call: "a", needs: ["sign"] };

test("free seats first, then who is busy, then the lines of other agencies; empty seats and oneself never", () => {
  assert.deepEqual(list().map(({ key, group }) => [key, group]), [
    ["seat-3", "free"], ["seat-5", "free"], ["seat-1", "busy"], ["seat-2", "busy"], ["fushan", "agency"],
  ]);
});

test("who has what the caller needs stands before the others", () => {
  assert.deepEqual(list(["en-GB"]).map(({ key }) => key).slice(0, 2), ["seat-5", "seat-3"]);
  assert.ok(list(["sign"])[0].fits);
});

const withOthers = (way, standing) =>
  colleagues([twoLines], own, [], way, { fushan: standing }).filter(({ group }) => group === "agency");
const twoLines = fromSnapshot(snapshot({
  agency: { ...snapshot().agency, neighbours: [...neighbours, { agency: "laizhou", name: "莱州", name_en: "Laizhou" }] },
  seats: state.seats,
}));

test("where nobody is free, nobody is asked in; where nobody is ready, no line takes a call", () => {
  const said = (way, free, isServed) => {
    const one = withOthers(way, { free, is_served: isServed }).find(({ key }) => key === "fushan");
    return [one?.state, one?.isAskable];
  };
  assert.deepEqual(said("somebody", 2, true), ["2 free", true]);
  assert.deepEqual(said("somebody", 0, true), ["nobody free", false]);
  assert.deepEqual(said("line", 1, true), ["1 free", true]);
  assert.deepEqual(said("line", 0, true), ["nobody free yet", true], "it waits there, or a neighbour answers");
  assert.deepEqual(said("line", 0, false), ["nobody ready", false]);
});

test("who cannot be asked stands last among the agencies; of whom nothing is known, can be", () => {
  const keys = withOthers("line", { free: 0, is_served: false }).map(({ key, isAskable }) => [key, isAskable]);
  assert.deepEqual(keys, [["laizhou", true], ["fushan", false]]);
  const unknown = colleagues([twoLines], own, [], "line").slice(-2);
  assert.deepEqual(unknown.map(({ key, isAskable, state: words }) => [key, isAskable, words]), [
    ["fushan", true, ""], ["laizhou", true, ""],
  ]);
});

test("only a free seat is askable", () => {
  assert.ok(list().every(({ group, isAskable }) => isAskable === (group !== "busy")));
});

test("found by seat, name, skill or place, in both languages", () => {
  const keys = (typed) => found(list(), typed).map(({ key }) => key);
  assert.deepEqual(keys("wu"), ["seat-5"]);
  assert.deepEqual(keys("sign lang"), ["seat-5"]);
  assert.deepEqual(keys("福山"), ["fushan"]);
  assert.deepEqual(keys("nobody"), []);
});

test("each way is the command it says", () => {
  const [free] = list();
  const line = list().at(-1);
  assert.deepEqual(passingFrame("blind", call, free, "why"), { type: "transfer_call", call: "a", seat: "seat-3", reason: "why" });
  assert.deepEqual(passingFrame("blind", call, line, ""), { type: "transfer_call", call: "a", agency: "fushan", reason: "" });
  assert.deepEqual(passingFrame("warm", call, free, ""), {
    type: "invite_seat", call: "a", role: "second", seat: "seat-3", skill: "", reason: "",
  });
  assert.deepEqual(passingFrame("interpreter", call, line, ""), {
    type: "invite_seat", call: "a", role: "interpreter", agency: "fushan", skill: "sign", reason: "",
  });
});

test("a call is to be taken over only where the server would allow it", () => {
  const hosts = staffed(1, { activity: "on_call", call: "a", room_role: "host" });
  assert.equal(mayTakeOver(hosts, [], []), false, "its console lives");
  assert.equal(mayTakeOver(hosts, ["seat-1"], []), true, "its console is silent");
  assert.equal(mayTakeOver(hosts, ["seat-2"], []), false);
  assert.equal(mayTakeOver(hosts, [], [hosts.agency]), true, "one supervises there");
  assert.equal(mayTakeOver({ ...hosts, room_role: "second" }, ["seat-1"], [hosts.agency]), false);
  assert.equal(mayTakeOver({ ...hosts, activity: "wrap_up" }, ["seat-1"], []), false);
});
