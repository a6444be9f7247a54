// Times as the region's clocks show them, wherever the device believes to be: the desk and
// the record say the same second in the same words.

/** @typedef {{date: string, time: string}} Local  2026-11-12 and 09:41:07 */

/** @type {Map<string, Intl.DateTimeFormat>} */ const formats = new Map();
/** @type {string | undefined} */ let ofPage;
const MINUTE_MS = 60_000; // clocks are set on a full minute
let foreign = { zone: "", minute: -1, name: "" };

/** @returns {string} the zone the page was made for; empty: the device's own */
export function regionZone() {
  ofPage ??= globalThis.document?.querySelector?.("[data-zone]")?.getAttribute("data-zone") ?? "";
  return ofPage;
}

/**
 * @param {string | number} at @param {string} [zone]  IANA name
 * @returns {Local} that moment in the region
 */
export function localTime(at, zone = regionZone()) {
  const format = formats.get(zone) ?? formatIn(zone);
  formats.set(zone, format);
  const parts = Object.fromEntries(
    format.formatToParts(new Date(at)).map(({ type, value }) => [type, value]),
  );
  return {
    date: `${parts.year}-${parts.month}-${parts.day}`,
    time: `${parts.hour}:${parts.minute}:${parts.second}`,
  };
}

/**
 * @param {number} now @param {string} [zone]
 * @returns {string} the zone's name ("GMT+8") if the device's clock shows another time
 */
export function foreignZone(now, zone = regionZone()) {
  if (!zone) return "";
  const minute = Math.floor(now / MINUTE_MS);
  if (foreign.zone === zone && foreign.minute === minute) return foreign.name;
  const [here, there] = [localTime(now, ""), localTime(now, zone)];
  const isSame = isKnown(zone) && here.date === there.date && here.time === there.time;
  foreign = { zone, minute, name: isSame ? "" : offsetName(now, zone) };
  return foreign.name;
}

/** @param {number} now @param {string} zone @returns {string} GMT+8 */
function offsetName(now, zone) {
  try {
    const options = /** @type {const} */ ({ timeZone: zone, timeZoneName: "shortOffset" });
    const parts = new Intl.DateTimeFormat("en-GB", options).formatToParts(now);
    return parts.find(({ type }) => type === "timeZoneName")?.value ?? zone;
  } catch {
    return zone;
  }
}

/** @param {string} zone @returns {boolean} whether this browser can tell its time */
function isKnown(zone) {
  try {
    return Boolean(new Intl.DateTimeFormat("en-GB", { timeZone: zone }));
  } catch {
    return false;
  }
}

/** @param {string} zone @returns {Intl.DateTimeFormat} the device's if it is not known */
function formatIn(zone) {
  const options = /** @type {const} */ ({
    year: "numeric", month: "2-digit", day: "2-digit",
    hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
  });
  try {
    return new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone || undefined });
  } catch {
    return new Intl.DateTimeFormat("en-GB", options); // a browser older than the zone
  }
}
