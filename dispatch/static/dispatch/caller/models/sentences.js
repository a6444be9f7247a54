// The sentences the page builds from facts: plain, short, never more than is confirmed.
// Whoever raised a silent alarm may be hiding: there none of them says "call", only what
// helps if it is safe to speak, and first that one may write.

import { fill, gettext } from "../../lib/words.js";

/** @typedef {import("./alarm.js").Alarm} Alarm */
/** @typedef {import("./position_watch.js").Sense} Sense */
/** @typedef {import("./ladder.js").Device} Device */
/** @typedef {{tone: string, words: string}} Said */
/** @typedef {import("./alarm_state.js").Party["role"]} Role */

/**
 * @param {import("./line_truth.js").LineTruth} truth
 * @param {{seat: string, isOffered: boolean, phone: string, isSilent: boolean, others?: Role[],
 *          isNobody?: boolean, isMoving?: boolean}} call
 *   `others`: who else is in the conversation; `isNobody`: no call-taker is on duty;
 *   `isMoving`: the call-taker's live picture comes, by a way of its own
 */
export function truthSentence(
  { is, seconds },
  { seat, isOffered, phone, isSilent, others = [], isNobody = false, isMoving = false },
) {
  switch (is) {
    case "connecting":
      return gettext("Connecting to the police…");
    case "waiting":
      if (isNobody && !isOffered) return gettext("The connection works.");
      return isOffered
        ? gettext("The connection works. A call-taker is being asked.")
        : gettext("The connection works. Waiting for a call-taker.");
    case "connected":
      if (!others.length) return fill(gettext("Connected to %(seat)s"), { seat });
      return fill(gettext("Connected to %(seat)s, with %(others)s"), {
        seat, others: [...new Set(others)].map(roleName).join(gettext(" and ")),
      });
    case "watching":
      return gettext("The connection works. This window only watches.");
    case "closed":
      return fill(
        isSilent
          ? gettext("This page lost the call: reload it. If you can speak safely, call %(phone)s.")
          : gettext("This page lost the call. Call %(phone)s or reload."),
        { phone },
      );
    default:
      // Nobody is told to leave a call-taker who is there: what comes is known, what gets
      // there is not.
      if (isMoving && !isSilent) {
        return fill(
          gettext("Weak connection for %(seconds)s s: your words may arrive late. You still see the call-taker. If the picture stops, call %(phone)s."),
          { seconds, phone },
        );
      }
      return fill(
        isSilent
          ? gettext("No connection for %(seconds)s s. Keep writing. If you can speak safely, call %(phone)s.")
          : gettext("No connection for %(seconds)s s. Trying again. Call %(phone)s, or keep writing."),
        { seconds, phone },
      );
  }
}

/**
 * @param {import("./alarm.js").Place | null} place @param {string} phone
 * @param {boolean} isKnown  whether the server said so lately
 * @param {boolean} isSilent
 * @returns {{main: string, more: string, isNobody: boolean}}
 */
export function placeSentence(place, phone, isKnown, isSilent) {
  if (!place) return { main: "", more: "", isNobody: false };
  if (place.seats_open === 0) {
    const main = isSilent
      ? gettext("Nobody can answer here now. If you can speak safely, call %(phone)s.")
      : gettext("Nobody can answer here now. Call %(phone)s.");
    // Not everybody can speak or hear: words are taken in any case.
    const more = gettext("Your alarm stays in line. You can write.");
    return { main: fill(main, { phone }), more, isNobody: true };
  }
  const main = place.place <= 1
    ? gettext("You are next")
    : fill(gettext("Place in line: %(place)s"), { place: place.place });
  const more = isKnown ? waitSentence(place) : gettext("when last heard");
  return { main, more, isNobody: false };
}

/** @param {import("./alarm.js").Place} line */
function waitSentence({ place, wait_seconds: seconds }) {
  // Of whoever stands further back it would not be true.
  if (seconds === null) return place <= 1 ? gettext("The first who is free answers.") : "";
  if (seconds < 60) return gettext("less than 1 min");
  const minutes = Math.round(seconds / 60);
  return fill(gettext("about %(minutes)s min"), { minutes });
}

/**
 * @param {Sense} sense @param {import("./alarm_state.js").Position | null} position
 *   as the server has it: the tick stands on its word, not on the phone's
 * @returns {{tone: string, words: string}}
 */
export function positionSentence(sense, position) {
  if (position) {
    // Outside every area these police are not those of the place: words must tell more.
    if (!position.area) {
      const words = gettext("Position received, outside our area. Write where you are.");
      return { tone: "warn", words };
    }
    const metres = Math.max(1, Math.round(position.accuracy_mm / 1000));
    const words = position.accuracy_mm > 0
      ? fill(gettext("Position ±%(metres)s m, received"), { metres })
      : gettext("Position received"); // no receiver knows its place to 0 m
    return { tone: sense === "refused" ? "muted" : "ok", words };
  }
  // However it came to be: whoever gives no position can still say where.
  const none = { tone: "warn", words: gettext("No position. Write where you are.") };
  return /** @type {Record<Sense, {tone: string, words: string}>} */ ({
    on: { tone: "muted", words: gettext("Position found, sending…") },
    asking: { tone: "muted", words: gettext("Looking for your position…") },
    off: { tone: "muted", words: gettext("Position not asked yet") },
    refused: none,
    none,
  })[sense];
}

/**
 * @param {Device} device
 * @param {{isSeen: boolean, isLive: boolean, isStopped: boolean}} proof
 *   `isSeen`: the call-taker's screen showed a still; `isLive`: live video reaches the
 *   server in a conversation; `isStopped`: the call-taker lets it through no more
 * @returns {Said}
 */
export function cameraSentence({ state, trouble, isInterrupted }, { isSeen, isLive, isStopped }) {
  if (state === "on" && isInterrupted) return interrupted();
  if (state === "on" && isStopped) {
    return { tone: "warn", words: gettext("The call-taker has stopped your picture") };
  }
  if (state === "on" && isLive) {
    return { tone: "live", words: gettext("Live picture") };
  }
  if (state === "on" && isSeen) {
    return { tone: "live", words: gettext("Still pictures seen") };
  }
  const troubled = troubleSentence(trouble, {
    busy: gettext("Another app uses the camera. Close that app."),
    insecure: gettext("Opened without https: no camera, no microphone."),
  });
  if (troubled) return troubled;
  return /** @type {Record<Sense, {tone: string, words: string}>} */ ({
    on: { tone: "ok", words: gettext("Camera on") },
    asking: { tone: "muted", words: gettext("Opening the camera…") },
    off: { tone: "muted", words: gettext("Camera off") },
    refused: { tone: "warn", words: gettext("Camera not allowed") },
    none: { tone: "warn", words: gettext("No camera here. Write what you see.") },
  })[state];
}

/**
 * @param {Device} device
 * @param {{isLive: boolean, isStopped: boolean, isSilent: boolean}} proof
 *   `isSilent`: whoever hides must not wonder whether this phone will make a sound
 * @returns {Said | null}
 */
export function microphoneSentence(
  { state, trouble, isInterrupted }, { isLive, isStopped, isSilent },
) {
  if (state === "on" && isInterrupted) return interrupted();
  if (state === "on" && isStopped) {
    return { tone: "warn", words: gettext("The call-taker has stopped your sound") };
  }
  if (state === "on" && isLive) {
    const words = isSilent
      ? gettext("Police hear; phone silent")
      : gettext("Live sound");
    return { tone: "live", words };
  }
  if (trouble === "insecure") return null; // the camera's line says it of both
  const none = gettext("No microphone here. Write.");
  const troubled = troubleSentence(trouble, {
    busy: gettext("Another app uses the microphone. Close that app."),
    insecure: none,
  });
  if (troubled) return troubled;
  return /** @type {Record<Sense, Said>} */ ({
    // Whoever hides must not have to wonder whether the phone will sound.
    on: {
      tone: "ok",
      words: isSilent ? gettext("Microphone on; phone silent") : gettext("Microphone on"),
    },
    asking: { tone: "muted", words: gettext("Opening the microphone…") },
    off: { tone: "muted", words: gettext("Microphone off") },
    refused: { tone: "warn", words: gettext("Microphone not allowed") },
    none: { tone: "warn", words: none },
  })[state];
}

/** @returns {Said} */
function interrupted() {
  return { tone: "warn", words: gettext("Interrupted by a call or another app") };
}

/**
 * @param {string} trouble @param {{busy: string, insecure: string}} words  of this device
 * @returns {Said | null}
 */
function troubleSentence(trouble, { busy, insecure }) {
  switch (trouble) {
    case "busy":
      return { tone: "warn", words: busy };
    case "no_answer":
      return { tone: "warn", words: gettext("Not answered yet. Tap Allow on your phone.") };
    case "insecure":
      return { tone: "warn", words: insecure };
    default:
      return null;
  }
}

/**
 * "Kept by the police" is said only once the server has some of it, and while it is heard.
 * @param {import("./evidence.js").Recording} recording
 * @param {{isLasting: boolean, isCut: boolean}} facts
 *   `isLasting`: it outlives the page; `isCut`: nothing is heard of the server
 * @returns {Said | null} null: nothing is recorded, and nothing need be said
 */
export function recordingSentence(recording, { isLasting, isCut }) {
  switch (recording === "kept" && isCut ? "held" : recording) {
    case "starting":
      return { tone: "muted", words: gettext("Recording, not sent yet") };
    case "kept":
      return { tone: "ok", words: gettext("Recording, kept by the police") };
    case "held":
      return isLasting
        ? { tone: "muted", words: gettext("Recording, kept on this phone, sent later") }
        : { tone: "warn", words: gettext("Recording, only in this page: keep it open") };
    case "full":
      return { tone: "warn", words: gettext("Recording, but there is no room to store it now") };
    case "failed":
      return { tone: "warn", words: gettext("This phone cannot record") };
    default:
      return null;
  }
}

/**
 * What changed in how much reaches the police, said once and calmly.
 * @param {import("./ladder.js").Rung} rung @param {"fall" | "rise"} step
 */
export function rungSentence(rung, step) {
  switch (rung) {
    case "video":
      return gettext("Live video reaches the police now.");
    case "stills":
      return step === "fall"
        ? gettext("Live video does not get through now. Still pictures do, and video comes back by itself.")
        : gettext("The police see still pictures. Live video is not possible now; it comes by itself.");
    case "voice":
      return step === "fall"
        ? gettext("No picture reaches the police now. They hear you.")
        : gettext("The police hear you now.");
    default:
      return gettext("Only text reaches the police now. Write what happens.");
  }
}

/** @param {import("./questions.js").Question} question */
export function questionSentence(question) {
  switch (question) {
    case "position":
      return gettext("Your phone now asks for your position. Allow it, so that the police find you.");
    case "camera":
      return gettext("Your phone now asks for the camera. Allow it, so that the police see. It is recorded.");
    default:
      return gettext("Your phone now asks for the microphone. Allow it, so that the police hear. It is recorded.");
  }
}

/** @param {Role} role */
function roleName(role) {
  switch (role) {
    case "interpreter":
      return gettext("an interpreter");
    case "supervisor":
      return gettext("a supervisor");
    case "unit":
      return gettext("officers on the road");
    default:
      return gettext("a second call-taker");
  }
}

/**
 * @param {string} news  of the alarm, or "resumed", or "back"
 * @param {string} [seat]  who answers now
 */
export function newsSentence(news, seat = "") {
  switch (news) {
    case "returned":
      return gettext("The call-taker was cut off. You keep your place in line.");
    case "sent_on":
      return gettext("Your call goes to another police office. You keep your place in line.");
    case "passed":
      return fill(gettext("%(seat)s goes on with you now, and sees what you wrote."), { seat });
    case "relieved":
      return gettext("Another call-taker goes on with you now, and sees what you wrote.");
    case "rescued":
      return fill(gettext("The call-taker was cut off. %(seat)s goes on with you now."), { seat });
    case "interpreter":
      return gettext("An interpreter is with you now.");
    case "second":
      return gettext("A second call-taker is with you now.");
    case "supervisor":
      return gettext("A supervisor is with you now.");
    case "unit":
      return gettext("Officers on the road are with you now.");
    case "resumed":
      return gettext("The connection is back. Same call.");
    default:
      return gettext("Your alarm goes on. Back again leaves this page.");
  }
}

/** @param {number} ms  since the tap */
export function tapSentence(ms) {
  if (ms < 2000) return gettext("You tapped just now.");
  return fill(gettext("You tapped %(age)s."), { age: ageWords(ms) });
}

/** @param {number} ms @returns {string} how long ago */
function ageWords(ms) {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 90) return fill(gettext("%(seconds)s s ago"), { seconds });
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return fill(gettext("%(minutes)s min ago"), { minutes });
  return fill(gettext("%(hours)s h ago"), { hours: Math.round(minutes / 60) });
}

/** @param {string} at  UTC text with microseconds @returns {string} hours and minutes here */
export function clockTime(at) {
  const date = new Date(at.replace(/(\.\d{3})\d*/, "$1"));
  if (Number.isNaN(date.valueOf())) return "";
  return date.toLocaleTimeString(document.documentElement.lang, {
    hour: "2-digit", minute: "2-digit", hour12: false,
  });
}
