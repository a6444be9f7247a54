// Finding what the template wrote, loudly: a missing part is a mistake of ours, not of a
// phone, and must show in the first test.

// A press on what stood there before must not press what has just taken its place.
export const SETTLE_MS = 400;

/**
 * @template {Element} T
 * @param {ParentNode} root @param {string} selector @param {new () => T} kind
 * @returns {T}
 */
export function find(root, selector, kind) {
  const found = root.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`${selector} is missing`);
  return found;
}

/** @param {ParentNode} root @param {string} name @returns {HTMLElement} */
export function part(root, name) {
  return find(root, `[data-part="${name}"]`, HTMLElement);
}

/**
 * Write only what changed: screen readers and selections survive.
 * @param {HTMLElement} element @param {string} text
 */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
