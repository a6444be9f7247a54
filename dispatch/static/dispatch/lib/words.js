// Translation that cannot fail: if the catalogue did not load on a bad line, the page
// speaks English instead of not working.

/** @param {string} text @returns {string} */
export function gettext(text) {
  return globalThis.gettext ? globalThis.gettext(text) : text;
}

/** @param {string} one @param {string} many @param {number} count @returns {string} */
export function ngettext(one, many, count) {
  if (globalThis.ngettext) return globalThis.ngettext(one, many, count);
  return count === 1 ? one : many;
}

/**
 * Put values into a sentence: `fill("%(n)s s", {n: 4})`.
 * @param {string} text @param {Record<string, string | number>} values @returns {string}
 */
export function fill(text, values) {
  return text.replace(/%\((\w+)\)s/g, (_, name) => String(values[name] ?? ""));
}

/**
 * One after another: Chinese sentences end in a full stop that has its own space.
 * @param {string[]} list  whole sentences; "" is left out @returns {string}
 */
export function sentences(list) {
  return list.filter(Boolean).join(isEnglish() ? " " : "");
}

/** @returns {boolean} whether the page is in English: labels come in two languages */
export function isEnglish() {
  return document.documentElement.lang.startsWith("en");
}
