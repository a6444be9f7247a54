// What tells the page's style that a box goes on below.

import assert from "node:assert/strict";
import { test } from "node:test";

import { makePart } from "./parts.js";
import { tellMoreBelow } from "../../../dispatch/static/dispatch/console/elements/more_below.js";

test("a box that is cut off below says so, until one has scrolled to its end", () => {
  let grew = () => {};
  globalThis.ResizeObserver = class {
    constructor(told) {
      grew = told;
    }

    observe() {}
  };
  const box = Object.assign(makePart(), { scrollHeight: 300, scrollTop: 0, clientHeight: 300 });
  tellMoreBelow(box);
  assert.equal(box.dataset.below, "false");
  box.clientHeight = 200; // a question took of its room
  grew();
  assert.equal(box.dataset.below, "true");
  box.scrollTop = 98; // a pixel or two of padding are no field
  box.dispatchEvent(new Event("scroll"));
  assert.equal(box.dataset.below, "false");
});
