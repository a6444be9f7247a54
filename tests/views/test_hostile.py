"""The hostile corpus: whatever is sent as a photo or a recording, nothing of it runs.

Each file is made here. It must be refused with a code, or copied clean, within the
time a conversion has, and without a process or a file being left behind.
"""

import io
import os
import random
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import pytest

from reports.copies import child
from reports.copies.jobs import NOT_THAT, Job, Part, Refused
from tests.views.conversions import Made, convert, outcome, refusal
from tests.views.pictures import (
    encoded,
    jpeg,
    png_bomb,
    png_that_lies,
    png_with_text_bomb,
)
from tests.views.recorder import Recorder

SECRET = b"root:x:0:0"
SCRIPT = b"<script>alert(document.cookie)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def zip_bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(10):
            archive.writestr(f"{n}", b"\0" * 20_000_000)
    return file.getvalue()


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + kind + content


def element(ident: bytes, content: bytes, *, size: int | None = None) -> bytes:
    claimed = len(content) if size is None else size
    return ident + struct.pack(">Q", claimed | 1 << 56) + content


FTYP = box(b"ftyp", b"isom\0\0\2\0isomiso2")
EBML = element(b"\x1a\x45\xdf\xa3", element(b"\x42\x82", b"webm"))
SEGMENT = b"\x18\x53\x80\x67"
TRACKS = b"\x16\x54\xae\x6b"
WEBM = Recorder().segment()
MP4 = Recorder("mp4", "libx264", "aac").segment()

REFUSED: dict[str, bytes] = {
    "empty": b"",
    "one byte": b"\xff",
    "noughts": b"\0" * 100_000,
    "random": random.Random(110).randbytes(100_000),
    "svg": SVG,
    "svg with a declaration": b'<?xml version="1.0"?><!DOCTYPE svg>' + SVG,
    "xml that unfolds": b'<!DOCTYPE x [<!ENTITY a "' + b"b" * 999 + b'">]><x>&a;</x>',
    "html": b"<!doctype html>" + SCRIPT,
    "playlist": b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
    "playlist of addresses": b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/\n",
    "concat list": b"ffconcat version 1.0\nfile /etc/passwd\n",
    "dash manifest": b'<?xml version="1.0"?><MPD><BaseURL>file:///etc/passwd</BaseURL></MPD>',
    "sdp": b"v=0\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n",
    "subtitles": b"1\n00:00:00,000 --> 00:00:01,000\n" + SCRIPT,
    "zip bomb": zip_bomb(),
    "gif": encoded("GIF"),
    "bmp": encoded("BMP"),
    "tiff": encoded("TIFF"),
    "jpeg 2000": b"\0\0\0\x0cjP  \r\n\x87\n" + b"\0" * 200,
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) (r) file\n",
    "pdf": b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript>>>>endobj",
    "program": b"\x7fELF\2\1\1" + b"\0" * 500,
    "shell script": b"#!/bin/sh\ntouch /tmp/alarm110-was-here\n",
    "pickle": b"\x80\x04\x95" + b"cos\nsystem\n(S'id'\ntR.",
    "fits": b"SIMPLE  =                    T" + b" " * 3000,
    "avi": b"RIFF\x24\0\0\0AVI LIST",
    "ogg": b"OggS\0\2" + b"\0" * 500,
    "flv": b"FLV\1\5\0\0\0\x09" + b"\0" * 500,
    "only an ebml head": EBML,
    "matroska of noughts": EBML + element(SEGMENT, b"\0" * 10_000),
    "huge element": EBML + element(SEGMENT, element(TRACKS, b"x", size=1 << 55)),
    "only ftyp": FTYP,
    "mp4 of noughts": FTYP + box(b"moov", b"\0" * 10_000),
    "box of four gigabytes": FTYP + b"\xff\xff\xff\xffmoov" + b"\0" * 100,
    "nested boxes": FTYP + b"".join(b"\0\0\x10\0moov" for _ in range(3000)),
    "jpeg head alone": b"\xff\xd8\xff\xe0\0\x10JFIF\0",
    "jpeg of words": b"\xff\xd8\xff" + SCRIPT * 100,
    "png head alone": b"\x89PNG\r\n\x1a\n",
    "webp head alone": b"RIFF\x24\0\0\0WEBPVP8 ",
}  # fmt: skip


@pytest.mark.parametrize("kind", ["photo", "recording"])
@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_a_code(kind, name):
    began = time.monotonic()
    assert refusal(kind, REFUSED[name]) == NOT_THAT[kind]
    assert time.monotonic() - began < 5
    assert not Path("/tmp/alarm110-was-here").exists()  # noqa: S108


@pytest.mark.parametrize(
    ("kind", "content"),
    [("photo", WEBM), ("photo", MP4), ("recording", jpeg()), ("recording", SVG)],
    ids=["webm as a photo", "mp4 as a photo", "photo as a video", "svg as a video"],
)
def test_one_sort_is_not_taken_for_another(kind, content):
    assert refusal(kind, content) == NOT_THAT[kind]


@pytest.mark.parametrize(
    ("name", "content"),
    {
        "100 megapixels from a few kilobytes": png_bomb(10_000, 10_000),
        "a small one that says it is huge": png_that_lies(60_000, 60_000),
        "the largest there can be": png_that_lies(2**31 - 1, 2**31 - 1),
    }.items(),
    ids=str,
)
def test_too_many_pixels_are_refused_unseen(name, content):
    assert len(content) < 20_000
    began = time.monotonic()
    assert refusal("photo", content) == "too_many_pixels"
    assert time.monotonic() - began < 3


TAILS = {
    "html": b"<html>" + SCRIPT,
    "zip": zip_bomb()[:50_000],
    "svg": SVG,
    "php": b"<?php system($_GET['c']); ?>",
    "second photo": jpeg(64, 64, place=True),
}


@pytest.mark.parametrize("tail", TAILS)
@pytest.mark.parametrize("head", ["JPEG", "PNG", "WEBP"])
def test_what_hangs_on_behind_a_picture_is_dropped(head, tail):
    whole = jpeg() if head == "JPEG" else encoded(head)
    made = convert("photo", whole + TAILS[tail])

    assert_clean(made)
    assert TAILS[tail] not in made.content
    assert made.content.endswith(b"\xff\xd9")
    assert made.content.count(b"\xff\xd9") == 1


def test_a_script_in_a_comment_is_dropped():
    whole = jpeg()
    comment = b"\xff\xfe" + struct.pack(">H", len(SCRIPT) + 2) + SCRIPT
    assert_clean(convert("photo", whole[:2] + comment + whole[2:]))


def test_a_comment_that_unpacks_to_300_megabytes_does_no_harm():
    made = outcome("photo", png_with_text_bomb())
    if isinstance(made, Made):
        assert_clean(made)
    else:
        assert made in ("not_an_image", "too_large")


@pytest.mark.parametrize("source", [WEBM, MP4], ids=["webm", "mp4"])
def test_what_hangs_on_behind_a_recording_is_dropped(source):
    made = convert("recording", source + SVG + SCRIPT)
    assert_clean(made)
    assert made.packets("video") == 15


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("source", [WEBM, MP4], ids=["webm", "mp4"])
def test_a_recording_with_spoiled_bytes_is_copied_or_refused(source, seed):
    dice, spoiled = random.Random(seed), bytearray(source)
    for _ in range(60):
        spoiled[dice.randrange(len(spoiled))] = dice.randrange(256)
    made = outcome("recording", bytes(spoiled))
    if isinstance(made, str):
        assert made in ("not_a_recording", "unknown_type", "too_large")
    else:
        with made.opened() as container:
            assert container.duration is not None
            assert 0 <= made.copied.duration_ms <= 25 * 60 * 60 * 1000


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("source", ["JPEG", "PNG", "WEBP"])
def test_a_photo_with_spoiled_bytes_is_copied_or_refused(source, seed):
    dice = random.Random(seed)
    spoiled = bytearray(jpeg(place=True) if source == "JPEG" else encoded(source))
    for _ in range(20):
        spoiled[dice.randrange(len(spoiled))] = dice.randrange(256)
    made = outcome("photo", bytes(spoiled))
    if isinstance(made, str):
        assert made in ("not_an_image", "too_many_pixels", "too_large")
    else:
        assert_clean(made)


def assert_clean(made: Made) -> None:
    assert b"<script" not in made.content
    assert b"<svg" not in made.content
    assert SECRET not in made.content


# --- The cage ------------------------------------------------------------------------

PROBE = """
import os, resource, socket, sys
from reports.copies import __main__ as conversion
conversion.confine("photo", 1_000_000)
what = sys.argv[1]
if what == "memory":
    try:
        bytearray(600 * 1024 * 1024)
    except MemoryError:
        sys.exit(7)
elif what == "disk":
    with open(sys.argv[2], "wb") as file:
        for _ in range(100):
            file.write(b"x" * 100_000)
elif what == "processor":
    resource.setrlimit(resource.RLIMIT_CPU, (1, 10))
    while True:
        pass
elif what == "network":
    try:
        socket.create_connection(("127.0.0.1", int(sys.argv[2])), 2)
    except OSError:
        sys.exit(7)
elif what == "limits":
    print(resource.getrlimit(resource.RLIMIT_CORE), set(os.environ) - {'LC_CTYPE'})
"""


def probe(what: str, argument: object = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROBE, what, str(argument)],
        cwd=child.ROOT,
        env={},
        capture_output=True,
        text=True,
        timeout=20,
    )


def test_a_conversion_has_little_memory():
    assert probe("memory").returncode == 7


def test_a_conversion_has_little_disk(tmp_path):
    assert probe("disk", tmp_path / "file").returncode == -25  # SIGXFSZ
    assert (tmp_path / "file").stat().st_size <= 1_000_000


def test_a_conversion_has_little_time():
    assert probe("processor").returncode == -24  # SIGXCPU


def test_a_conversion_leaves_no_core_and_has_no_secret():
    assert probe("limits").stdout == "(0, 0) set()\n"


def test_a_conversion_reaches_nobody():
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        done = probe("network", server.getsockname()[1])
    if done.returncode == 0 and not _may_unshare():
        pytest.skip("this machine grants no network of one's own")
    assert done.returncode == 7, done.stderr


def _may_unshare() -> bool:
    return subprocess.run(["unshare", "-Un", "true"]).returncode == 0


def test_what_takes_too_long_is_killed(monkeypatch, tmp_path):
    """A pipe instead of a file: the conversion waits for bytes that never come."""
    os.mkfifo(tmp_path / "0")
    monkeypatch.setitem(child.PATIENCE_SECONDS, "photo", 1)
    began = time.monotonic()
    with pytest.raises(Refused) as refused:
        child.convert(tmp_path, Job(kind="photo", parts=[Part(number=0, file="0")]))

    assert refused.value.reason == "took_too_long"
    assert time.monotonic() - began < 3


def test_a_conversion_that_dies_is_a_refusal(monkeypatch, tmp_path):
    (tmp_path / "0").write_bytes(jpeg())
    monkeypatch.setattr(child, "ROOT", tempfile.gettempdir())  # no such module there
    with pytest.raises(Refused) as refused:
        child.convert(tmp_path, Job(kind="photo", parts=[Part(number=0, file="0")]))
    assert refused.value.reason == "not_an_image"
