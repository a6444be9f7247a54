"""The doors of evidence: a phone brings what it recorded, now or the next day.

Who shows the incident's evidence capability may add to the clips of its phone, and ask
what of them is stored; nothing that was brought can be read or changed here.
"""

import base64
import binascii
import re
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from msgspec import Meta, Struct

from reports.actions.evidence import desk, speaks_for
from reports.actions.evidence.opening import ClipFacts
from reports.api import budgets
from reports.api.answers import answer, door, read_body, refuse_longer
from reports.errors import Malformed, NoSuchClip, TooLarge
from reports.models import EvidenceClip
from reports.snapshots import clip_view
from reports.states import (
    MAX_CHUNK_BYTES,
    MAX_CLIP_CHUNKS,
    MAX_CLOSED_SEGMENTS,
    MAX_INDEX,
    MAX_SEGMENT,
    ClipSource,
)

# Of a structured field (RFC 8941): name=:base64:, several with commas between them.
DIGEST = re.compile(r"([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/]*={0,2}):(?:;[^,]*)?")
CLAIM_CHARACTERS = 1000  # read; what is kept of them is less (opening.py)
Claim = Annotated[str, Meta(max_length=CLAIM_CHARACTERS)]
LOOK_COST = 5  # in requests: it reads the place of every chunk


class OpenClip(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A recorder begins. ``mime``, ``name`` and ``claimed_at`` are kept as claims."""

    kind: Literal["video", "audio", "photo", "file"]
    mime: Claim = ""
    name: Claim = ""
    claimed_at: Claim = ""
    call: UUID | None = None


class SegmentCount(Struct, frozen=True, forbid_unknown_fields=True):
    """How many chunks a segment had."""

    segment: Annotated[int, Meta(ge=0, le=MAX_SEGMENT)]
    chunks: Annotated[int, Meta(ge=0, le=MAX_INDEX + 1)]


class CloseClip(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A recorder has ended; what of it did not come is a gap."""

    segments: Annotated[list[SegmentCount], Meta(max_length=MAX_CLOSED_SEGMENTS)]
    reason: Claim = "finished"


_open = msgspec.json.Decoder(OpenClip)
_close = msgspec.json.Decoder(CloseClip)


@door("PUT", "GET")
async def clip(request: HttpRequest, incident: UUID, clip: UUID) -> HttpResponse:
    """Open a clip, or tell what of it is stored."""
    _admit(request, incident, LOOK_COST if request.method == "GET" else 1)
    if request.method == "GET":
        row, ranges = await desk.look(incident=incident, clip=clip)
        stored = [{"segment": n, "ranges": ranges[n]} for n in sorted(ranges)]
        return answer({**_told(row), "stored": stored})
    body = read_body(request, _open)
    facts = ClipFacts.claimed(
        source=ClipSource.PHONE,
        kind=body.kind,
        mime=body.mime,
        name=body.name,
        claimed_at=body.claimed_at,
        call=body.call,
    )
    opened = await desk.open_clip(incident=incident, clip=clip, facts=facts)
    return answer(_told(opened.clip), 201 if opened.is_new else 200)


@door("PUT")
async def chunk(
    request: HttpRequest, incident: UUID, clip: UUID, segment: int, index: int
) -> HttpResponse:
    """Store a chunk: 200 once it is safe, and each time again."""
    _admit(request, incident)
    if segment > MAX_SEGMENT or index > MAX_INDEX:
        raise Malformed
    sha256 = _digest(request.headers.get("Content-Digest"))
    receipt = await desk.keep_chunk(
        incident=incident,
        clip=clip,
        segment=segment,
        index=index,
        data=_read_chunk(request),
        sha256=sha256,
    )
    return answer(
        {"stored": True, "bytes": receipt.bytes, "chunk_count": receipt.chunk_count}
    )


@door("POST")
async def close(request: HttpRequest, incident: UUID, clip: UUID) -> HttpResponse:
    """Close a clip; again: the same answer."""
    _admit(request, incident)
    body = read_body(request, _close)
    segments = {one.segment: one.chunks for one in body.segments}
    if len(segments) < len(body.segments):
        raise Malformed  # a segment is named twice
    if sum(segments.values()) > MAX_CLIP_CHUNKS:
        raise Malformed  # no clip takes so many
    row = await desk.close_clip(
        incident=incident, clip=clip, reason=body.reason, segments=segments
    )
    return answer(_told(row))


@door("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
async def nowhere(request: HttpRequest) -> HttpResponse:
    """Refuse what is no address of a clip in the words of all others, not as a page."""
    raise NoSuchClip


def _admit(request: HttpRequest, incident: UUID, cost: int = 1) -> None:
    """Let in who speaks for the incident, and not too often."""
    if not speaks_for(incident, request.headers.get("Alarm110-Evidence")):
        raise NoSuchClip
    budgets.spend(incident, cost)


def _digest(field: str | None) -> bytes:
    """Return the SHA-256 that the phone says its bytes have (RFC 9530)."""
    for member in (field or "").split(","):
        match = DIGEST.fullmatch(member.strip())
        if match is None:
            raise Malformed
        if match[1] != "sha-256":
            continue
        try:
            digest = base64.b64decode(match[2], validate=True)
        except binascii.Error as error:
            raise Malformed from error
        if len(digest) != 32:
            raise Malformed
        return digest
    raise Malformed


def _read_chunk(request: HttpRequest) -> bytes:
    """Return the body, from the stream: ``request.body`` has a much lower limit."""
    refuse_longer(request, MAX_CHUNK_BYTES)
    data: bytes = request.read(MAX_CHUNK_BYTES + 1)
    if len(data) > MAX_CHUNK_BYTES:
        raise TooLarge
    if not data:
        raise Malformed
    return data


def _told(row: EvidenceClip) -> dict[str, Any]:
    return {"clip": clip_view(row)}
