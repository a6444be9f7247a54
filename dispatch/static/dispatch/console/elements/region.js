// One region of the console's screen. The page arrives whole from the server; a region
// only fills its parts when something changed. It holds no truth of its own.

/** @typedef {import("../models/desk.js").Desk} Desk */
/** @typedef {import("../own_camera.js").OwnCamera} OwnCamera */
/** @typedef {import("../ring_tone.js").RingTone} RingTone */
/** @typedef {import("../own_microphone.js").OwnMicrophone} OwnMicrophone */
/** @typedef {import("../seat_media.js").SeatMedia} SeatMedia */
/**
 * @typedef {{desk: Desk, camera: OwnCamera, microphone: OwnMicrophone, media: SeatMedia,
 *            ring: RingTone}} Room  what the regions share
 */

export class Region extends HTMLElement {
  /** @type {Room | null} */ #room = null;

  /** @param {Room} room */
  enter(room) {
    this.#room = room;
    this.begin();
  }

  /** @returns {Desk} */
  get desk() {
    return this.#shared.desk;
  }

  /** @returns {OwnCamera} */
  get camera() {
    return this.#shared.camera;
  }

  /** @returns {OwnMicrophone} */
  get microphone() {
    return this.#shared.microphone;
  }

  /** @returns {SeatMedia} */
  get media() {
    return this.#shared.media;
  }

  /** @returns {RingTone} */
  get ring() {
    return this.#shared.ring;
  }

  // --- What a region may do ----------------------------------------------------------

  /** Once, when the room is known. */
  begin() {}

  /** Something changed: show it. */
  show() {}

  /** Four times a second: ages and countdowns. @param {number} _now  the server's time, ms */
  tick(_now) {}

  /**
   * A button with `data-act`, or a key. A region that is not on the screen is not asked.
   * @param {string} _act @param {HTMLElement | null} _button  null: by key
   * @returns {boolean} whether it was this region's to do
   */
  act(_act, _button) {
    return false;
  }

  // --- Parts -------------------------------------------------------------------------

  /**
   * @template {Element} [Part=HTMLElement]
   * @param {string} name @returns {Part} the element with that `data-part`
   */
  find(name) {
    const part = this.querySelector(`[data-part="${name}"]`);
    if (!part) throw new Error(`<${this.localName}> has no part ${name}`);
    return /** @type {Part} */ (part);
  }

  /**
   * Change words only if they differ: a rewritten live region is read aloud again.
   * @param {string} name @param {string} words
   */
  write(name, words) {
    const part = this.find(name);
    if (part.textContent !== words) part.textContent = words;
  }

  /** @param {string} name @param {boolean} isShown */
  reveal(name, isShown) {
    this.find(name).hidden = !isShown;
  }

  /** Read aloud at once, wherever the eyes are. @param {string} words */
  announce(words) {
    this.dispatchEvent(new CustomEvent("announce", { bubbles: true, detail: words }));
  }

  get #shared() {
    if (!this.#room) throw new Error(`<${this.localName}> is outside a console`);
    return this.#room;
  }
}
