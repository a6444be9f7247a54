// One request, one answer, and never for ever: fetch itself has no time limit.

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {any} body  JSON, or null where the answer had none
 * @property {number} retryAfterMs  what the server asks for, 0 if nothing
 */

/**
 * @param {string} url
 * @param {{body?: unknown, bytes?: ArrayBuffer, method?: string,
 *          headers?: Record<string, string>, timeoutMs?: number,
 *          keepalive?: boolean, signal?: AbortSignal}} [options]
 *   `body` goes as JSON, `bytes` as they are; with either it is a POST unless told
 * @returns {Promise<Answer>} rejects when the server was not reached in time
 */
export async function request(url, options = {}) {
  const { body, bytes, headers = {}, timeoutMs = 8000, keepalive = false, signal } = options;
  const content = body === undefined ? bytes : JSON.stringify(body);
  const type = body === undefined ? "application/octet-stream" : "application/json";
  const giveUp = new AbortController();
  const stop = () => giveUp.abort();
  signal?.addEventListener("abort", stop);
  const timer = setTimeout(stop, timeoutMs);
  try {
    const response = await fetch(url, {
      method: options.method ?? (content === undefined ? "GET" : "POST"),
      headers: content === undefined ? headers : { ...headers, "Content-Type": type },
      body: content,
      credentials: "same-origin",
      cache: "no-store",
      keepalive,
      signal: giveUp.signal,
    });
    return {
      status: response.status,
      body: await readJson(response),
      retryAfterMs: 1000 * Number(response.headers.get("Retry-After") ?? 0) || 0,
    };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop); // it outlives this request
  }
}

/** @param {Response} response @returns {Promise<any>} */
async function readJson(response) {
  const text = await response.text();
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    // A proxy's or captive portal's page: the status says enough.
    return null;
  }
}
