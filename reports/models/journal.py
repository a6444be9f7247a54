"""The journal: numbered, hash-chained facts that nobody can change."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

GENESIS = "0" * 64  # ``prev`` of a stream's first entry


class StreamKind(models.TextChoices):
    """What a stream tells about."""

    INCIDENT = "incident", _("incident")
    AGENCY = "agency", _("agency")
    LEDGER = "ledger", _("ledger")


class Stream(models.Model):
    """One numbered sequence of entries; its ``uuid`` is its subject's.

    The row is the lock: who appends holds it, so numbers are gapless and commit in
    order.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=StreamKind)
    head_seq = models.PositiveBigIntegerField(_("last number"), default=0)
    head_digest = models.CharField(_("last digest"), max_length=64, default=GENESIS)
    head_at = models.DateTimeField(_("last entry at"), null=True, blank=True)

    class Meta:
        verbose_name = _("stream")
        verbose_name_plural = _("streams")
        constraints = [
            models.CheckConstraint(
                name="stream_kind_known", condition=Q(kind__in=StreamKind.values)
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.uuid}"


class Entry(models.Model):
    """One past fact: what the digest covers.

    The database refuses UPDATE, DELETE and TRUNCATE by triggers. ``client_id`` is the
    id the client gave its command, so that a repeated command finds its old answer; it
    is not part of the digest.
    """

    stream = models.ForeignKey(
        Stream, models.PROTECT, related_name="entries", verbose_name=_("stream")
    )
    seq = models.PositiveBigIntegerField(_("number"))
    prev = models.CharField(_("digest of the entry before"), max_length=64)
    at = models.DateTimeField(_("time"))
    author_kind = models.CharField(_("author"), max_length=12)
    author_id = models.CharField(_("author's id"), max_length=36, blank=True)
    kind = models.CharField(_("kind"), max_length=40)
    object_kind = models.CharField(_("object"), max_length=20)
    object_id = models.CharField(_("object's id"), max_length=36)
    body_hash = models.CharField(_("hash of the body"), max_length=64)
    client_id = models.UUIDField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        constraints = [
            models.UniqueConstraint(
                name="one_entry_per_number", fields=["stream", "seq"]
            ),
            models.UniqueConstraint(
                name="one_entry_per_command",
                fields=["author_id", "client_id"],
                condition=Q(client_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.seq}"


class EntryBody(models.Model):
    """What an entry says, kept apart so that erasing it leaves the chain whole.

    ``text`` is the canonical JSON itself, not a JSON column: a database that reorders
    keys or rewrites numbers would break the hash.
    """

    entry = models.OneToOneField(
        Entry, models.PROTECT, primary_key=True, related_name="body"
    )
    salt = models.CharField(max_length=32)
    text = models.TextField()

    class Meta:
        verbose_name = _("body of an entry")
        verbose_name_plural = _("bodies of entries")

    def __str__(self) -> str:
        return f"body of {self.entry_id}"
