// How the service is: what ticks, what is overdue, whom nobody hears.

import { writeLook } from "./keyed_rows.js";
import { View } from "./view.js";
import { facts } from "../models/health.js";
import { gettext } from "../../lib/words.js";

const ICONS = { ok: "check", warn: "triangle-alert", muted: "info" };

export class BoardHealth extends View {
  show() {
    const { health } = this.state;
    this.reveal("none", !health);
    if (!health) return;
    const all = facts(health, this.state.now());
    for (const { key, tone, words } of all) {
      writeLook(this.find(key), { tone, icon: ICONS[tone], words });
    }
    // On a wall this one line stands for all that is well.
    const isWell = all.every(({ tone }) => tone !== "warn");
    this.reveal("well", isWell && this.desk.isWall());
    writeLook(this.find("well"), { tone: "ok", icon: "check", words: gettext("All is well") });
  }
}
