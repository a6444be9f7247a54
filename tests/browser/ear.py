"""An ear at the phone's outputs: how loud it was at most, and what else was felt.

Every way in which a page can sound is tapped, whatever the page thinks of it: the
remote tracks themselves, played or not; what unmuted elements play; what reaches an
AudioContext's output. The ear looks at windows that overlap, so nothing is missed.
"""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import BrowserContext, Page

SILENCE, AUDIBLE = -70.0, -40.0  # dBFS

LISTEN = """(() => {
  const SPAN = 32768, BLOCK = 2048, LOOK_MS = 200;  // samples; 0.68 s at 48 kHz
  const NativeContext = window.AudioContext;
  const connect = AudioNode.prototype.connect;
  const play = HTMLMediaElement.prototype.play;
  const ours = new WeakSet(), played = new Set(), taps = new Map();
  const samples = new Float32Array(SPAN);
  let context = null;
  const ear = (window.ear = {
    levels: {}, felt: [], remoteTracks: 0, seconds: 0,
    reset() { this.levels = {}; this.seconds = 0; began = context?.currentTime ?? 0; },
  });
  let began = 0;

  const note = (where, analyser) => {
    analyser.getFloatTimeDomainData(samples);
    let loudest = 0;
    for (let at = 0; at < SPAN; at += BLOCK) {
      let power = 0;
      for (let n = at; n < at + BLOCK; n += 1) power += samples[n] * samples[n];
      loudest = Math.max(loudest, power / BLOCK);
    }
    const level = Math.max(10 * Math.log10(loudest), -200);
    ear.levels[where] = Math.max(ear.levels[where] ?? -200, level);
  };
  const tap = (track) => {
    if (taps.has(track)) return taps.get(track);
    context ??= new NativeContext();
    const stream = new MediaStream([track]);
    // Without an element a remote track may stand still.
    const pump = document.createElement("audio");
    ours.add(pump);
    pump.muted = true;
    pump.srcObject = stream;
    play.call(pump).catch(() => {});
    const analyser = new AnalyserNode(context, { fftSize: SPAN });
    connect.call(context.createMediaStreamSource(stream), analyser);
    taps.set(track, analyser);
    return analyser;
  };

  const remote = [];
  window.RTCPeerConnection = new Proxy(window.RTCPeerConnection, {
    construct(target, args) {
      const connection = new target(...args);
      connection.addEventListener("track", ({ track }) => {
        if (track.kind !== "audio") return;
        ear.remoteTracks += 1;
        remote.push(track);
      });
      return connection;
    },
  });
  HTMLMediaElement.prototype.play = function () {
    if (!ours.has(this)) played.add(this);  // also one that stands in no document
    return play.call(this);
  };
  window.Audio = new Proxy(window.Audio, {
    construct(target, args) {
      const one = new target(...args);
      played.add(one);
      return one;
    },
  });
  const outputs = new Map();
  AudioNode.prototype.connect = function (to, ...more) {
    const isHeard = !(to.context instanceof OfflineAudioContext);
    if (to instanceof AudioDestinationNode && isHeard) {
      const known = outputs.get(to);
      const analyser = known ?? new AnalyserNode(to.context, { fftSize: SPAN });
      outputs.set(to, analyser);
      connect.call(this, analyser);
    }
    return connect.call(this, to, ...more);
  };

  const sounding = (element) => !element.muted && element.volume > 0 && !element.paused;
  setInterval(() => {
    if (context?.state === "suspended") context.resume();
    for (const track of remote) note("remote tracks", tap(track));
    for (const one of document.querySelectorAll("video, audio")) played.add(one);
    for (const element of played) {
      if (ours.has(element) || !sounding(element)) continue;
      const tracks = element.srcObject?.getAudioTracks() ?? [];
      for (const track of tracks) note("elements", tap(track));
      const file = !element.srcObject && element.currentSrc;
      if (file) ear.felt.push(`plays ${file}`);
    }
    for (const analyser of outputs.values()) note("audio contexts", analyser);
    ear.seconds = (context?.currentTime ?? 0) - began;
  }, LOOK_MS);

  if (window.Notification) window.Notification = new Proxy(window.Notification, {
    construct(target, args) {
      ear.felt.push("Notification");
      return new target(...args);
    },
  });
  ServiceWorkerRegistration.prototype.showNotification = async () => {
    ear.felt.push("showNotification");
  };
  Navigator.prototype.vibrate = () => { ear.felt.push("vibrate"); return true; };
  SpeechSynthesis.prototype.speak = () => { ear.felt.push("speak"); };
})();"""


@dataclass(frozen=True)
class Heard:
    """What an ear heard since it was put there, or forgot."""

    levels: dict[str, float]  # output → the loudest 43 ms in dBFS
    felt: list[str]  # vibration, notification, speech, files played
    remote_tracks: int
    seconds: float  # listened

    @property
    def loudest(self) -> float:
        """The loudest of all outputs."""
        return max(self.levels.values(), default=-200.0)


def put_ear(context: BrowserContext) -> None:
    """Listen at every page that this phone opens from now on."""
    context.add_init_script(LISTEN)


def heard(page: Page) -> Heard:
    """Return what was heard so far."""
    ear: dict[str, Any] = page.evaluate(
        "({ levels: ear.levels, felt: ear.felt, remote_tracks: ear.remoteTracks,"
        " seconds: ear.seconds })"
    )
    return Heard(**ear)


def forget(page: Page) -> None:
    """Begin anew."""
    page.evaluate("ear.reset()")
