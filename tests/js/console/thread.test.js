// The conversation: whose words they are, and that its newest line stays in sight.

import assert from "node:assert/strict";
import { test } from "node:test";

import { AtEnd } from "../../../dispatch/static/dispatch/console/elements/at_end.js";
import { linesOf } from "../../../dispatch/static/dispatch/console/elements/thread_lines.js";
import { incident } from "./cast.js";

globalThis.document = { documentElement: { lang: "en" } };

const said = (seq, side, id) => ({ seq, side, text: "words", at: "2026-08-21T00:00:00.000000Z", client_id: id });

test("only what this window wrote is signed with you", () => {
  const state = incident("a", {
    messages: [
      said(1, "caller"), said(2, "seat"), said(3, "seat", "theirs"), said(4, "seat"), said(5, "seat", "going"),
      said(6, "seat", "before a reload"),
    ],
  });
  const items = [{ id: "going", text: "words", why: "" }, { id: "later", text: "words", why: "" }];
  const lines = linesOf(state, new Map([[4, "mine"]]), { items, own: ["before a reload"] });
  const names = ["Caller", "Police", "Police", "You", "You", "You", "You"];
  assert.deepEqual(lines.map(({ from }) => from), names);
});

test("danger is marked as the caller's, never as the seat's", () => {
  const state = incident("a", { messages: [said(1, "caller"), said(2, "seat")] });
  const lines = linesOf(state, new Map(), null, ({ side }) => side === "caller");
  assert.deepEqual(lines.map(({ isDanger }) => isDanger), [true, false]);
  assert.deepEqual(linesOf(state, new Map(), null).map(({ isDanger }) => isDanger), [false, false]);
});

/** A place of 100 px with 300 px of lines, whose sizes change by hand. */
function place() {
  let sized;
  globalThis.ResizeObserver = class {
    constructor(changed) {
      sized = changed;
    }

    observe() {}
  };
  const scroll = Object.assign(new EventTarget(), { scrollHeight: 300, clientHeight: 100, scrollTop: 0, dataset: {} });
  const end = new AtEnd(scroll, new EventTarget());
  const goTo = (top) => {
    scroll.scrollTop = top;
    scroll.dispatchEvent(new Event("scroll"));
  };
  return { end, scroll, goTo, resize: (height) => ((scroll.clientHeight = height), sized()) };
}

test("a list read at its end stays there when its place shrinks", () => {
  const { scroll, goTo, resize } = place();
  goTo(200);
  resize(40);
  assert.equal(scroll.scrollTop, scroll.scrollHeight);
});

test("who scrolled up is left there, whatever comes, until the end is asked for", () => {
  const { end, scroll, goTo, resize } = place();
  goTo(50);
  resize(40);
  end.keep();
  assert.equal(scroll.scrollTop, 50);
  assert.equal(scroll.dataset.above, "true");
  goTo(0);
  assert.equal(scroll.dataset.above, "false");
  end.go();
  assert.equal(scroll.scrollTop, 300);
});
