// The lines of the conversation: what arrived, then what is still on its way. Pure.

import { fill, gettext } from "../../lib/words.js";
import { clockTime } from "./sentences.js";

/** @typedef {import("./attachments.js").Attachment} Attachment */
/**
 * @typedef {object} Line
 * @property {string} key
 * @property {string} side
 * @property {string} text
 * @property {string} note
 * @property {"" | "received" | "sending" | "refused"} tone
 * @property {string} [picture]  address of the local picture
 * @property {string} [cancel]  the clip that may be taken back
 */
/**
 * @typedef {object} Spoken
 * @property {import("./alarm_state.js").AlarmState | null} state
 * @property {import("./own_words.js").OwnWords} words
 */

/** @param {Spoken} alarm @param {Attachment[]} attachments @returns {Line[]} */
export function linesOf({ state, words }, attachments) {
  const messages = state?.messages ?? [];
  const said = messages.map((message) => saidLine(message, attachments));
  const told = new Set(messages.map(({ clip }) => clip));
  const unsent = words.unsent.filter(({ clip }) => !clip);
  return [
    ...said,
    ...unsent.map((one) => unsentLine(one, words.isRefused(one.id))),
    ...attachments.filter(({ clip }) => !told.has(clip)).map(attachmentLine),
  ];
}

/** @param {import("./alarm_state.js").Message} message @param {Attachment[]} attachments @returns {Line} */
function saidLine({ seq, side, text, at, clip }, attachments) {
  const attachment = clip ? attachments.find((one) => one.clip === clip) : null;
  return {
    key: `seq-${seq}`,
    side,
    text: text || attachment?.name || gettext("Photo or file"),
    note: clockTime(at),
    tone: side === "caller" ? "received" : "",
    picture: attachment?.url,
  };
}

/** @param {import("./outbox.js").Unsent} words @param {boolean} isRefused @returns {Line} */
function unsentLine({ id, text }, isRefused) {
  return {
    key: id,
    side: "caller",
    text,
    note: isRefused ? gettext("Not sent") : gettext("Sending…"),
    tone: isRefused ? "refused" : "sending",
  };
}

/** @param {Attachment} attachment @returns {Line} */
function attachmentLine({ clip, name, url, fate, sent, total }) {
  // A chunk is a MiB.
  const sending = fill(gettext("Sending… %(sent)s of %(total)s MB"), { sent, total });
  const isOnItsWay = fate === "reading" || fate === "sending";
  const notes = {
    reading: sending,
    sending,
    kept: gettext("Kept by the police"),
    cancelled: gettext("Cancelled"),
    failed: gettext("Not sent"),
  };
  return {
    key: clip,
    side: "caller",
    text: name || gettext("Photo or file"),
    note: notes[fate],
    tone: fate === "kept" ? "received" : isOnItsWay ? "sending" : "refused",
    picture: url,
    cancel: isOnItsWay ? clip : undefined,
  };
}
