// What stands in the rows of who waits and who talks, without a browser.

import assert from "node:assert/strict";
import { test } from "node:test";

import { call } from "./cast.js";

globalThis.document ??= /** @type {any} */ ({ documentElement: { lang: "en" } });

// A part as a browser keeps one, as far as it is used.
class Part {
  children = [];
  dataset = {};
  style = {};
  textContent = "";
  title = "";
  constructor(slots = []) {
    this.slots = slots.map((name) => Object.assign(new Part(), { getAttribute: () => name }));
  }
  get firstElementChild() {
    return this.children[0] ?? null;
  }
  querySelectorAll() {
    return this.slots;
  }
  getBoundingClientRect() {
    return { top: 0, bottom: 900 };
  }
  insertBefore(part) {
    this.children.push(part);
  }
  replaceChildren() {}
}
globalThis.HTMLElement = /** @type {any} */ (Part);

const SLOTS = ["wait", "time", "code", "number", "place", "seat", "operator", "marks", "bar", "here"];
const elements = "../../../dispatch/static/dispatch/board/elements";
const { BoardLine } = await import(`${elements}/board_line.js`);
const { BoardCalls } = await import(`${elements}/board_calls.js`);

/** @param {any} Kind @param {string} ownCode  of the only agency here; "" where several are */
function rowOf(Kind, ownCode, fields) {
  const one = call("c", { number: "370602-20260821-0001", ...fields });
  const agencies = [{ line: new Map([["c", one]]) }];
  const part = new Kind();
  const template = { content: { firstElementChild: { cloneNode: () => new Part(SLOTS) } } };
  const parts = { row: template };
  part.find = (name) => (parts[name] ??= new Part());
  part.enter({
    state: { agencies, ownCode, standing: {}, now: () => 0, talkingSince: () => one.queued_at },
    isWall: () => true,
  });
  part.show();
  const row = parts.calls.children[0];
  const slot = (name) => row.slots.find((each) => each.getAttribute() === name);
  return { row, slot, number: slot("code").textContent + slot("number").textContent };
}

for (const [Kind, state] of [[BoardLine, "waiting"], [BoardCalls, "connected"]]) {
  test(`a wall of several agencies says whose 0001 it is: ${state}`, () => {
    const fields = { state, area: "芝罘区", area_en: "Zhifu District" };
    assert.equal(rowOf(Kind, "", fields).number, "370602-0001");
    assert.equal(rowOf(Kind, "370602", fields).number, "0001", "one agency needs no code");
  });

  test(`a long name is there whole, and its row knows that it is long: ${state}`, () => {
    const place = "Economic and Technological Development Zone";
    const { row, slot } = rowOf(Kind, "", { state, area: place, area_en: place });
    assert.deepEqual([slot("place").title, row.dataset.placeSize], [place, "longest"]);
  });
}
