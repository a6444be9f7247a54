// Lets the phone keep this page, so that its icon opens at once without a network. The
// worker (shell_worker.js) does the keeping; this only asks for it, when all else is done.

/** @param {string} worker  its address; "": nothing is to be kept */
export function keepPage(worker) {
  if (!worker) return;
  try {
    // Refused cookies, a private window, an old browser: then it is not kept.
    navigator.serviceWorker?.register(worker, { updateViaCache: "none" }).catch(() => {});
  } catch {
    // Even to read the property can be refused.
  }
}
