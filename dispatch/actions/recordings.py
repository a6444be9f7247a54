"""The relay's recordings become evidence: each closed file a segment of its leg's clip.

Bytes first, rows second, the file away last; so after a crash anywhere the next look
does what is left, and what was done is found done. A file whose call nobody knows, or
that the quota refuses, stays where it is and is said once.

The phone chooses its legs' ids and may open clips of any id, so a recording's clip has
an id that only we can know beforehand.
"""

import hashlib
import hmac
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count

from accounts.metrics import dropped
from dispatch.media.interface import GUEST, PARTY, is_party
from dispatch.media.relay import files
from dispatch.models import Call, Participant
from reports.actions.evidence import ClipFacts, close_clip, store_file
from reports.errors import (
    ChunkConflict,
    ClipConflict,
    ClipIsClosed,
    NoSuchClip,
    OverQuota,
)
from reports.models import EvidenceChunk, EvidenceClip
from reports.states import ClipKind, ClipSource, ClipState

log = logging.getLogger(__name__)

READY = ("closed", "recovered")
REFUSED = "refused"  # a segment's state when it stays where it is


def waiting(home: Path) -> Iterator[Path]:
    """Yield every file of facts that is ready, a leg's segments in their order."""
    for folder in sorted((home / files.ROOT).glob("*/*")):
        segments = [path for path in folder.glob("*.json") if path.stem.isdecimal()]
        for path in sorted(segments, key=lambda path: int(path.stem)):
            if (files.read_json(path) or {}).get("state") in READY:
                yield path
        if (folder / files.END).exists():
            yield folder / files.END


def take_in(path: Path) -> None:
    """Take in one file of ``waiting``; done before, it only clears away.

    Raises:
        StorageFull, Busy: not now; everything is still there.
    """
    facts = files.read_json(path)
    if facts is None:
        return
    if path.name == files.END:
        _end(path, facts)
        return
    incident = _incident_of(facts)
    media = path.with_suffix(".mkv")
    if not media.exists() and _is_in(facts):
        path.unlink()  # all that a crash had left to do
        return
    if incident is None or not media.exists():
        _refuse(path, facts, "no_such_call" if incident is None else "no_file")
        return
    try:
        _store(media, facts, incident)
    except OverQuota as error:
        _refuse(path, facts, error.code)
        return
    media.unlink()
    path.unlink()


def set_aside(path: Path) -> None:
    """Leave alone what cannot be taken in for a reason that nobody foresaw."""
    facts = files.read_json(path)
    if facts is not None:
        _refuse(path, facts, "failed")


def _store(media: Path, facts: dict[str, Any], incident: UUID) -> None:
    """Store a segment; a clip that cannot take it (closed, sound only) has a next."""
    segment = int(facts["segment"])
    kind = _kind(facts)
    for uuid in _clips(facts):
        clip = EvidenceClip.objects.filter(uuid=uuid).first()
        if clip is not None and not _may_hold(clip, incident, kind):
            continue
        about = ClipFacts.of(clip) if clip else _clip_facts(facts, kind)
        try:
            store_file(
                media, incident=incident, clip=uuid, facts=about, segment=segment
            )
        except (ClipIsClosed, ClipConflict, ChunkConflict, NoSuchClip):
            continue
        return
    raise OverQuota


def _may_hold(clip: EvidenceClip, incident: UUID, kind: ClipKind) -> bool:
    is_ours = clip.source == ClipSource.RELAY and clip.incident.uuid == incident
    return is_ours and (clip.kind, kind) != (ClipKind.AUDIO, ClipKind.VIDEO)


def _kind(facts: dict[str, Any]) -> ClipKind:
    return ClipKind.VIDEO if "vp8" in facts["codecs"] else ClipKind.AUDIO


def _clips(facts: dict[str, Any]) -> list[UUID]:
    """Return which clips a segment may be in: the leg's first, then the others."""
    last = f"relay {facts['segment']} {facts['started_at']}"  # a leg's id came again
    names = ("relay", f"relay {_kind(facts)}", last)
    return [clip_id(UUID(facts["call"]), UUID(facts["leg"]), name) for name in names]


def clip_id(call: UUID, leg: UUID, name: str) -> UUID:
    """Return the id of a leg's clip: the same each time, and nobody else's guess."""
    secret = settings.SECRET_KEY.encode()
    about = b"recording:" + call.bytes + leg.bytes + name.encode()
    return UUID(bytes=hmac.digest(secret, about, hashlib.sha256)[:16], version=4)


def _is_in(facts: dict[str, Any]) -> bool:
    return EvidenceChunk.objects.filter(
        clip__uuid__in=_clips(facts),
        clip__source=ClipSource.RELAY,
        segment=facts["segment"],
    ).exists()


def _clip_facts(facts: dict[str, Any], kind: ClipKind) -> ClipFacts:
    side = "caller" if facts["who"] == GUEST else "seat"
    named = _role_of(facts["who"]) or side
    return ClipFacts.claimed(
        source=ClipSource.RELAY,
        kind=kind,
        side=side,
        mime="video/x-matroska" if kind == ClipKind.VIDEO else "audio/x-matroska",
        name=f"{named}-{facts['leg'][:8]}.mkv",
        claimed_at=facts["started_at"],
        call=UUID(facts["call"]),
    )


def _role_of(who: str) -> str:
    """Return what a party is in the room, or nothing: guest, host, nobody we know."""
    if not is_party(who):
        return ""
    try:
        participant = UUID(who.removeprefix(PARTY))
    except ValueError:
        return ""
    rows = Participant.objects.filter(uuid=participant).values_list("role", flat=True)
    return rows.first() or ""


def _end(path: Path, facts: dict[str, Any]) -> None:
    """Close a leg's clips once every segment is in, and clear the folder away."""
    if any(one.stem.isdecimal() for one in path.parent.glob("*.json")):
        return
    call, leg = UUID(facts["call"]), UUID(facts["leg"])
    for kind in ("", f" {ClipKind.VIDEO}", f" {ClipKind.AUDIO}"):
        clip = EvidenceClip.objects.filter(
            uuid=clip_id(call, leg, f"relay{kind}"),
            source=ClipSource.RELAY,
            state=ClipState.OPEN,
        ).first()
        if clip is not None:
            counts = (
                EvidenceChunk.objects.filter(clip=clip)
                .values_list("segment")
                .annotate(chunks=Count("pk"))
                .order_by("segment")
            )
            close_clip(clip, reason="finished", segments=dict(counts))
    path.unlink()
    for folder in (path.parent, path.parent.parent):
        try:
            folder.rmdir()
        except OSError:  # another leg's, or a file that was refused
            return


def _incident_of(facts: dict[str, Any]) -> UUID | None:
    return (
        Call.objects.filter(uuid=facts["call"])
        .values_list("incident__uuid", flat=True)
        .first()
    )


def _refuse(path: Path, facts: dict[str, Any], code: str) -> None:
    call = facts.get("call", "?")
    dropped("recording", code)
    log.error("a recording of call %s stays in %s: %s", call, path, code)
    refused = {**facts, "state": REFUSED, "reason": code}
    files.write_json(path.with_suffix(".refused"), refused)
    path.unlink()
