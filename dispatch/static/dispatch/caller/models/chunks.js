// Cuts recordings and files into chunks a door takes, and takes their digests.

/** Bytes; MAX_CHUNK_BYTES of reports/states.py. */
export const MOST_CHUNK_BYTES = 1024 * 1024;

/** @param {Blob} blob @returns {Blob[]} in order, each small enough; none of an empty one */
export function slices(blob) {
  const parts = [];
  for (let at = 0; at < blob.size; at += MOST_CHUNK_BYTES) {
    parts.push(blob.slice(at, at + MOST_CHUNK_BYTES));
  }
  return parts;
}

/** @param {ArrayBuffer} bytes @returns {Promise<string>} SHA-256 in base64, as RFC 9530 has it */
export async function digestOf(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return btoa(String.fromCharCode(...hash));
}
