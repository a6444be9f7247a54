"""Evidence: clips of write-once chunks, and the copies that people look at."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reports.models.incident import Incident
from reports.states import ClipKind, ClipSource, ClipState, ViewState


class ClipQuerySet(models.QuerySet["EvidenceClip"]):
    """Questions about clips."""

    def still_open(self) -> Self:
        """Return clips that may still grow."""
        return self.filter(state=ClipState.OPEN)


class EvidenceClip(models.Model):
    """What one recorder gave: segments (a recorder run each) of numbered chunks.

    ``uuid`` is made by whoever records, so a repeated opening is the same clip.
    ``mime``, ``name`` and ``claimed_at`` are claims of the device and stored as such.
    A closed clip never grows; what is missing stands in ``gaps``.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    incident = models.ForeignKey(
        Incident, models.PROTECT, related_name="clips", verbose_name=_("incident")
    )
    # The call it was recorded in, if any; a call is known further up only.
    call = models.UUIDField(_("call"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=5, choices=ClipSource)
    side = models.CharField(_("who is recorded"), max_length=6, default="caller")
    kind = models.CharField(_("kind"), max_length=5, choices=ClipKind)
    mime = models.CharField(_("claimed type"), max_length=120, blank=True)
    name = models.CharField(_("claimed name"), max_length=200, blank=True)
    claimed_at = models.CharField(_("claimed time"), max_length=40, blank=True)
    state = models.CharField(
        _("state"), max_length=6, choices=ClipState, default=ClipState.OPEN
    )
    opened_at = models.DateTimeField(_("opened"))
    # When the last chunk came; an open clip that gets none for long is closed.
    heard_at = models.DateTimeField(_("last chunk"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    reason = models.CharField(_("why it was closed"), max_length=80, blank=True)
    bytes = models.PositiveBigIntegerField(_("bytes"), default=0)
    chunk_count = models.PositiveIntegerField(_("chunks"), default=0)
    # Of a closed clip: [{"segment", "first", "last"}], and whether there are none.
    gaps = models.JSONField(_("gaps"), default=list, blank=True)
    is_complete = models.BooleanField(_("complete"), default=False)
    # SHA-256 of the manifest of a closed clip, hex.
    root = models.CharField(_("digest"), max_length=64, blank=True)

    objects = ClipQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence clip")
        verbose_name_plural = _("evidence clips")
        ordering = ["-opened_at"]
        constraints = [
            models.CheckConstraint(
                name="clip_source_known", condition=Q(source__in=ClipSource.values)
            ),
            models.CheckConstraint(
                name="clip_kind_known", condition=Q(kind__in=ClipKind.values)
            ),
            models.CheckConstraint(
                name="clip_side_known", condition=Q(side__in=["caller", "seat"])
            ),
            models.CheckConstraint(
                name="closed_clip_has_digest_and_time",
                condition=Q(state=ClipState.OPEN, closed_at__isnull=True, root="")
                | Q(state=ClipState.CLOSED, closed_at__isnull=False) & ~Q(root=""),
            ),
        ]
        indexes = [
            models.Index(
                name="open_clips",
                fields=["heard_at"],
                condition=Q(state=ClipState.OPEN),
            ),
            models.Index(name="clips_by_close", fields=["closed_at"]),
        ]

    def __str__(self) -> str:
        return str(self.uuid)


class EvidenceChunk(models.Model):
    """A piece of at most 1 MiB, safe on the storage before this row was written.

    The row decides: a second upload with the same hash is the same chunk, with another
    one it is refused. The database refuses UPDATE, DELETE and TRUNCATE by triggers.
    """

    clip = models.ForeignKey(
        EvidenceClip, models.PROTECT, related_name="chunks", verbose_name=_("clip")
    )
    segment = models.PositiveIntegerField(_("segment"))
    index = models.PositiveIntegerField(_("number"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    bytes = models.PositiveIntegerField(_("bytes"))
    received_at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("evidence chunk")
        verbose_name_plural = _("evidence chunks")
        ordering = ["clip", "segment", "index"]
        constraints = [
            models.UniqueConstraint(
                name="one_chunk_per_place", fields=["clip", "segment", "index"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.clip_id}/{self.segment}/{self.index}"

    @property
    def key(self) -> str:
        """Return where its bytes are stored; the clip must have been fetched."""
        return chunk_key(self.clip.uuid, self.segment, self.index, self.sha256)


class ViewCopy(models.Model):
    """A copy made to be looked at: re-muxed or re-encoded, hashed in its own right.

    The sealed original keeps its metadata; a copy carries none. The newest of a clip
    counts.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clip = models.ForeignKey(
        EvidenceClip, models.PROTECT, related_name="views", verbose_name=_("clip")
    )
    state = models.CharField(
        _("state"), max_length=7, choices=ViewState, default=ViewState.MAKING
    )
    # How much of the clip it shows: its chunk count when the copy was begun.
    chunk_count = models.PositiveIntegerField(_("chunks"), default=0)
    asked_at = models.DateTimeField(_("asked"))
    made_at = models.DateTimeField(_("made"), null=True, blank=True)
    mime = models.CharField(_("type"), max_length=60, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    bytes = models.PositiveBigIntegerField(_("bytes"), default=0)
    duration_ms = models.PositiveBigIntegerField(_("milliseconds"), default=0)
    # Where each segment of a recording lies in it: [[number, from, to]], milliseconds.
    parts = models.JSONField(default=list, blank=True, editable=False)
    # Of a refused copy the reason's code; of a ready one what of the clip it lacks.
    reason = models.CharField(_("why it cannot be shown"), max_length=80, blank=True)
    # How often it was begun and when last: who began may have died of it.
    tries = models.PositiveSmallIntegerField(default=0, editable=False)
    tried_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("view copy")
        verbose_name_plural = _("view copies")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="view_state_known", condition=Q(state__in=ViewState.values)
            ),
            models.UniqueConstraint(
                name="one_view_in_the_making",
                fields=["clip"],
                condition=Q(state=ViewState.MAKING),
            ),
            models.CheckConstraint(
                name="ready_view_has_digest_and_time",
                condition=~Q(state=ViewState.READY)
                | Q(made_at__isnull=False) & ~Q(sha256=""),
            ),
        ]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def key(self) -> str:
        """Return where its bytes are stored."""
        return f"views/{self.uuid}/{self.sha256}"


def chunk_key(clip: uuid.UUID, segment: int, index: int, sha256: str) -> str:
    """Return where a chunk's bytes are stored."""
    return f"clips/{clip}/{segment}/{index}-{sha256}"
