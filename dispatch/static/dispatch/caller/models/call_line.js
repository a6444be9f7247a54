// The line of one call: by which addresses, and by what right, this window has it.

import { TwoDoors } from "../../lib/two_doors.js";

/** @typedef {import("../../lib/wire.js").LineHooks} LineHooks */

export const SOCKET_URL = `${location.origin.replace(/^http/, "ws")}/ws/caller`;

/**
 * @param {import("../../lib/tap.js").Tapped} call
 * @param {import("../../lib/early_socket.js").EarlySocket} early
 * @param {() => number | null} epoch  of the place that this window believes it holds
 * @param {Pick<LineHooks, "onWelcome" | "onEntry" | "onFrame" | "onLine">} hooks
 * @returns {TwoDoors} not started
 */
export function lineOf(call, early, epoch, hooks) {
  const capability = call.capability ?? "";
  return new TwoDoors({
    socketUrl: SOCKET_URL,
    early,
    base: `/api/v1/calls/${call.call}`,
    stream: call.stream,
    right: () => ({ epoch: epoch(), capability }),
    hello: () => {
      const held = epoch();
      return {
        call: call.call, ...(capability && { capability }), ...(held !== null && { epoch: held }),
      };
    },
    ...hooks,
  });
}
