// Today's figures against their targets, by 15 minutes and by county.

import { KeyedRows } from "./keyed_rows.js";
import { View } from "./view.js";
import { bars, busiest, HEIGHT, inWords, WIDTH } from "../models/chart.js";
import * as figures from "../models/figures.js";
import { agencyName } from "../models/words.js";
import { fill, gettext } from "../../lib/words.js";

/** @typedef {import("../models/shapes.js").FiguresFrame} FiguresFrame */

const SVG = "http://www.w3.org/2000/svg";

export class BoardFigures extends View {
  /** @type {KeyedRows<FiguresFrame>} */ #rows = /** @type {any} */ (null);
  #drawn = "";

  begin() {
    this.#rows = new KeyedRows(this.find("counties"), this.find("row"));
  }

  show() {
    const frames = this.state.agencies.flatMap(
      ({ agency }) => this.state.figures.get(agency.agency) ?? [],
    );
    const all = figures.together(frames);
    this.reveal("none", !all);
    this.reveal("day", all !== null);
    if (!all) return;
    for (const { seconds, share } of figures.TARGETS) {
      this.#target(seconds, share, figures.answeredIn(all.figures, seconds));
    }
    const sums = all.figures;
    this.write("offered", String(sums.offered));
    this.write("before", String(sums.abandoned_before));
    this.write("after", String(sums.abandoned_after));
    this.write("speed", figures.seconds(figures.averageWait(sums)));
    this.write("occupancy", figures.percent(figures.occupancy(sums)));
    this.#draw(all);
    this.reveal("by-county", frames.length > 1);
    this.#rows.show(frames, ({ agency }) => agency, (row, frame) => {
      const county = frame.figures;
      row.write("name", agencyName(this.state.agency(frame.agency)));
      row.write("offered", String(county.offered));
      for (const { seconds, share } of figures.TARGETS)
        row.write(`in-${seconds}`, figures.percent(figures.answeredIn(county, seconds), share));
      row.write("abandoned", `${county.abandoned_before} / ${county.abandoned_after}`);
      row.write("speed", figures.seconds(figures.averageWait(county)));
      row.write("occupancy", figures.percent(figures.occupancy(county)));
    });
  }

  renew() {
    this.#rows.forget();
  }

  /** @param {number} seconds @param {number} goal @param {number | null} share */
  #target(seconds, goal, share) {
    const part = this.find(`in-${seconds}`);
    const words = figures.percent(share, goal);
    const tone = share === null ? "muted" : share >= goal ? "ok" : "warn";
    if (part.textContent !== words) part.textContent = words;
    const box = /** @type {HTMLElement} */ (part.closest("[data-tone]"));
    if (box.dataset.tone !== tone) box.dataset.tone = tone;
    const target = figures.percent(goal);
    const judged = share === null
      ? fill(gettext("target %(target)s"), { target })
      : share >= goal
        ? fill(gettext("✓ target %(target)s"), { target })
        : fill(gettext("▼ below target %(target)s"), { target });
    this.write(`target-${seconds}`, judged);
  }

  /** @param {figures.Sums} all */
  #draw(all) {
    const stamp = JSON.stringify(all.quarters);
    if (stamp === this.#drawn) return;
    this.#drawn = stamp;
    const rects = bars(all.quarters).flatMap((bar) => [
      rect(bar.x, HEIGHT - bar.answered, bar.width, bar.answered, bar.isBelow ? "below" : "met"),
      rect(bar.x, HEIGHT - bar.answered - bar.missed, bar.width, bar.missed, "missed"),
    ]);
    const chart = this.find("chart");
    chart.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    this.find("bars").replaceChildren(...rects);
    this.write("busiest", String(busiest(all.quarters)));
    this.write("chart-words", inWords(all));
  }
}

/**
 * @param {number} x @param {number} y @param {number} width @param {number} height
 * @param {string} kind
 */
function rect(x, y, width, height, kind) {
  const element = document.createElementNS(SVG, "rect");
  element.setAttribute("class", `b-bar-${kind}`);
  for (const [name, value] of Object.entries({ x, y, width, height })) {
    element.setAttribute(name, value.toFixed(1));
  }
  return element;
}
