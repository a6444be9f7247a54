// What a page tells once, a file's digest: parts of this page fetch it anew, and show that.

/** @param {Document} page  as it was fetched @returns {HTMLElement[]} */
export function toldIn(page) {
  return /** @type {HTMLElement[]} */ ([...page.querySelectorAll(".record-message")]);
}

/**
 * Show what was told. Two fetches at one moment carry one cookie, and are told the same:
 * that stands there once.
 * @param {HTMLElement[]} lines
 */
export function tell(lines) {
  const place = document.querySelector(".record-told");
  for (const line of lines) {
    const same = [...(place?.children ?? [])].filter((one) => one.textContent === line.textContent);
    for (const one of same) one.remove();
    place?.append(line);
  }
}
