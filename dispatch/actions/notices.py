"""Sentences a supervisor shows at every seat of an agency, until they are over."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction

from accounts.models import Agency, User
from dispatch import events
from dispatch.actions.holding import known_ack
from dispatch.errors import NoticeOver, NotYours
from dispatch.models import Notice
from dispatch.snapshots import notice_view
from reports import journal
from reports.clock import now, wire_time
from reports.journal import SYSTEM, Author, Draft, Recorded
from reports.models.hot import lock_rows


def post_notice(
    *,
    user: User,
    author: Author,
    agencies: frozenset[int],
    agency: UUID,
    text: str,
    minutes: int,
    client_id: UUID,
) -> Recorded:
    """Show a sentence at every seat of an agency one supervises."""
    row = Agency.objects.filter(uuid=agency, pk__in=agencies).first()
    if row is None:
        raise NotYours
    with transaction.atomic():
        lock_rows(Agency, [row.pk])  # so that the same command twice is one notice
        if known := known_ack(author, client_id):
            return known
        moment = now()
        notice = Notice.objects.create(
            uuid=uuid4(),
            agency=row,
            text=text,
            posted_by=user,
            posted_at=moment,
            until=moment + timedelta(minutes=minutes),
        )
        return journal.record_many([_draft(notice, author, client_id)])[0]


def withdraw_notice(
    *, author: Author, agencies: frozenset[int], notice: UUID, client_id: UUID
) -> Recorded:
    """Take a notice back."""
    with transaction.atomic():
        rows = Notice.objects.filter(uuid=notice, agency_id__in=agencies)
        pk = rows.values_list("pk", flat=True).first()
        if pk is None:
            raise NotYours
        lock_rows(Notice, [pk])
        if known := known_ack(author, client_id):
            return known
        row = Notice.objects.select_related("agency", "posted_by").get(pk=pk)
        if row.withdrawn_at is not None:
            raise NoticeOver(since=wire_time(row.withdrawn_at))
        row.withdrawn_at = now()
        row.save(update_fields=["withdrawn_at"])
        return journal.record_many([_draft(row, author, client_id)])[0]


def end_due(moment: datetime) -> int:
    """Take back the notices whose time is over; return how many."""
    due = list(
        Notice.objects.filter(withdrawn_at__isnull=True, until__lte=moment).values_list(
            "pk", flat=True
        )
    )
    if not due:
        return 0
    with transaction.atomic():
        lock_rows(Notice, due)
        rows = list(
            Notice.objects.filter(pk__in=due, withdrawn_at__isnull=True)
            .select_related("agency", "posted_by")
            .order_by("pk")
        )
        Notice.objects.filter(pk__in=[n.pk for n in rows]).update(withdrawn_at=moment)
        for row in rows:
            row.withdrawn_at = moment
        journal.record_many([_draft(row, SYSTEM) for row in rows])
    return len(rows)


def _draft(notice: Notice, author: Author, client_id: UUID | None = None) -> Draft:
    return Draft(
        notice.agency.uuid,
        author,
        events.NoticeUpdated(notice=notice_view(notice)),
        ("notice", str(notice.uuid)),
        client_id,
    )
