"""Copies of recordings: one file with a length that seeks, nothing encoded anew."""

import hashlib
from dataclasses import replace
from functools import cache

import pytest

from tests.views.conversions import convert, refusal
from tests.views.recorder import Recorder

WEBM = Recorder()
MP4 = Recorder("mp4", "libx264", "aac")
RECORDERS = {
    "chromium": (WEBM, "video/webm"),
    "chromium vp9": (Recorder(video="libvpx-vp9"), "video/webm"),
    "chromium h264": (Recorder("matroska", "libx264"), "video/mp4"),
    "safari": (MP4, "video/mp4"),
    "chromium av1": (Recorder("webm", "libsvtav1"), "video/webm"),
    "chromium mp4": (Recorder("mp4", "libx264", "libopus"), "video/mp4"),
    "relay": (Recorder("matroska"), "video/webm"),
    "video only": (Recorder(audio=None), "video/webm"),
    "sound only": (Recorder(video=None), "audio/webm"),
    "sound only, safari": (Recorder("mp4", None, "aac"), "audio/mp4"),
}


@cache
def recorded(recorder: Recorder, seconds: float = 2.0, hue: int = 0) -> bytes:
    return recorder.segment(seconds, hue=hue)


@pytest.mark.parametrize("name", RECORDERS)
def test_segments_become_one_file_that_seeks(name):
    recorder, mime = RECORDERS[name]
    first, second = recorded(recorder), recorded(recorder, hue=200)
    made = convert("recording", first, second)

    assert made.copied.mime == mime
    assert made.copied.note == ""
    assert made.copied.sha256 == hashlib.sha256(made.content).hexdigest()
    assert made.copied.bytes == len(made.content)
    assert 3900 <= made.copied.duration_ms <= 4200
    with made.opened() as container:
        assert container.duration == pytest.approx(4_000_000, abs=200_000)
        container.seek(3_000_000)  # microseconds: in the second segment
        packet = next(p for p in container.demux() if p.size)
        assert packet.pts is not None
        assert 2.0 <= packet.pts * packet.time_base <= 3.1
    if recorder.video:
        assert made.packets("video") == 60
    with made.opened() as container:  # it can be played to its end
        frames = sum(1 for _ in container.decode(*container.streams))
    assert frames >= (60 if recorder.video else 100)


def test_the_index_stands_in_front():
    made = convert("recording", recorded(WEBM))
    assert made.content.index(b"\x1c\x53\xbb\x6b") < 1000  # Cues

    made = convert("recording", recorded(MP4))
    assert made.content.index(b"moov") < made.content.index(b"mdat")


def test_nothing_is_encoded_anew():
    source = recorded(WEBM)
    made = convert("recording", source)
    with made.opened() as container:
        packets = [bytes(p) for p in container.demux() if p.size]

    assert len(packets) > 100
    assert all(packet in source for packet in packets)


def test_a_phone_that_is_turned_stays_in_the_copy():
    turned = replace(WEBM, width=120, height=160)
    made = convert("recording", recorded(WEBM), recorded(turned))

    assert made.copied.note == ""
    assert made.packets("video") == 60
    with made.opened() as container:
        sizes = {(f.width, f.height) for f in container.decode(video=0)}
    assert sizes == {(160, 120), (120, 160)}


@pytest.mark.parametrize("recorder", [WEBM, MP4], ids=["webm", "mp4"])
def test_what_cannot_be_joined_is_left_out_and_named(recorder):
    other = MP4 if recorder is WEBM else WEBM
    made = convert(
        "recording", recorded(recorder), recorded(other, 1.0), recorded(recorder)
    )

    assert made.copied.note == "left_out:1"
    assert made.packets("video") == 60


def test_h264_of_another_size_is_left_out():
    larger = replace(MP4, width=320, height=240)
    made = convert("recording", recorded(MP4), recorded(larger, 0.2), recorded(MP4))
    assert made.copied.note == "left_out:1"


def test_a_segment_without_sound_is_joined_all_the_same():
    silent = replace(WEBM, audio=None)
    made = convert("recording", recorded(silent), recorded(WEBM))

    assert made.copied.note == ""
    assert made.packets("video") == 60
    assert 3900 <= made.copied.duration_ms <= 4200


@pytest.mark.parametrize("recorder", [WEBM, MP4], ids=["webm", "mp4"])
@pytest.mark.parametrize("headless", [0, 1, 2])
def test_a_segment_whose_first_chunk_never_came_is_left_out(recorder, headless):
    segments = [recorded(recorder)] * 3
    segments[headless] = segments[headless][1500:]
    made = convert("recording", *segments)

    assert made.copied.note == f"left_out:{headless}"
    assert made.packets("video") == 60


@pytest.mark.parametrize("recorder", [WEBM, MP4], ids=["webm", "mp4"])
@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
def test_a_tail_that_is_missing_costs_the_tail_alone(recorder, kept):
    whole = recorded(recorder)
    made = convert("recording", whole, whole[: int(len(whole) * kept)])

    at_least = {0.3: 31, 0.6: 40, 0.95: 50}[kept]
    assert at_least <= made.packets("video") < 60
    with made.opened() as container:
        assert sum(1 for _ in container.decode(video=0)) >= at_least


def test_an_mp4_that_breaks_off_is_said_to():
    whole = recorded(MP4)
    made = convert("recording", whole, whole[: len(whole) * 6 // 10])
    assert made.copied.note == "cut_short:1"


@pytest.mark.parametrize("recorder", [WEBM, MP4], ids=["webm", "mp4"])
def test_a_hole_is_survived_and_told(recorder):
    whole = recorded(recorder)
    made = convert("recording", whole, whole[:8000] + whole[12000:], whole, holes=(1,))

    assert "holes:1" in made.copied.note
    assert made.packets("video") > 60
    assert made.copied.duration_ms > 4000


def test_only_a_beginning_is_no_recording():
    assert refusal("recording", recorded(WEBM)[:200]) == "not_a_recording"


def test_only_broken_segments_are_none():
    assert refusal("recording", recorded(WEBM)[1500:], b"") == "not_a_recording"


def test_what_the_metadata_says_stays_behind():
    """A place in a video's metadata is the phone's, like one in a photo's EXIF."""
    source = recorded(MP4).replace(b"SoundHandler", b"+37.1+121.04")
    made = convert("recording", source)

    assert b"+37.1+121.04" in source
    assert b"+37.1" not in made.content


def test_many_segments_take_a_moment():
    made = convert("recording", *[recorded(WEBM)] * 40)
    assert 79_000 <= made.copied.duration_ms <= 81_000
    assert made.packets("video") == 1200


def test_a_copy_knows_where_each_of_its_segments_lies():
    """By this the record lays it on the clock: a recorder pauses, a copy does not."""
    made = convert(
        "recording", recorded(WEBM), b"no recording", recorded(WEBM, hue=200)
    )

    (first, begins, ends), (second, goes_on, stops) = made.copied.parts
    assert (first, begins, second) == (0, 0, 2)
    assert ends == goes_on == pytest.approx(2000, abs=100)
    assert stops == pytest.approx(made.copied.duration_ms, abs=100)
