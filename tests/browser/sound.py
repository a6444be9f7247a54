"""A microphone whose every second says its own number, and how to hear it again.

Each second of the file begins with a beep of 200 ms; each beep is 25 Hz higher than the
one before. Beeps, not a tone: noise suppression takes a tone for a fan. The pitch
survives Opus, echo cancellation and the wire.
"""

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

RATE = 48_000  # samples a second
BEEP_SECONDS, STEP_HERTZ = 0.2, 25
PHONE_HERTZ, DESK_HERTZ = 1000, 2000  # of the first beep; the two never meet
LOUDNESS = 0.5  # of full scale: -9 dBFS
HOP = 480  # samples: 10 ms
QUIET = 0.003  # of full scale: -50 dBFS
MOST_BEEPS = 40  # in a file; so many pitches stand between the phone's and the desk's

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Beep:
    """A beep: when it began (seconds), and which second of its file it belongs to."""

    at: float
    second: int


def write_microphone(path: Path, *, hertz: int, seconds: int) -> Path:
    """Write a microphone file; Chromium plays it over and over."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        for second in range(seconds):
            file.writeframes(_second(hertz + STEP_HERTZ * second).tobytes())
    return path


def _second(hertz: int) -> NDArray[np.int16]:
    at = np.arange(round(RATE * BEEP_SECONDS)) / RATE
    ramp = np.minimum(1, np.minimum(at, at[::-1]) / 0.005)
    samples = np.zeros(RATE)
    samples[: len(at)] = np.sin(2 * np.pi * hertz * at) * ramp * LOUDNESS
    return np.asarray(samples * 32767, np.int16)


# --- In a recording ------------------------------------------------------------------


def beeps_in(samples: Samples, hertz: int) -> list[Beep]:
    """Return the beeps of the file that begins with ``hertz``, in mono at 48 kHz.

    A recording that begins or ends in mid beep rings at the filter's own two edges, for
    as long as a beep: what stands there is none.
    """
    spectrum = np.fft.rfft(samples)
    pitches = np.fft.rfftfreq(len(samples), 1 / RATE)
    top = hertz + STEP_HERTZ * MOST_BEEPS
    spectrum[(pitches < hertz - STEP_HERTZ) | (pitches >= top - STEP_HERTZ)] = 0
    band = np.fft.irfft(spectrum, len(samples))
    hops = band[: len(band) // HOP * HOP].reshape(-1, HOP)
    loud = np.sqrt((hops**2).mean(axis=1)) > QUIET
    edges = np.flatnonzero(np.diff(np.concatenate([[0], loud.astype(np.int8), [0]])))
    heard = [
        Beep(
            float(first * HOP / RATE),
            round((_pitch(band, first, end) - hertz) / STEP_HERTZ),
        )
        for first, end in edges.reshape(-1, 2)
        if 0.6 * BEEP_SECONDS < (end - first) * HOP / RATE < 1.6 * BEEP_SECONDS
    ]
    return [beep for beep in heard if 0 <= beep.second < MOST_BEEPS - 1]


def _pitch(band: NDArray[np.float64], first: int, end: int) -> float:
    """Return the loudest pitch between two hops."""
    spectrum = np.abs(np.fft.rfft(band[first * HOP : end * HOP], RATE))
    return float(spectrum.argmax())  # padded to a second: one bin a hertz


# --- At the seat ---------------------------------------------------------------------

# Hears what an element plays, 20 times a second: the loudest pitch, and how loud.
_HEAR = """(selector) => {
  const element = document.querySelector(selector);
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 8192 });
  analyser.smoothingTimeConstant = 0;
  const bins = new Float32Array(analyser.frequencyBinCount);
  let source = null, heard = null;
  window.tones = [];
  setInterval(() => {
    const track = element.srcObject?.getAudioTracks()[0] ?? null;
    const isPlayed = !element.muted && !element.paused && element.volume > 0;
    if (track !== heard) {
      source?.disconnect();
      source = track && context.createMediaStreamSource(new MediaStream([track]));
      source?.connect(analyser);
      heard = track;
    }
    if (!track || !isPlayed) return;
    analyser.getFloatFrequencyData(bins);
    const top = bins.indexOf(Math.max(...bins));
    if (bins[top] > -50) window.tones.push(top * context.sampleRate / 8192);
  }, 50);
}"""


def hear(page: Page, selector: str) -> None:
    """Write down every tone that an element plays from now on."""
    page.evaluate(_HEAR, selector)


def seconds_heard(page: Page, hertz: int) -> set[int]:
    """Return which seconds of the file that begins with ``hertz`` have been heard."""
    tones: list[float] = page.evaluate("window.tones")
    near = [(round((tone - hertz) / STEP_HERTZ), tone) for tone in tones]
    return {
        second
        for second, tone in near
        if 0 <= second < MOST_BEEPS and abs(hertz + STEP_HERTZ * second - tone) < 10
    }
