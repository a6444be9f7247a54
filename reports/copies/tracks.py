"""What a track is made of: the same in two segments, or they cannot be one file."""

from dataclasses import dataclass, field
from typing import Any

from av.container import InputContainer

# Their pictures say their own size, so a phone may be turned, or its camera changed,
# without a new file.
SELF_SIZED = {"vp8", "vp9", "av1"}


@dataclass(frozen=True)
class Track:
    """A picture or sound track. ``weight`` is how many bytes speak for its sort."""

    codec: str
    shape: tuple[int, ...]
    setup: bytes  # what a decoder must know before the first packet
    weight: int = field(compare=False)


def tracks_of(container: InputContainer, weight: int) -> dict[str, Track]:
    """Return the first picture and the first sound track, by kind; others are ignored.

    Subtitles, attachments and data never come from a recorder and are never copied.
    """
    tracks: dict[str, Track] = {}
    if container.streams.video:
        context = container.streams.video[0].codec_context
        tracks["video"] = _track(context, (context.width, context.height), weight)
    if container.streams.audio:
        sound = container.streams.audio[0].codec_context
        shape = (sound.sample_rate or 0, sound.channels or 0)
        tracks["audio"] = _track(sound, shape, weight)
    return tracks


def _track(context: Any, shape: tuple[int, ...], weight: int) -> Track:
    codec = context.codec.canonical_name if context.codec else ""
    setup = bytes(context.extradata or b"")
    if codec in SELF_SIZED:
        return Track(codec, (), b"", weight)
    return Track(codec, shape, setup, weight)
