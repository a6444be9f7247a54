"""Receipts of what phones recorded, folded: a call has hundreds, a reader wants one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Max, Min
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.events import ChunksStored
from reports.models import Entry


@dataclass(frozen=True, slots=True)
class Receipts:
    """All of one clip: how many, of which entry to which, from when until when, whose.

    Between ``first`` and ``last`` others may stand, which are told by themselves.
    """

    clip: str
    many: int
    first: int
    last: int
    began: datetime
    ended: datetime
    author_kind: str
    author_id: str

    @property
    def is_scattered(self) -> bool:
        """Return whether other entries stand between these."""
        return self.many < self.last - self.first + 1

    @property
    def numbers(self) -> str:
        """Return the entries' numbers: 8, 6–9, or 8 … 90 with others in between."""
        if self.first == self.last:
            return str(self.first)
        between = " … " if self.is_scattered else "–"
        return f"{self.first}{between}{self.last}"

    def __str__(self) -> str:
        """Say it in the reader's language and zone."""
        text = ngettext(
            "Received in %(count)s part, at %(time)s",
            "Received in %(count)s parts, the last at %(time)s",
            self.many,
        )
        until = f"{timezone.localtime(self.ended):%H:%M:%S}"
        return text % {"count": self.many, "time": until}

    @property
    def between(self) -> str:
        """Return what the numbers mean where others stand between; else empty."""
        if not self.is_scattered:
            return ""
        said = {"first": self.first, "last": self.last}
        return _("Its entries' numbers are between %(first)s and %(last)s") % said


def receipts_of(incident: UUID) -> Iterator[Receipts]:
    """Yield an incident's, one for each clip, in the order in which they began."""
    groups = (
        Entry.objects.filter(stream__uuid=incident, kind=ChunksStored.kind)
        .values(clip=F("object_id"))
        .annotate(
            many=Count("pk"),
            first=Min("seq"),
            last=Max("seq"),
            began=Min("at"),
            ended=Max("at"),
            author_kind=Min("author_kind"),
            author_id=Min("author_id"),
        )
        .order_by("first")
    )
    for group in groups:
        yield Receipts(**group)
