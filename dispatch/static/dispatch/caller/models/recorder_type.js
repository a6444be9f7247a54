// Which of a browser's recordings we want. Pure: the browser's word comes as a function.

// Software VP8 costs a phone most of a core beside the call; H.264 is made by hardware
// nearly everywhere but on desks. Safari before 18.4 knows only MP4.
const MP4 = ["video/mp4;codecs=avc1.42E01E,mp4a.40.2", "video/mp4"];
const H264 = ["video/webm;codecs=h264,opus"];
const VP8 = ["video/webm;codecs=vp8,opus", "video/webm"];
const SOUND = ["audio/webm;codecs=opus", "audio/webm"];
const MP4_SOUND = ["audio/mp4;codecs=mp4a.40.2", "audio/mp4"];

/**
 * @param {{hasVideo: boolean, isApple: boolean, isPhone: boolean,
 *          isSupported: (mime: string) => boolean}} facts
 * @returns {string} "" if none will do
 */
export function chooseType({ hasVideo, isApple, isPhone, isSupported }) {
  const wanted = hasVideo
    ? isApple ? [...MP4, ...VP8] : isPhone ? [...H264, ...VP8, ...MP4] : [...VP8, ...MP4]
    : isApple ? [...MP4_SOUND, ...SOUND] : [...SOUND, ...MP4_SOUND];
  return wanted.find(isSupported) ?? "";
}

/** @returns {{isApple: boolean, isPhone: boolean}} what this browser runs on, as far as told */
export function hardware() {
  const { vendor = "", userAgent = "" } = navigator;
  return {
    isApple: vendor.startsWith("Apple"),
    isPhone: /Android|Mobile|HarmonyOS/.test(userAgent),
  };
}
