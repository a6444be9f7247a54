import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { fromSnapshot } from "../../../dispatch/static/dispatch/board/models/agency.js";
import { showWhereTo } from "../../../dispatch/static/dispatch/board/elements/where_to.js";
import { call, seat, snapshot } from "./cast.js";

// A list as a browser keeps one, as far as it is used.
class Part {
  children = [];
  dataset = {};
  append(...parts) {
    this.children.push(...parts);
  }
}
class FakeSelect extends Part {
  times = 0;
  chosen = "";
  get options() {
    return this.children.flatMap((part) => (part instanceof Choice ? [part] : part.children));
  }
  get selectedIndex() {
    return this.options.findIndex(({ value }) => value === this.chosen);
  }
  get value() {
    return this.chosen;
  }
  set value(value) {
    this.chosen = value;
  }
  replaceChildren(...parts) {
    this.times += 1;
    this.children = parts;
  }
}
class Choice {
  dataset = {};
  constructor(text, value) {
    Object.assign(this, { text, value });
  }
}
globalThis.Option = Choice;
globalThis.document = /** @type {any} */ ({
  documentElement: { lang: "en" }, createElement: () => new Part(),
});

let select;
beforeEach(() => (select = new FakeSelect()));

const seats = (...all) => Object.fromEntries(all.map((one) => [one.seat, one]));
const here = (...all) => fromSnapshot(snapshot({ seats: seats(...all) }));
const there = (...all) => {
  const line = fromSnapshot(snapshot({ seats: seats(...all) }));
  line.agency = { ...line.agency, agency: "other", name: "莱山", name_en: "Laishan" };
  return line;
};
const moved = call("c", { agency: here().agency.agency });
const show = (...lines) => showWhereTo(select, lines, moved);
const texts = () => select.options.map(({ text }) => text);

test("somebody gets busy at a line: its words change in the list that is open", () => {
  const busy = seat("b", { availability: "break" });
  show(here(), there(seat("a"), seat("b", { activity: "on_call" })));
  assert.deepEqual(texts().slice(1), ["Zhifu 7 · Chen", "Laishan · 1\u00a0ready · 1\u00a0busy"]);
  const line = select.options[2];
  show(here(), there(seat("a", { operator: "Sun" }), busy));
  assert.equal(select.times, 1, "the list stands");
  assert.equal(select.options[2], line);
  assert.deepEqual(texts().slice(1), ["Zhifu 7 · Sun", "Laishan · 1\u00a0ready · 1\u00a0not\u00a0ready"]);
  assert.equal(line.dataset.name, "Laishan");
});

test("a seat that is free no more leaves; what was chosen stays, and falls with it", () => {
  show(here(), there(seat("a")));
  select.value = "agency:other";
  show(here(), there({ ...seat("a"), availability: "break" }));
  assert.deepEqual([select.times, select.value], [2, "agency:other"]);
  show(here(seat("b")), there());
  select.value = select.options[1].value;
  show(here(), there());
  assert.equal(select.value, "");
});

test("nowhere to go is said", () => {
  show(here());
  assert.deepEqual(texts(), ["No seat is free, no other line"]);
});
