// Where the phone is: asks once, then follows, and says so only when it matters.

/** @typedef {"on" | "off" | "refused" | "none" | "asking"} Sense  as on the wire */
/** @typedef {{lat_e7: number, lon_e7: number, accuracy_mm: number, age_ms: number}} Place */

// Older: ask the device again, and tell the next fix whatever it is.
const FRESH_MS = 60_000;
// Older still: it says little, and would send the alarm to where the phone once was.
const OLDEST_MS = 30 * 60_000;
const REPORT_AGAIN_MS = 15_000;
const REPORT_GAP_MS = 2000;
const MOST_ACCURACY_MM = 1e9;
const METRES_PER_DEGREE = 111_320;

export class PositionWatch {
  /** @type {Sense} */ state = "off";
  /** Called with a place worth telling. @type {(place: Place) => void} */ onPlace = () => {};
  /** @type {() => void} */ onState = () => {};

  /** @type {number | null} */ #watch = null;
  /** @type {GeolocationPosition | null} */ #latest = null;
  /** @type {{fix: GeolocationPosition, at: number} | null} */ #told = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #due = undefined;

  static get isPossible() {
    return "geolocation" in navigator && isSecureContext;
  }

  /** Begin; may show the browser's question. Settles once it is answered. */
  start() {
    if (!PositionWatch.isPossible) {
      this.#become("none");
      return Promise.resolve();
    }
    this.#become("asking");
    return this.#follow();
  }

  /** Follow the device from now on. Settles with its first answer. */
  #follow() {
    this.stop();
    return new Promise((/** @type {(value?: unknown) => void} */ settle) => {
      this.#watch = navigator.geolocation.watchPosition(
        (fix) => {
          this.#take(fix);
          settle();
        },
        (error) => void this.#failed(error).then(settle),
        { enableHighAccuracy: true, maximumAge: 10_000, timeout: 20_000 },
      );
    });
  }

  /**
   * Unavailable or slow is not refused: the watch goes on looking. A browser that closes
   * says "denied", too: the police would read that the caller took the place away.
   * @param {GeolocationPositionError} error
   */
  async #failed(error) {
    const watch = this.#watch;
    const isDenied = error.code === error.PERMISSION_DENIED;
    const isRefused = isDenied && !(this.#latest && (await isAllowed()));
    if (watch !== this.#watch) return; // asked anew meanwhile
    this.#become(isRefused ? "refused" : this.#latest ? "on" : "none");
    if (isRefused) this.stop();
  }

  stop() {
    if (this.#watch !== null) navigator.geolocation.clearWatch(this.#watch);
    this.#watch = null;
    clearTimeout(this.#due);
    this.#due = undefined;
  }

  /**
   * A phone that stands still is told nothing new for minutes, so its last fix is told
   * with its age rather than nothing.
   * @returns {Place | null} the last fix, unless it says little by now
   */
  last() {
    const place = this.#latest && toPlace(this.#latest);
    return place && place.age_ms < OLDEST_MS ? place : null;
  }

  /** Tell the place again, whatever was told before: the alarm is new. */
  tellAgain() {
    this.#told = null;
    if (!this.#latest) return;
    this.#tell(this.#latest);
    if (this.#watch !== null && isOld(this.#latest)) this.#follow();
  }

  /** @param {GeolocationPosition} fix */
  #take(fix) {
    // The mobile network's own guess, far coarser and all around the good place that waits
    // to be told, would take it away untold.
    const waits = this.#due !== undefined && this.#latest && this.#isWorthTelling(this.#latest);
    if (!waits || !isBlurOf(fix, this.#latest)) this.#latest = fix;
    this.#become("on");
    this.#tellIfWorth();
  }

  /**
   * A fix that comes too soon after another is looked at again, not forgotten: who has run
   * round the corner and stands still there gets no other.
   */
  #tellIfWorth() {
    if (!this.#latest) return;
    const before = this.#told && !isOld(this.#told.fix) ? this.#told.at : 0;
    const waitMs = before + REPORT_GAP_MS - Date.now();
    // More than the gap: the phone's clock was set back meanwhile.
    if (waitMs <= 0 || waitMs > REPORT_GAP_MS) {
      if (this.#isWorthTelling(this.#latest)) this.#tell(this.#latest);
      return;
    }
    this.#due ??= setTimeout(() => {
      this.#due = undefined;
      this.#tellIfWorth();
    }, waitMs);
  }

  /** @param {GeolocationPosition} fix */
  #tell(fix) {
    this.#told = { fix, at: Date.now() };
    this.onPlace(toPlace(fix));
  }

  /** @param {GeolocationPosition} fix */
  #isWorthTelling(fix) {
    if (!this.#told || isOld(this.#told.fix)) return true;
    const passedMs = Date.now() - this.#told.at;
    const before = this.#told.fix.coords;
    const isBetter = fix.coords.accuracy < before.accuracy * 0.7;
    const hasMoved = metresBetween(before, fix.coords) > Math.max(10, fix.coords.accuracy / 2);
    return isBetter || hasMoved || passedMs > REPORT_AGAIN_MS;
  }

  /** @param {Sense} state */
  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.onState();
  }
}

/**
 * @param {GeolocationPosition} fix @param {GeolocationPosition | null} before
 * @returns {boolean} whether it says the same place, only much less well
 */
function isBlurOf(fix, before) {
  if (!before || fix.coords.accuracy * 0.7 <= before.coords.accuracy) return false;
  return metresBetween(before.coords, fix.coords) <= fix.coords.accuracy;
}

/** @param {GeolocationPosition} fix */
function isOld(fix) {
  return toPlace(fix).age_ms >= FRESH_MS;
}

/** @param {GeolocationPosition} fix @returns {Place} */
export function toPlace({ coords, timestamp }) {
  return {
    lat_e7: Math.round(coords.latitude * 1e7),
    lon_e7: Math.round(coords.longitude * 1e7),
    accuracy_mm: Math.min(MOST_ACCURACY_MM, Math.max(0, Math.round(coords.accuracy * 1000))),
    age_ms: Math.min(2 ** 31 - 1, Math.max(0, Math.round(Date.now() - timestamp))),
  };
}

/**
 * Near enough for "has it moved": flat, good to a percent over a few kilometres.
 * @param {{latitude: number, longitude: number}} a
 * @param {{latitude: number, longitude: number}} b
 */
export function metresBetween(a, b) {
  const north = (b.latitude - a.latitude) * METRES_PER_DEGREE;
  const squeeze = Math.cos((a.latitude * Math.PI) / 180);
  const east = (b.longitude - a.longitude) * METRES_PER_DEGREE * squeeze;
  return Math.hypot(north, east);
}

/** Whether the browser still gives the place, as far as it can tell. */
async function isAllowed() {
  try {
    return (await navigator.permissions.query({ name: "geolocation" })).state === "granted";
  } catch {
    return false; // it cannot tell: its word stands
  }
}
