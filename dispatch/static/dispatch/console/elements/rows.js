// Rows made from a template, kept by key: a row that stays is changed in place, so focus
// and what somebody is about to press do not jump when something arrives.

const SVG = "http://www.w3.org/2000/svg";

/** @param {string} name @returns {SVGElement} */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

/**
 * Word + icon + colour, never colour alone. Writes only what differs.
 * @param {HTMLElement} target @param {string} tone @param {string} iconName @param {string} words
 */
export function writeMark(target, tone, iconName, words) {
  const stamp = `${tone}|${iconName}|${words}`;
  if (target.dataset.stamp === stamp) return;
  target.dataset.stamp = stamp;
  target.dataset.tone = tone;
  target.classList.add("mark");
  const label = document.createElement("span");
  label.textContent = words;
  target.replaceChildren(icon(iconName), label);
}

/** @param {string} tone @param {string} iconName @param {string} words @returns {HTMLElement} */
export function makeMark(tone, iconName, words) {
  const mark = document.createElement("span");
  writeMark(mark, tone, iconName, words);
  return mark;
}

/**
 * Make `list` show `items`, one row each, in this order.
 * @template Item
 * @param {HTMLElement} list @param {HTMLTemplateElement} template @param {Item[]} items
 * @param {(item: Item) => string} keyOf
 * @param {(row: HTMLElement, item: Item) => void} fillRow  called for new and known rows
 */
export function showRows(list, template, items, keyOf, fillRow) {
  const known = new Map(rowsOf(list).map((row) => [row.dataset.key, row]));
  const keys = new Set(items.map(keyOf));
  for (const [key, row] of known) if (!keys.has(key ?? "")) row.remove();
  items.forEach((item, index) => {
    const row = known.get(keyOf(item)) ?? newRow(template, keyOf(item));
    fillRow(row, item);
    if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null);
  });
}

/** @param {HTMLElement} list @returns {HTMLElement[]} */
export function rowsOf(list) {
  return /** @type {HTMLElement[]} */ ([...list.children]);
}

/** @param {HTMLElement} row @param {string} name @returns {HTMLElement} */
export function slot(row, name) {
  const found = row.querySelector(`[data-slot="${name}"]`);
  if (!found) throw new Error(`a row has no slot ${name}`);
  return /** @type {HTMLElement} */ (found);
}

/** @param {HTMLElement} row @param {string} name @param {string} words */
export function writeSlot(row, name, words) {
  const found = slot(row, name);
  if (found.textContent !== words) found.textContent = words;
}

/** @param {HTMLTemplateElement} template @param {string} key @returns {HTMLElement} */
function newRow(template, key) {
  const row = template.content.firstElementChild?.cloneNode(true);
  if (!(row instanceof HTMLElement)) throw new Error("a row template is empty");
  row.dataset.key = key;
  return row;
}
