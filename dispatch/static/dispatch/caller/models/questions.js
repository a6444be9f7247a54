// The browser's questions, asked after the tap, one at a time, position first. A line of
// ours stands on the screen before each, so that nobody meets a bare system prompt.

const READ_MS = 1500;
const UNANSWERED_MS = 15_000;

/** @typedef {"position" | "camera" | "microphone"} Question */
/**
 * @typedef {object} Asked
 * @property {Question} name
 * @property {PermissionName} permission
 * @property {boolean} isPossible  false: the browser cannot, so there will be no question
 * @property {() => boolean} isNeeded
 * @property {() => Promise<unknown>} ask  settles when answered
 */

export class Questions {
  #asked;
  #explain;
  #isRunning = false;
  #isWanted = false;

  /**
   * @param {Asked[]} asked  in order
   * @param {(name: Question | null) => void} explain  show the line for it; null: none
   */
  constructor(asked, explain) {
    this.#asked = asked;
    this.#explain = explain;
  }

  /** Ask what is still needed; while it runs, once more afterwards: for the next alarm. */
  async run() {
    this.#isWanted = true;
    if (this.#isRunning) return;
    this.#isRunning = true;
    while (this.#isWanted) {
      this.#isWanted = false;
      for (const question of this.#asked) {
        if (question.isNeeded()) await this.#one(question);
      }
    }
    this.#isRunning = false;
  }

  /** @param {Asked} question */
  async #one({ name, permission, isPossible, isNeeded, ask }) {
    const state = isPossible ? await permissionState(permission) : "denied";
    if (state === "prompt") {
      this.#explain(name);
      await rest(READ_MS);
    }
    const answered = isNeeded() ? ask() : Promise.resolve();
    // What was allowed long ago asks nobody and holds nothing up: a first fix may take
    // seconds. Nor may an unanswered question hold up the next rung.
    if (state !== "granted") await Promise.race([answered, rest(UNANSWERED_MS)]);
    this.#explain(null);
  }
}

/** @param {PermissionName} name @returns {Promise<PermissionState>} "prompt" if unknown */
export async function permissionState(name) {
  try {
    return (await navigator.permissions.query({ name })).state;
  } catch {
    return "prompt";
  }
}

/**
 * Call back once the person allows in the settings what they had refused.
 * @param {PermissionName} name @param {() => void} onGranted
 */
export async function whenGranted(name, onGranted) {
  try {
    const permission = await navigator.permissions.query({ name });
    permission.onchange = () => permission.state === "granted" && onGranted();
  } catch {
    // This browser does not tell: there is a button.
  }
}

/** @param {number} ms @returns {Promise<void>} */
function rest(ms) {
  return new Promise((done) => setTimeout(done, ms));
}
