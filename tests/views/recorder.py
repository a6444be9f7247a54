"""Real recordings, made with PyAV as a browser does: live, no length, no index."""

from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from typing import Any

import av
import numpy as np

CHUNK_BYTES = 2_000  # so that even a second's recording has some


@dataclass(frozen=True)
class Recorder:
    """One phone's way to record; ``segment`` is one run of its recorder."""

    container: str = "webm"
    video: str | None = "libvpx"
    audio: str | None = "libopus"
    width: int = 160
    height: int = 120
    rate: int = 15  # pictures a second
    sound_rate: int = 48_000

    def segment(self, seconds: float = 1.0, *, hue: int = 0) -> bytes:
        """Record so long, into fragments or live, as a browser does."""
        file = BytesIO()
        options = (
            {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
            if self.container in ("mp4", "mov")
            else {"live": "1", "cluster_time_limit": "200"}
        )
        with av.open(file, "w", format=self.container, options=options) as output:
            picture = self._picture_track(output)
            sound = self._sound_track(output)
            packets: list[Any] = []
            for n in range(int(seconds * self.rate)) if picture else ():
                packets += picture.encode(self._picture(n, hue))
            packets += picture.encode() if picture else []
            for n in range(int(seconds * 50)) if sound else ():
                packets += sound.encode(self._sound(n))
            packets += sound.encode() if sound else []
            for packet in sorted(packets, key=lambda p: p.dts * p.time_base):
                output.mux(packet)
        return file.getvalue()

    def _picture_track(self, output: Any) -> Any:
        if not self.video:
            return None
        options = {"preset": "12" if "av1" in self.video else "ultrafast"}
        if "vpx" in self.video:
            options = {"deadline": "realtime"}
        track = output.add_stream(self.video, rate=self.rate, options=options)
        track.width, track.height, track.pix_fmt = self.width, self.height, "yuv420p"
        track.codec_context.gop_size = self.rate // 2
        track.codec_context.max_b_frames = 0
        track.codec_context.time_base = Fraction(1, self.rate)
        return track

    def _sound_track(self, output: Any) -> Any:
        if not self.audio:
            return None
        return output.add_stream(self.audio, rate=self.sound_rate, layout="mono")

    def _picture(self, n: int, hue: int) -> Any:
        shades = np.zeros((self.height, self.width, 3), dtype=np.uint8)
        shades[:, :, 0] = (np.arange(self.width) + n * 5) % 256
        shades[:, :, 1] = hue
        shades[n % self.height, :, 2] = 255
        frame = av.VideoFrame.from_ndarray(shades, format="rgb24")
        frame = frame.reformat(format="yuv420p")
        frame.pts, frame.time_base = n, Fraction(1, self.rate)
        return frame

    def _sound(self, n: int) -> Any:
        samples = self.sound_rate // 50
        tone = np.sin(np.arange(samples) / 20 + n) * 8000
        frame = av.AudioFrame.from_ndarray(
            tone.astype(np.int16)[np.newaxis, :], format="s16", layout="mono"
        )
        frame.sample_rate, frame.pts = self.sound_rate, n * samples
        frame.time_base = Fraction(1, self.sound_rate)
        resampled = av.AudioResampler(
            "fltp" if self.audio == "aac" else "s16", "mono", self.sound_rate
        ).resample(frame)
        return resampled[0]
