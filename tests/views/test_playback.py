"""What the staff's doors send: whole or in parts, and so that none of it can run."""

import os
from datetime import UTC, datetime
from io import BytesIO

import av
import pytest
from django.core.files.storage import storages
from django.utils.timezone import localtime

from dispatch.api.names import original_name
from reports.actions.evidence import read_chunks
from reports.models import EvidenceClip, Incident
from tests.views.pictures import jpeg
from tests.views.scene import PLACES
from tests.views.stage import webm

MATROSKA = b"\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x23\x42\x82\x88matroska"
MP4 = b"\0\0\0\x18ftypisom"


async def content_of(scene):
    answer = await scene.ask("chen")
    assert answer.status == 200
    return answer.body


@pytest.mark.parametrize("place", PLACES)
async def test_what_is_sent_can_run_nowhere(scene, place):
    for method in ("GET", "HEAD"):
        assert_harmless(await scene.ask("chen", place, method))
    assert_harmless(await scene.ask("chen", range="bytes=0-9"))
    assert_harmless(await scene.ask("chen", range="bytes=999999999-"))


def assert_harmless(answer):
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith(
        "sandbox; default-src 'none'"
    )
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"
    assert "a.html" not in str(answer.headers)  # what the phone called it
    assert "text/html" not in str(answer.headers)


async def test_a_copy_is_whole_and_plays(scene):
    answer = await scene.ask("chen")

    assert answer.headers["content-type"] == "video/webm"
    assert answer.headers["content-length"] == str(scene.view.bytes)
    assert answer.headers["etag"] == f'"{scene.view.sha256}"'
    assert answer.headers["accept-ranges"] == "bytes"
    name = f'inline; filename="{scene.view.uuid}.webm"'
    assert answer.headers["content-disposition"] == name
    with av.open(BytesIO(answer.body)) as container:
        assert len(list(container.decode(video=0))) == 45


async def test_the_original_is_sent_as_it_came(scene):
    answer = await scene.ask("chen", "original")

    def stored():
        return b"".join(chunk.data for chunk in read_chunks(scene.clip))

    assert answer.body == await scene.house.db(stored)
    assert answer.body == webm(2.0) + webm(1.0)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-length"] == str(len(answer.body))
    number = await scene.house.db(lambda: scene.clip.incident.number)
    began = f"{localtime(scene.clip.opened_at):%H%M%S}"
    name = f'attachment; filename="{number}-phone-{began}.webm"'
    assert answer.headers["content-disposition"] == name


@pytest.mark.parametrize(
    ("source", "claimed", "content", "name"),
    [
        ("relay", "2026-11-26T06:15:13.687577Z", MATROSKA, "live-seat-141513.mkv"),
        ("phone", "2026-11-26T06:16:10.412Z", webm(0.2), "phone-141610.webm"),
        ("phone", "2026-11-25T06:16:10Z", MP4, "phone-141614.mp4"),
        ("phone", "8:00", b"<html><script>", "phone-141614.bin"),
        ("seat", "", jpeg(), "seat-141614.jpg"),
        ("phone", "", b"\x89PNG\r\n\x1a\n", "phone-141614.png"),
        ("phone", "", b"RIFF\0\0\0\0WEBP", "phone-141614.webp"),
    ],
)
def test_an_original_is_named_after_its_incident_source_and_begin(
    source, claimed, content, name
):
    """By its bytes: what it calls itself, and was called, could be anything."""
    clip = EvidenceClip(
        incident=Incident(number="370600-20261126-0001"),
        source=source,
        side="seat",
        name="evil.exe",
        mime="text/html",
        claimed_at=claimed,
        opened_at=datetime(2026, 11, 26, 6, 16, 14, tzinfo=UTC),
    )
    assert original_name(clip, content) == f"370600-20261126-0001-{name}"


async def test_a_head_tells_the_same_and_shows_nothing(scene):
    heads = [await scene.ask("chen", place, "HEAD") for place in PLACES]
    assert await scene.looks() == []
    for place, head in zip(PLACES, heads, strict=True):
        whole = await scene.ask("chen", place)
        assert (head.status, head.body) == (200, b"")
        assert int(head.headers["content-length"]) == len(whole.body)
        named = [h.headers["content-disposition"] for h in (head, whole)]
        assert named[0] == named[1]


async def test_a_part_is_sent_by_itself(scene):
    whole = await content_of(scene)
    size = len(whole)
    for asked, first, last in (
        ("bytes=0-99", 0, 99),
        ("bytes=1000-", 1000, size - 1),
        ("bytes=-500", size - 500, size - 1),
    ):
        answer = await scene.ask("chen", range=asked)
        assert answer.status == 206
        assert answer.body == whole[first : last + 1]
        assert answer.headers["content-range"] == f"bytes {first}-{last}/{size}"
        assert answer.headers["content-length"] == str(last - first + 1)


async def test_parts_make_the_whole(scene):
    whole = await content_of(scene)
    parts = [
        (await scene.ask("chen", range=f"bytes={at}-{at + 9_999}")).body
        for at in range(0, len(whole), 10_000)
    ]
    assert b"".join(parts) == whole
    assert await scene.looks() == [("operator", "Chen")]  # a player's one look


async def test_a_part_that_is_not_there_is_refused(scene):
    answer = await scene.ask("chen", range=f"bytes={scene.view.bytes}-")
    assert answer.status == 416
    assert answer.headers["content-range"] == f"bytes */{scene.view.bytes}"
    assert answer.body == b""


async def test_what_is_no_range_is_answered_with_the_whole(scene):
    for asked in ("bytes=0-1,5-6", "words=1-2", "bytes=x"):
        answer = await scene.ask("chen", range=asked)
        assert (answer.status, len(answer.body)) == (200, scene.view.bytes)


async def test_a_part_of_something_else_is_answered_with_the_whole(scene):
    part = {"range": "bytes=0-9"}
    etag = f'"{scene.view.sha256}"'
    same = await scene.ask("chen", **part, **{"if-range": etag})
    other = await scene.ask("chen", **part, **{"if-range": '"another"'})
    dated = {"if-range": "Wed, 25 Nov 2026 10:00:00 GMT"}
    later = await scene.ask("chen", **part, **dated)

    assert (same.status, other.status, later.status) == (206, 200, 200)


async def test_damaged_evidence_is_refused_not_sent(scene):
    def spoil():
        path = storages["evidence"].path(scene.clip.chunks.first().key)
        os.chmod(path, 0o600)
        with open(path, "r+b") as file:
            file.write(b"other")

    await scene.house.db(spoil)
    answer = await scene.ask("chen", "original")
    assert answer.status == 500
    assert b"other" not in answer.body
