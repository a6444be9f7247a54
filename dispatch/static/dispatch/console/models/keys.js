// Which key does what. Alt + a key by its place on the keyboard (`event.code`), never a
// bare letter, and never while an input method composes: Chinese is typed here.

/**
 * What `match` needs of a KeyboardEvent.
 * @typedef {object} Pressed
 * @property {string} code
 * @property {boolean} altKey
 * @property {boolean} ctrlKey
 * @property {boolean} metaKey
 * @property {boolean} shiftKey
 * @property {boolean} isComposing
 * @property {number} keyCode
 * @property {boolean} repeat
 */
/** @typedef {Record<string, string>} KeyMap  action → code */

/** U is left for units. */
export const DEFAULT_KEYS = Object.freeze({
  accept: "KeyA",
  decline: "KeyX",
  next: "KeyL",
  ready: "KeyR",
  rest: "KeyB",
  retake: "KeyJ",
  write: "KeyC",
  phrases: "KeyH",
  category: "KeyF",
  priority: "Digit5",
  place: "Digit6",
  notes: "KeyN",
  persons: "Digit7",
  outcome: "Digit8",
  camera: "KeyV",
  mute: "KeyM",
  sound: "KeyS",
  stops: "KeyY",
  centre: "Digit0",
  earlier: "Digit9",
  veil: "KeyG",
  snapshot: "KeyP",
  warn: "KeyW",
  evidence: "KeyD",
  transfer: "KeyT",
  invite: "KeyI",
  room: "KeyQ",
  end: "KeyE",
  longer: "KeyZ",
  done: "KeyO",
  ring: "KeyK",
  keys: "Slash",
});

const STORED_AT = "alarm110.keys";
const COMPOSING = 229; // what browsers report as keyCode for a key an input method ate
const ALLOWED = /^(Key[A-Z]|Digit\d|Slash|Comma|Period|Semicolon|Quote|F([2-9]|1[0-2]))$/;

/** @param {Pressed} event @returns {boolean} whether the key belongs to an input method */
export function isComposing(event) {
  return event.isComposing || event.keyCode === COMPOSING;
}

/** @param {Pressed} event @param {KeyMap} keys @returns {string | null} the action meant */
export function match(event, keys) {
  if (isComposing(event) || event.repeat) return null;
  if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return null;
  return Object.keys(keys).find((action) => keys[action] === event.code) ?? null;
}

/**
 * Where the arrows lead in a list from one to `count`; the ends are ends.
 * @param {string} key @param {number} at @param {number} count
 * @returns {number | null} null: the key does not move
 */
export function stepped(key, at, count) {
  const last = count - 1;
  switch (key) {
    case "ArrowDown":
      return Math.min(last, at + 1);
    case "ArrowUp":
      return Math.max(0, at - 1);
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return null;
  }
}

/**
 * An act that came to the console later may find its key in use: it gets the one that was
 * given up for it, or none.
 * @param {Storage} storage @returns {KeyMap} the defaults, with what this person changed
 */
export function loadKeys(storage) {
  /** @type {KeyMap} */ const own = JSON.parse(storage.getItem(STORED_AT) ?? "{}");
  /** @type {KeyMap} */ const keys = { ...DEFAULT_KEYS, ...own };
  for (const [action, code] of Object.entries(DEFAULT_KEYS)) {
    const holder = Object.keys(own).find((other) => own[other] === code);
    if (action in own || !holder) continue;
    const left = DEFAULT_KEYS[/** @type {keyof typeof DEFAULT_KEYS} */ (holder)] ?? "";
    keys[action] = Object.values(own).includes(left) ? "" : left;
  }
  return keys;
}

/**
 * Give `action` the key `code`; who had it gets the old one, so no act is left without.
 * @param {KeyMap} keys @param {string} action @param {string} code
 * @returns {KeyMap | null} null if the key cannot be used
 */
export function remap(keys, action, code) {
  if (!ALLOWED.test(code)) return null;
  const holder = Object.keys(keys).find((other) => keys[other] === code);
  const next = { ...keys, [action]: code };
  if (holder && holder !== action) next[holder] = keys[action] ?? "";
  return next;
}

/** @param {Storage} storage @param {KeyMap} keys */
export function saveKeys(storage, keys) {
  storage.setItem(STORED_AT, JSON.stringify(keys));
}

/** @param {string} code @returns {string} as printed on the key */
export function keyName(code) {
  const signs = { Slash: "/", Comma: ",", Period: ".", Semicolon: ";", Quote: "'" };
  const sign = signs[/** @type {keyof typeof signs} */ (code)];
  return `Alt ${sign ?? code.replace(/^(Key|Digit)/, "")}`;
}
