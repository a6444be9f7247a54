// How bright the screen is: dark (a night shift's), light, or as the device says. Chosen
// once a browser; theme.js puts it in force before the page is painted.

import { Region } from "./region.js";

const STORED_AT = "alarm110.theme";
const DARK = "dark";

export class ScreenTheme extends Region {
  begin() {
    this.#select.value = document.documentElement.dataset.theme ?? DARK;
    this.#select.addEventListener("change", () => this.#choose(this.#select.value));
  }

  /** @param {string} theme */
  #choose(theme) {
    document.documentElement.dataset.theme = theme;
    localStorage.setItem(STORED_AT, theme);
  }

  get #select() {
    return /** @type {HTMLSelectElement} */ (this.find("theme"));
  }
}
