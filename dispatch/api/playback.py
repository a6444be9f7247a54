"""Doors of evidence for the staff: look at a copy, fetch the original, keep a picture.

Who may not look, and what does not exist, get the same answer. What is sent never runs:
its type is ours, not the sender's, and the page it might be is in a sandbox.
"""

from collections.abc import AsyncGenerator, Iterator
from contextlib import suppress
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from accounts.models import User
from dispatch.actions.running import run
from dispatch.api.answers import answer, door
from dispatch.api.names import original_name
from dispatch.api.ranges import Unsatisfiable, asked_span
from dispatch.snapshots.looks import Looker, looker_at
from reports.actions import views
from reports.actions.custody import note_look
from reports.actions.evidence import close_clip, read_chunks, store_file
from reports.actions.evidence.opening import ClipFacts
from reports.actions.running import evidence
from reports.copies.photos import is_jpeg
from reports.errors import Malformed, NoSuchClip, TooLarge
from reports.events import ClipView
from reports.models import EvidenceClip, Incident, ViewCopy
from reports.snapshots import clip_view, view_copy_view
from reports.states import MAX_CHUNK_BYTES, ClipKind, ClipSource, ClipState, ViewState
from reports.storage import evidence_storage

HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
SUFFIXES = {"image/jpeg": "jpg", "video/webm": "webm", "audio/webm": "webm"}
SUFFIXES |= {"video/mp4": "mp4", "audio/mp4": "m4a"}


@door("POST")
async def ask(request: HttpRequest, clip: UUID) -> HttpResponse:
    """Ask for a copy of what is stored so far; the socket tells when it is ready."""
    row, looker = await _admit(request, clip)
    made = await run(views.ask_view, row.uuid, author=looker.author)
    return answer({"view": view_copy_view(made)}, 202)


@door("GET", "HEAD")
async def view(request: HttpRequest, clip: UUID, view: UUID) -> HttpResponseBase:
    """Send a copy, or the part of it that a player asks for."""
    row, looker = await _admit(request, clip)
    copy = await run(_ready_copy, row, view)
    etag = f'"{copy.sha256}"'
    asked = request.headers.get("Range")
    if request.headers.get("If-Range", etag) != etag:
        asked = None  # it has a part of something else
    try:
        span = asked_span(asked, copy.bytes) if request.method == "GET" else None
    except Unsatisfiable:
        response: HttpResponseBase = HttpResponse(
            status=416, content_type="application/octet-stream"
        )
        response["Content-Range"] = f"bytes */{copy.bytes}"
        return _harmless(response)
    first, last = span or (0, copy.bytes - 1)
    if request.method == "HEAD":
        response = HttpResponse()
    else:
        await run(note_look, row, author=looker.author, viewer=looker.name)
        pieces = evidence_storage().pieces(copy.key, first, last)
        response = StreamingHttpResponse(
            _streamed(await _begun(pieces), pieces), status=206 if span else 200
        )
    if span:
        response["Content-Range"] = f"bytes {first}-{last}/{copy.bytes}"
    response["Content-Type"] = copy.mime
    response["Content-Length"] = str(last - first + 1)
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    # The name is ours: a sender's could end in anything.
    name = f"{copy.uuid}.{SUFFIXES.get(copy.mime, 'bin')}"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return _harmless(response)


@door("GET", "HEAD")
async def original(request: HttpRequest, clip: UUID) -> HttpResponseBase:
    """Send the sealed original, chunk after chunk, to be kept and never to be shown."""
    row, looker = await _admit(request, clip)
    if not row.chunk_count:
        raise NoSuchClip
    response: HttpResponseBase
    pieces = (chunk.data for chunk in read_chunks(row))
    begun = await _begun(pieces)
    if request.method == "HEAD":
        pieces.close()
        response = HttpResponse()
    else:
        await run(note_look, row, author=looker.author, viewer=looker.name)
        response = StreamingHttpResponse(_streamed(begun, pieces))
    name = original_name(row, begun)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    if row.state == ClipState.CLOSED:  # an open one may grow meanwhile
        response["Content-Length"] = str(row.bytes)
    response["Content-Type"] = "application/octet-stream"
    return _harmless(response)


@door("PUT")
async def snapshot(request: HttpRequest, incident: UUID, clip: UUID) -> HttpResponse:
    """Keep a picture that the seat took of the caller's video, as evidence."""
    user = await _person(request)
    row = await run(_find_incident, incident)
    looker = await run(looker_at, user, row) if row is not None else None
    if looker is None or looker.call is None:
        raise NoSuchClip
    picture = _body(request)
    if not await evidence.run(is_jpeg, picture):
        raise Malformed
    told = await evidence.run(_keep_snapshot, incident, clip, picture, looker)
    return answer({"clip": told}, 201)


def _keep_snapshot(
    incident: UUID, clip: UUID, picture: bytes, looker: Looker
) -> ClipView:
    facts = ClipFacts.claimed(
        source=ClipSource.SEAT,
        kind=ClipKind.PHOTO,
        side="caller",
        mime="image/jpeg",
        call=looker.call,
    )
    stored = store_file(
        picture, incident=incident, clip=clip, facts=facts, author=looker.author
    )
    return clip_view(
        close_clip(
            stored.clip,
            reason="finished",
            segments={0: stored.chunks},
            author=looker.author,
        )
    )


def _body(request: HttpRequest) -> bytes:
    length = request.headers.get("Content-Length") or "0"
    if not length.isdigit() or int(length) > MAX_CHUNK_BYTES:
        raise TooLarge
    body: bytes = request.read(MAX_CHUNK_BYTES + 1)
    if len(body) > MAX_CHUNK_BYTES:
        raise TooLarge
    return body


# --- Who, and what -------------------------------------------------------------------


async def _person(request: HttpRequest) -> User:
    user = await request.auser()
    if not isinstance(user, User):
        raise NoSuchClip
    return user


async def _admit(request: HttpRequest, clip: UUID) -> tuple[EvidenceClip, Looker]:
    """Return the clip and as what this person looks at it.

    Raises:
        NoSuchClip: there is none, or it is not theirs to see; which of them, they do
            not learn.
    """
    user = await _person(request)
    row = await run(_find_clip, clip)
    looker = await run(looker_at, user, row.incident) if row is not None else None
    if row is None or looker is None:
        raise NoSuchClip
    return row, looker


def _find_clip(clip: UUID) -> EvidenceClip | None:
    rows = EvidenceClip.objects.select_related("incident")
    return rows.filter(uuid=clip).first()


def _find_incident(incident: UUID) -> Incident | None:
    return Incident.objects.filter(uuid=incident).first()


def _ready_copy(clip: EvidenceClip, view: UUID) -> ViewCopy:
    copy = clip.views.filter(uuid=view, state=ViewState.READY).first()
    if copy is None:
        raise NoSuchClip
    return copy


# --- Sending -------------------------------------------------------------------------


def _harmless(response: HttpResponseBase) -> HttpResponseBase:
    for name, value in HARMLESS.items():
        response[name] = value
    return response


async def _begun(pieces: Iterator[bytes]) -> bytes:
    """Read the first piece: what cannot be read is refused before an answer begins."""
    first: bytes = await evidence.run(next, pieces, b"")
    return first


async def _streamed(
    first: bytes, pieces: Iterator[bytes]
) -> AsyncGenerator[bytes, None]:
    """Send piece after piece; who reads slowly holds no thread."""
    try:
        yield first
        while piece := await evidence.run(next, pieces, b""):
            yield piece
    finally:
        # A player that has gone: its last piece may still be on its way from the disk.
        with suppress(ValueError):
            pieces.close()  # type: ignore[attr-defined]
