// Calls that ended because the caller was lost, seen in this shift: somebody calls back.

import { Region } from "./region.js";
import { rowsOf, showRows, writeSlot } from "./rows.js";
import { callsMissed } from "../models/agency_state.js";
import { duration, secondsSince, timeOfDay } from "../models/clock.js";
import { areaName } from "../models/words.js";
import { fill, gettext } from "../../lib/words.js";

export class MissedCalls extends Region {
  show() {
    const calls = callsMissed(this.desk.agencies);
    this.reveal("empty", calls.length === 0);
    const template = /** @type {HTMLTemplateElement} */ (this.find("row"));
    showRows(
      this.find("calls"),
      template,
      calls,
      ({ call }) => call,
      (row, call) => {
        row.dataset.endedAt = call.ended_at;
        writeSlot(row, "number", call.number);
        writeSlot(row, "area", areaName(call) || gettext("Place unknown"));
      },
    );
    this.tick(this.desk.clock.now());
  }

  /** @param {number} now */
  tick(now) {
    for (const row of rowsOf(this.find("calls"))) {
      const endedAt = row.dataset.endedAt;
      const ago = duration(secondsSince(endedAt, now));
      writeSlot(
        row,
        "when",
        fill(gettext("Lost at %(time)s, %(ago)s ago"), { time: timeOfDay(endedAt), ago }),
      );
    }
  }
}
