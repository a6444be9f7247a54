// A console's region without a browser: parts that only keep what was written into them.

class Part extends EventTarget {
  #text = "";
  hidden = false;
  title = "";
  dataset = {};
  children = [];
  attributes = {};
  classList = { add() {}, toggle() {}, contains: () => false };

  get textContent() {
    return this.#text + this.children.map(({ textContent }) => textContent).join("");
  }

  set textContent(text) {
    this.children = [];
    this.#text = text;
  }

  get lastElementChild() {
    return this.children.at(-1) ?? null;
  }

  append(...parts) {
    this.children.push(...parts);
  }

  prepend(...parts) {
    this.children.unshift(...parts);
  }

  before() {}

  toggleAttribute() {}

  removeAttribute() {}

  remove() {}

  replaceChildren(...parts) {
    this.#text = "";
    this.children = parts;
  }

  setAttribute(name, value) {
    this.attributes[name] = value;
    if (name === "data-tone") this.dataset.tone = value;
  }
}

globalThis.HTMLElement = class extends Part {};
globalThis.document = {
  documentElement: { lang: "en" },
  createElement: () => makePart(),
  createElementNS: () => makePart(),
};

export function makePart() {
  return new Part();
}

/**
 * @param {new () => any} Kind  a region's class @param {object} room  desk, media, …
 * @returns {any} the region, begun; `part(name)` is what it wrote into
 */
export function regionOf(Kind, room) {
  const region = new Kind();
  const parts = new Map();
  region.part = (name) => {
    if (!parts.has(name)) parts.set(name, makePart());
    return parts.get(name);
  };
  region.querySelector = (selector) => region.part(selector.match(/data-part="(.+)"/)[1]);
  region.querySelectorAll = () => [];
  region.closest = () => null;
  region.enter(room);
  return region;
}
