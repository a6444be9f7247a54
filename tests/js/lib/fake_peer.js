// An RTCPeerConnection without a network: the test is the media server.
export class FakePeerConnection {
  static made = [];

  connectionState = "new";
  iceConnectionState = "new";
  signalingState = "stable";
  localDescription = null;
  isClosed = false;
  lines = [];
  stats = [];

  constructor(options) {
    this.options = options;
    FakePeerConnection.made.push(this);
  }

  addTransceiver(trackOrKind, { direction }) {
    const kind = trackOrKind.kind ?? trackOrKind;
    const line = {
      kind,
      direction,
      mid: String(this.lines.length),
      sender: {
        track: trackOrKind.kind ? trackOrKind : null,
        replaceTrack: async (track) => {
          line.sender.track = track;
        },
      },
      receiver: { track: { kind, of: this } },
      setCodecPreferences: (codecs) => (line.codecs = codecs),
    };
    this.lines.push(line);
    return line;
  }

  async setLocalDescription() {
    this.signalingState = "have-local-offer";
    this.localDescription = { type: "offer", sdp: "v=0 offer" };
  }

  async setRemoteDescription({ type, sdp }) {
    if (sdp === "bad") throw new Error("bad answer");
    this.signalingState = "stable";
    this.remoteDescription = { type, sdp };
  }

  async getStats() {
    return new Map(this.stats.map((entry, index) => [String(index), entry]));
  }

  close() {
    this.isClosed = true;
  }

  finds(candidate) {
    this.onicecandidate?.({ candidate: { candidate, sdpMid: "0", sdpMLineIndex: 0 } });
  }

  turns(state) {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }

  iceTurns(state) {
    this.iceConnectionState = state;
    this.oniceconnectionstatechange?.();
  }

  /** So many bytes and frames in all. */
  counts({ arrived, left = arrived, video = arrived, frames = video }) {
    this.stats = [
      { type: "transport", bytesReceived: arrived, bytesSent: left },
      {
        type: "inbound-rtp", kind: "video", bytesReceived: video, framesDecoded: frames,
      },
      { type: "inbound-rtp", kind: "audio", bytesReceived: 10, audioLevel: 0.25 },
      { type: "outbound-rtp", kind: "video", bytesSent: 700, framesSent: 7 },
      { type: "media-source", kind: "video", frames: 9 },
      { type: "remote-inbound-rtp", kind: "video", fractionLost: 0.125 },
      { type: "candidate-pair", nominated: true, currentRoundTripTime: 0.04 },
    ];
  }
}

export class FakeStream {
  #tracks;

  constructor(tracks = []) {
    this.#tracks = new Set(tracks);
  }

  getTracks() {
    return [...this.#tracks];
  }

  addTrack(track) {
    this.#tracks.add(track);
  }

  removeTrack(track) {
    this.#tracks.delete(track);
  }
}
