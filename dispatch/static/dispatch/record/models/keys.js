// Which key does what on a record's page, and when it is the record's at all. Pure.

const ACTS = {
  " ": "play", k: "play", j: "back", l: "forward",
  ArrowLeft: "step-back", ArrowRight: "step-on", ArrowUp: "entry-before", ArrowDown: "entry-after",
};

/**
 * @typedef {object} Pressed
 * @property {string} key
 * @property {boolean} isModified  with Ctrl, Alt or Meta, or inside a composition
 * @property {"record" | "page" | "other"} focus  in the record; nowhere; on something else
 * @property {boolean} isOwn  what has the focus uses space and arrows itself
 */

/**
 * A fresh page has its focus nowhere, and its keys go as well; unless somebody whose
 * speech or tremor presses keys switched that off. There, ↑ and ↓ go on scrolling.
 * @param {Pressed} pressed @param {boolean} areOn  on the whole page
 * @returns {string | null} what it does here
 */
export function actOf({ key, isModified, focus, isOwn }, areOn) {
  if (isModified || focus === "other") return null;
  if (isOwn && (key === " " || key.startsWith("Arrow"))) return null;
  const name = key.length === 1 ? key.toLowerCase() : key;
  const act = ACTS[/** @type {keyof typeof ACTS} */ (name)] ?? null;
  if (focus === "page" && (!areOn || act?.startsWith("entry"))) return null;
  return act;
}
