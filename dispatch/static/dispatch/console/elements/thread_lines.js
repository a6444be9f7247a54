// The lines of the conversation: words as kept, words still going, and photos, shown by
// their copy as soon as there is one.

import { slot, writeSlot } from "./rows.js";
import { timeOfDay } from "../models/clock.js";
import { kindName, viewAddress, viewWords } from "../models/evidence.js";
import { gettext } from "../../lib/words.js";

/** @typedef {import("../models/evidence_shapes.js").Clip} Clip */
/**
 * @typedef {object} Line
 * @property {string} key
 * @property {string} side
 * @property {string} from  who wrote it
 * @property {string} text
 * @property {string} at
 * @property {string} kept
 * @property {Clip | null} clip
 * @property {boolean} isDanger  the caller pressed "Danger now"
 */

/**
 * @param {import("../models/shapes.js").IncidentSnapshot} incident
 * @param {Map<number, string>} ids  of this window's messages: number → id
 * @param {{items: import("../models/outbox.js").Outgoing[], own: string[]} | null} outbox
 *  what is on its way, and the ids of one's own that arrived, also before a reload
 * @param {(message: import("../models/shapes.js").Message) => boolean} [isDanger]
 * @returns {Line[]} oldest first
 */
export function linesOf({ messages, clips }, ids, outbox, isDanger = () => false) {
  const outgoing = outbox?.items ?? [];
  const own = new Set([
    ...ids.values(), ...outgoing.map(({ id }) => id), ...(outbox?.own ?? []),
  ]);
  const keyOf = (/** @type {typeof messages[number]} */ { client_id: id, seq }) =>
    id ?? ids.get(seq) ?? String(seq);
  const kept = messages.map((message) => ({
    key: keyOf(message),
    side: message.side,
    from: writerName(message.side, own.has(keyOf(message))),
    text: message.text,
    at: timeOfDay(message.at),
    kept: message.side === "seat" ? gettext("✓ kept") : "",
    clip: clips?.[message.clip ?? ""] ?? null,
    isDanger: isDanger(message),
  }));
  const known = new Set(kept.map(({ key }) => key));
  const going = outgoing
    .filter(({ id }) => !known.has(id))
    .map(({ id, text, why }) => ({
      key: id,
      side: why ? "failed" : "going",
      from: gettext("You"),
      text,
      at: "",
      kept: why || gettext("not kept yet"),
      clip: null,
      isDanger: false,
    }));
  return [...kept, ...going];
}

/**
 * A colleague's words are not one's own; nor, in another browser, those written before.
 * @param {string} side @param {boolean} isOwn @returns {string}
 */
function writerName(side, isOwn) {
  if (side === "caller") return gettext("Caller");
  return isOwn ? gettext("You") : gettext("Police");
}

/** @param {HTMLElement} row @param {Line} line */
export function fillLine(row, line) {
  row.dataset.side = line.side;
  row.dataset.danger = String(line.isDanger);
  slot(row, "danger").hidden = !line.isDanger;
  writeSlot(row, "text", line.text);
  slot(row, "text").hidden = !line.text;
  writeSlot(row, "from", line.from);
  writeSlot(row, "at", line.at);
  writeSlot(row, "kept", line.kept);
  slot(row, "again").hidden = line.side !== "failed";
  fillPhoto(row, line.clip);
}

/** @param {HTMLElement} row @param {Clip | null} clip */
function fillPhoto(row, clip) {
  const address = clip?.kind === "photo" ? viewAddress(clip) : "";
  const button = slot(row, "photo");
  const image = /** @type {HTMLImageElement} */ (slot(row, "image"));
  button.hidden = !address;
  button.dataset.clip = clip?.clip ?? "";
  if (address && image.getAttribute("src") !== address) image.src = address;
  writeSlot(row, "clip", clip && !address ? awaitedWords(clip) : "");
}

/** @param {Clip} clip @returns {string} what stands where the photo will be */
function awaitedWords(clip) {
  if (clip.kind === "photo" && (!clip.view || clip.view.state === "making"))
    return gettext("photo, being prepared");
  return [kindName(clip), clip.name, viewWords(clip)].filter(Boolean).join(" · ");
}
