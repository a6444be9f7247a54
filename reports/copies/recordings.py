"""The packets of a recording's segments, one after another, in one file that seeks.

What a browser records has no length and no index, and each segment starts at nought: a
player shows no end and cannot jump. Nothing is decoded or encoded anew; a copy takes
milliseconds, and its pictures are the ones that the phone sent.
"""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import av
from av.container import InputContainer
from av.error import FFmpegError

from reports.copies import sniff
from reports.copies.jobs import (
    NOT_A_RECORDING,
    UNKNOWN_TYPE,
    Part,
    Refused,
    Result,
    note_of,
)
from reports.copies.joined import Joined
from reports.copies.tracks import Track, tracks_of

# No address and no other file, whatever a recording says it consists of.
OPENING = {"protocol_whitelist": "file"}
# The first that may hold all codecs is taken; browsers play them in this order.
CONTAINERS: dict[str, set[str]] = {
    "webm": {"vp8", "vp9", "av1", "opus", "vorbis"},
    "mp4": {"h264", "hevc", "aac", "opus"},
    "matroska": {"vp8", "vp9", "h264", "aac", "opus", "pcm_f32le", "pcm_s16le"},
}
MIMES = {"webm": "webm", "mp4": "mp4", "matroska": "x-matroska"}


def copy(folder: Path, parts: Sequence[Part], target: Path) -> Result:
    """Write the joined copy of the segments that fit together.

    Raises:
        Refused: none of them holds a picture or a sound that we know.
    """
    looks = {part.number: _look(folder / part.file) for part in parts}
    chosen = _chosen(list(looks.values()))
    if not chosen:
        raise Refused(NOT_A_RECORDING)
    container = _container_of(chosen)
    fitting = [part for part in parts if _fits(looks[part.number], chosen)]
    cut_short: list[int] = []
    empty: list[int] = []
    places: list[tuple[int, int, int]] = []
    with contextlib.ExitStack() as held, Joined(target, container) as joined:
        for kind, track in chosen.items():
            part = next(p for p in fitting if looks[p.number].get(kind) == track)
            template = held.enter_context(_opened(folder / part.file))
            joined.add(kind, getattr(template.streams, kind)[0])
        for part in fitting:
            before, began_ms = joined.packets, joined.end_ms
            if not _append(joined, folder / part.file):
                cut_short.append(part.number)
            if joined.packets == before:
                empty.append(part.number)
            else:
                places.append((part.number, began_ms, joined.end_ms))
    if not joined.packets:
        raise Refused(NOT_A_RECORDING)
    used = {part.number for part in fitting} - set(empty)
    return Result(
        mime=f"{'video' if 'video' in chosen else 'audio'}/{MIMES[container]}",
        duration_ms=_duration_ms(target),
        note=note_of(
            left_out=[part.number for part in parts if part.number not in used],
            cut_short=[number for number in cut_short if number in used],
            holes=[p.number for p in parts if p.number in used and not p.is_whole],
        ),
        parts=places,
    )


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[InputContainer]:
    """Open a recording with the reader that its first bytes name, and with no other."""
    demuxer = sniff.demuxer_of(sniff.head_of(path))
    if demuxer is None:
        raise Refused(NOT_A_RECORDING)
    with av.open(
        str(path), format=demuxer, options=OPENING, metadata_errors="replace"
    ) as container:
        yield container


def _look(path: Path) -> dict[str, Track]:
    """Return a segment's first picture and sound track; none, if it cannot be read."""
    try:
        with _opened(path) as container:
            return tracks_of(container, path.stat().st_size)
    except (Refused, FFmpegError):
        return {}


def _chosen(looks: Sequence[dict[str, Track]]) -> dict[str, Track]:
    """Return, of picture and sound, the sort that most of the recording is made of."""
    chosen: dict[str, Track] = {}
    for kind in ("video", "audio"):
        weights: dict[Track, int] = {}
        for look in looks:
            if kind in look:
                track = look[kind]
                weights[track] = weights.get(track, 0) + track.weight
        if weights:
            chosen[kind] = max(weights, key=lambda track: weights[track])
    return chosen


def _fits(look: dict[str, Track], chosen: dict[str, Track]) -> bool:
    """Return whether a segment can follow the others in one file."""
    return bool(look) and all(chosen[kind] == track for kind, track in look.items())


def _container_of(chosen: dict[str, Track]) -> str:
    codecs = {track.codec for track in chosen.values()}
    for name, known in CONTAINERS.items():
        if codecs <= known:
            return name
    raise Refused(UNKNOWN_TYPE)


def _append(joined: Joined, path: Path) -> bool:
    """Append a segment as far as it can be read; False if its end was not reached."""
    with _opened(path) as container:
        return joined.append(container)


def _duration_ms(path: Path) -> int:
    """Return how long the copy says it is; a copy that cannot be opened is none."""
    try:
        with _opened(path) as container:
            return max(0, (container.duration or 0) // 1000)
    except FFmpegError as error:
        raise Refused(NOT_A_RECORDING) from error
