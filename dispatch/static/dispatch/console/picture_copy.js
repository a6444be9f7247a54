// A copy of what a picture on the screen shows, small enough to be kept in one piece.

const MOST_BYTES = 1024 * 1024; // what the server takes
const QUALITIES = [0.92, 0.8, 0.65, 0.5];

/**
 * @param {HTMLVideoElement | HTMLCanvasElement | HTMLImageElement} picture
 * @returns {Promise<Blob | null>} JPEG; null if there is no picture, or none small enough
 */
export async function copyPicture(picture) {
  const [width, height] = sizeOf(picture);
  if (!width || !height) return null;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  canvas.getContext("2d")?.drawImage(picture, 0, 0, width, height);
  for (const quality of QUALITIES) {
    const blob = await /** @type {Promise<Blob | null>} */ (
      new Promise((done) => canvas.toBlob(done, "image/jpeg", quality))
    );
    if (blob && blob.size <= MOST_BYTES) return blob;
  }
  return null;
}

/**
 * @param {HTMLVideoElement | HTMLCanvasElement | HTMLImageElement} picture
 * @returns {[number, number]} width, height
 */
function sizeOf(picture) {
  if (picture instanceof HTMLVideoElement) return [picture.videoWidth, picture.videoHeight];
  if (picture instanceof HTMLCanvasElement) return [picture.width, picture.height];
  return [picture.naturalWidth, picture.naturalHeight];
}
