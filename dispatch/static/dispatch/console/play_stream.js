// Putting a live stream into a media element. Not before the page has loaded: an element
// that waits for its first frame holds the page's load back, for ever if none comes.

/**
 * @param {HTMLMediaElement} element @param {MediaStream} stream
 * @returns {Promise<void>} rejects if the browser keeps it back
 */
export async function playStream(element, stream) {
  if (document.readyState !== "complete") {
    await new Promise((done) => window.addEventListener("load", done, { once: true }));
  }
  if (element.srcObject !== stream) element.srcObject = stream;
  await element.play();
}
