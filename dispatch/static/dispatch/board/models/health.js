// How the service is, as a short list: each line a word, a tone and what it means.

import { fill, gettext, ngettext } from "../../lib/words.js";
import { secondsSince } from "../../console/models/clock.js";

/** @typedef {import("./shapes.js").HealthFrame} HealthFrame */
/** @typedef {{key: string, tone: "ok" | "warn" | "muted", words: string}} Fact */

const TICK_LIMIT_MS = 5000; // /readyz takes a loop for dead then
const CANARY_SECONDS = 24 * 3600;
const BUSY_PERCENT = 80;

/** @param {HealthFrame} health @param {number} now @returns {Fact[]} */
export function facts(health, now) {
  const all = Object.values(health.agencies);
  const lapsed = sum(all.map((agency) => agency.lapsed));
  const stuck = sum(all.map((agency) => agency.stuck));
  const late = sum(all.map((agency) => agency.late.length));
  return [
    loopsFact(health.loops),
    {
      key: "stuck",
      tone: stuck ? "warn" : "ok",
      words: stuck
        ? fill(ngettext("%(n)s overdue state", "%(n)s overdue states", stuck), { n: stuck })
        : gettext("Nothing overdue"),
    },
    {
      key: "late",
      tone: late ? "warn" : "ok",
      words: late
        ? fill(ngettext("%(n)s seat does not answer", "%(n)s seats do not answer", late), { n: late })
        : gettext("Every seat answers"),
    },
    {
      key: "lapsed",
      tone: lapsed ? "warn" : "ok",
      words: lapsed
        ? fill(
            ngettext(
              "%(n)s seat lost its connection in the last hour",
              "%(n)s seats lost their connection in the last hour",
              lapsed,
            ),
            { n: lapsed },
          )
        : gettext("No seat lost in the last hour"),
    },
    relayFact(health.relay_percent),
    canaryFact(health, now),
  ];
}

/** @param {number[]} values */
function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

/** @param {Record<string, number>} loops @returns {Fact} */
function loopsFact(loops) {
  const late = Object.entries(loops).filter(([, ms]) => ms > TICK_LIMIT_MS);
  if (late.length) {
    const names = late.map(([name]) => name).join(", ");
    return { key: "loops", tone: "warn", words: fill(gettext("Stands still: %(names)s"), { names }) };
  }
  const ago = ((loops.sweeper ?? 0) / 1000).toFixed(1);
  return { key: "loops", tone: "ok", words: fill(gettext("Lost calls looked for %(s)s s ago"), { s: ago }) };
}

/** @param {number | null} percent @returns {Fact} */
function relayFact(percent) {
  if (percent === null) {
    return { key: "relay", tone: "warn", words: gettext("Live media: no answer") };
  }
  return {
    key: "relay",
    tone: percent >= BUSY_PERCENT ? "warn" : "ok",
    words: fill(gettext("Live media: %(load)s busy"), { load: `${percent}%` }),
  };
}

/** @param {HealthFrame} health @param {number} now @returns {Fact} */
function canaryFact({ canary_at, canary_ok }, now) {
  if (!canary_at) {
    return { key: "canary", tone: "muted", words: gettext("Test alarm: never run") };
  }
  const age = secondsSince(canary_at, now);
  const ago = sinceThen(age);
  const words = canary_ok
    ? fill(gettext("Test alarm answered %(ago)s"), { ago })
    : fill(gettext("Test alarm NOT answered %(ago)s"), { ago });
  return { key: "canary", tone: canary_ok && age < CANARY_SECONDS ? "ok" : "warn", words };
}

/** @param {number} age  in seconds */
function sinceThen(age) {
  if (age < 60) return gettext("just now");
  if (age < 3600) return fill(gettext("%(n)s min ago"), { n: Math.floor(age / 60) });
  return fill(gettext("%(n)s h ago"), { n: Math.floor(age / 3600) });
}
