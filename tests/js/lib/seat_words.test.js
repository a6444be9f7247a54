import assert from "node:assert/strict";
import { test } from "node:test";

import { seatWords } from "../../../dispatch/static/dispatch/lib/seat_words.js";

test("a bare number behind an office's name is said to be a seat", () => {
  assert.equal(seatWords("Yantai Police Command Centre 1"), "Yantai Police Command Centre, seat 1");
  assert.equal(seatWords("烟台市公安局指挥中心 12"), "烟台市公安局指挥中心, seat 12");
  for (const named of ["Seat 7", "Window", "七号席", "Desk B", ""]) {
    assert.equal(seatWords(named), named);
  }
});
