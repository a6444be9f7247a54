// What stands at every seat now, and a button to take each back.

import { KeyedRows } from "./keyed_rows.js";
import { View } from "./view.js";
import { openNotices } from "../models/lists.js";
import { agencyName } from "../models/words.js";
import { timeOfDay } from "../../console/models/clock.js";
import { fill, gettext } from "../../lib/words.js";

/** @typedef {ReturnType<typeof openNotices>[number]} Shown */

export class BoardNotices extends View {
  /** @type {KeyedRows<Shown>} */ #rows = /** @type {any} */ (null);

  begin() {
    this.#rows = new KeyedRows(this.find("notices"), this.find("row"));
    this.addEventListener("click", (event) => {
      const button = /** @type {Element} */ (event.target).closest("[data-slot=withdraw]");
      const notice = /** @type {HTMLElement | null} */ (button?.closest("li"))?.dataset.key;
      if (!notice) return;
      void this.desk.act({ type: "withdraw_notice", notice }, gettext("The notice was taken back."));
    });
  }

  show() {
    const notices = openNotices(this.state.agencies, this.state.now());
    this.hidden = notices.length === 0;
    this.#rows.show(notices, ({ notice }) => notice, (row, notice) => {
      row.write("text", notice.text);
      row.write(
        "who",
        fill(gettext("%(agency)s · %(who)s · until %(until)s"), {
          agency: agencyName(this.state.agency(notice.agency)),
          who: notice.posted_by,
          until: timeOfDay(notice.until).slice(0, 5),
        }),
      );
    });
  }

  /** @param {number} _now */
  tick(_now) {
    if (!this.hidden) this.show();
  }
}
