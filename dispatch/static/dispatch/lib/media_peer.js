// One leg: one RTCPeerConnection with the server's media peer, and its signals. It is
// never mended. When it breaks, MediaLeg closes it and makes the next one: the server's
// side cannot restart ICE, and a fresh connection is as quick.

import { ageMs, mark } from "./age.js";
import { newId } from "./wire.js";

/** @typedef {import("./wire.js").Frame} Frame */
/** @typedef {"audio" | "video"} Kind */
/** @typedef {Record<Kind, MediaStreamTrack | null>} Tracks */
/**
 * Lines are what a leg can carry at once, and cannot be added to it later.
 * @typedef {object} Shape
 * @property {number} audio  lines of sound: whom this side can hear at the same time
 * @property {number} video
 * @property {boolean} sendsVideo
 */

/** @type {Shape} phone and host: the other side, and four voices more */
export const SIDE = { audio: 5, video: 1, sendsVideo: true };
/** @type {Shape} whoever was let in: both pictures, and everybody's voice */
export const PARTY = { audio: 5, video: 2, sendsVideo: false };

const MAX_CANDIDATES = 64; // the server takes no more of one leg
const REPEAT_MS = 2000; // an offer without an answer: its socket may have died with it
const MAX_VIDEO_BITRATE = 1_000_000; // bits a second; every viewer gets what we send

export class MediaPeer {
  leg = newId();

  // No candidate pool: it hangs one in twenty. One transport for all lines from the start.
  #connection = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  /** The first of each kind: it sends, and brings the other side. */
  /** @type {Record<Kind, RTCRtpTransceiver>} */ #lines;
  /** Those that only receive. @type {RTCRtpTransceiver[]} */ #more = [];
  #send;
  /** @type {Frame[]} */ #unsent = [];
  #candidates = 0;
  #isOffered = false;
  #isAnswered = false;
  #isClosed = false;
  /** @type {import("./age.js").Mark} */ #since = mark();
  /** @type {import("./age.js").Mark} */ #offeredAt = mark();
  /** @type {import("./age.js").Mark | null} */ #shakyAt = null;

  /**
   * @param {Tracks} tracks
   * @param {{shape?: Shape, send: (frame: Frame) => boolean, onChange: () => void}} options
   */
  constructor(tracks, { shape = SIDE, send, onChange }) {
    this.#send = send;
    const connection = this.#connection;
    this.#lines = {
      audio: connection.addTransceiver(tracks.audio ?? "audio", { direction: "sendrecv" }),
      video: shape.sendsVideo
        ? connection.addTransceiver(tracks.video ?? "video", {
            direction: "sendrecv",
            sendEncodings: [{ maxBitrate: MAX_VIDEO_BITRATE }],
          })
        : connection.addTransceiver("video", { direction: "recvonly" }),
    };
    for (const kind of /** @type {const} */ (["video", "audio"])) {
      for (let line = 1; line < shape[kind]; line += 1)
        this.#more.push(connection.addTransceiver(kind, { direction: "recvonly" }));
    }
    for (const line of this.#all) prefer(line);
    connection.onicecandidate = ({ candidate }) => this.#trickle(candidate);
    connection.onconnectionstatechange = onChange;
    connection.oniceconnectionstatechange = () => {
      const isShaky = connection.iceConnectionState === "disconnected";
      this.#shakyAt = isShaky ? this.#shakyAt ?? mark() : null;
      onChange();
    };
  }

  /** Milliseconds since it began to try; time without a socket does not count. */
  get ageMs() {
    return this.#unsent.length && !this.#isOffered ? 0 : ageMs(this.#since);
  }

  get isUp() {
    return this.#connection.connectionState === "connected";
  }

  /** Whether it broke: closed by the server, no path left. */
  get isBroken() {
    const { connectionState, iceConnectionState } = this.#connection;
    return connectionState === "failed" || connectionState === "closed" ||
      iceConnectionState === "failed";
  }

  /** Milliseconds since the path is doubtful. */
  get shakyMs() {
    return this.#shakyAt ? ageMs(this.#shakyAt) : 0;
  }

  /** @returns {RTCRtpTransceiver[]} */
  get #all() {
    return [this.#lines.audio, this.#lines.video, ...this.#more];
  }

  /** @returns {string | null} of the first picture */
  get videoMid() {
    return this.#lines.video.mid;
  }

  /** @param {string} mid @returns {MediaStreamTrack | null} what a line brings */
  trackOf(mid) {
    return this.#all.find((line) => line.mid === mid)?.receiver.track ?? null;
  }

  /** The other side's tracks; muted while nothing comes. */
  get remoteTracks() {
    return [this.#lines.audio.receiver.track, this.#lines.video.receiver.track];
  }

  /** Make the offer; the answer comes as a frame. */
  async offer() {
    await this.#connection.setLocalDescription();
    if (!this.#isClosed) this.#describe();
  }

  /** @param {string} sdp */
  async answer(sdp) {
    if (this.#isClosed || this.#connection.signalingState !== "have-local-offer") return;
    this.#isAnswered = true;
    await this.#connection.setRemoteDescription({ type: "answer", sdp });
  }

  /** @param {Kind} kind @param {MediaStreamTrack | null} track */
  async setTrack(kind, track) {
    const line = this.#lines[kind];
    if (line.direction !== "recvonly") await line.sender.replaceTrack(track);
  }

  /** Send what waits for the socket, and an unanswered offer again. */
  flush() {
    if (this.#isOffered && !this.#isAnswered && ageMs(this.#offeredAt) > REPEAT_MS) {
      this.#unsent.length = 0; // it holds all candidates found so far
      this.#describe();
    }
    while (this.#unsent.length && this.#send(this.#unsent[0])) {
      if (this.#unsent.shift()?.description) this.#left();
    }
  }

  /** @returns {Promise<RTCStatsReport>} */
  getStats() {
    return this.#connection.getStats();
  }

  /** @param {boolean} [isBye]  the server is told, because no other leg follows */
  close(isBye = false) {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (isBye && this.#isOffered) this.#send({ type: "signal", leg: this.leg, bye: true });
    this.#unsent.length = 0;
    this.#connection.onicecandidate = null;
    this.#connection.onconnectionstatechange = null;
    this.#connection.oniceconnectionstatechange = null;
    this.#connection.close();
  }

  #left() {
    this.#offeredAt = mark();
    if (this.#isOffered) return;
    this.#isOffered = true;
    this.#since = mark();
  }

  #describe() {
    const sdp = this.#connection.localDescription?.sdp ?? "";
    // Before its candidates, whenever they were found.
    this.#unsent.unshift({
      type: "signal",
      leg: this.leg,
      description: { type: "offer", sdp },
    });
    this.#offeredAt = mark();
    this.flush();
  }

  /** @param {RTCIceCandidate | null} found */
  #trickle(found) {
    // The server speaks UDP alone.
    if (!found?.candidate || / tcp /i.test(found.candidate)) return;
    this.#candidates += 1;
    if (this.#candidates > MAX_CANDIDATES) return;
    const candidate = {
      candidate: found.candidate,
      sdp_mid: found.sdpMid,
      sdp_m_line_index: found.sdpMLineIndex,
    };
    this.#unsent.push({ type: "signal", leg: this.leg, candidate });
    if (this.#isOffered) this.flush();
  }
}

const WANTED = { audio: /^audio\/opus$/i, video: /^video\/(vp8|rtx)$/i };

/**
 * The server passes Opus and VP8 on as they are; without other codecs six lines are shorter
 * than two with all of them.
 * @param {RTCRtpTransceiver} line
 */
function prefer(line) {
  const kind = /** @type {Kind} */ (line.receiver.track.kind);
  const codecs = RTCRtpReceiver.getCapabilities?.(kind)?.codecs ?? [];
  const wanted = codecs.filter(({ mimeType }) => WANTED[kind].test(mimeType));
  const hasIt = wanted.some(({ mimeType }) => /(vp8|opus)$/i.test(mimeType));
  if (hasIt) line.setCodecPreferences?.(wanted);
}
