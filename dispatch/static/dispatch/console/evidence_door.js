// What the console asks over HTTP: a picture to be kept, a copy to be looked at, the number
// of a caller who was lost.

import { Refused } from "../lib/wire.js";
import { gettext } from "../lib/words.js";

const ANSWER_MS = 15_000;

/**
 * @param {string} incident @param {string} clip  made here; the same again is the same clip
 * @param {Blob} jpeg  at most 1 MiB
 * @returns {Promise<import("./models/evidence_shapes.js").Clip>} rejects with `Refused`
 */
export async function keepSnapshot(incident, clip, jpeg) {
  const path = `/api/v1/console/incidents/${incident}/snapshots/${clip}`;
  const headers = { "Content-Type": "image/jpeg" };
  return (await ask(path, { method: "PUT", headers, body: jpeg })).clip;
}

/**
 * Ask for a copy of what is stored so far; an entry tells when it is ready.
 * @param {string} clip
 * @returns {Promise<import("./models/evidence_shapes.js").ViewCopy>} rejects with `Refused`
 */
export async function askView(clip) {
  return (await ask(`/api/v1/console/clips/${clip}/view`, { method: "POST" })).view;
}

/**
 * The whole number, to call back; that it was looked at is written down.
 * As a telephone takes it, and as people here write it; both "" if there is none.
 * @param {string} call
 * @returns {Promise<{phone: string, written: string}>} rejects with `Refused`
 */
export async function askPhone(call) {
  return ask(`/api/v1/console/calls/${call}/phone`, { method: "POST" });
}

/**
 * @param {string} path @param {RequestInit} options
 * @returns {Promise<any>} the answer's body; rejects with `Refused`
 */
export async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, {
      credentials: "same-origin",
      cache: "no-store",
      ...options,
      signal: AbortSignal.timeout(ANSWER_MS),
    });
  } catch {
    throw new Refused({ code: "away", detail: gettext("The server was not reached.") });
  }
  const body = await response.json().catch(() => null);
  if (response.ok && body) return body;
  const detail = body?.detail ?? gettext("The server could not do this.");
  throw new Refused({ ...body, code: body?.code ?? "refused", detail });
}
