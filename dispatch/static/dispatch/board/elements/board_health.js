// How the service is: what ticks, what is overdue, whom nobody hears.

import { writeLook } from "./keyed_rows.js";
import { View } from "./view.js";
import { facts } from "../models/health.js";

const ICONS = { ok: "check", warn: "triangle-alert", muted: "info" };

export class BoardHealth extends View {
  show() {
    const { health } = this.state;
    this.reveal("none", !health);
    if (!health) return;
    for (const { key, tone, words } of facts(health, this.state.now())) {
      writeLook(this.find(key), { tone, icon: ICONS[tone], words });
    }
  }
}
