"""A lost caller's number, to be called back: shown whole, written down each time."""

from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.snapshots import rights_of
from dispatch import events
from dispatch.errors import NotYours
from dispatch.models import Call
from dispatch.states import CallState
from reports import journal
from reports.actions.custody import LEDGER
from reports.journal import Author
from reports.models import StreamKind


def reveal_phone(*, user: User, call: UUID) -> str:
    """Return the verified number of a caller who waits to be called back.

    The look is in the ledger before the number leaves. Empty: none was verified.

    Raises:
        NotYours: no such call on the list of one's agencies.
    """
    row = (
        Call.objects.filter(uuid=call, state=CallState.ENDED, needs_callback=True)
        .select_related("incident", "caller")
        .first()
    )
    if row is None or not rights_of(user).may_operate(row.agency_id):
        raise NotYours
    number: str = row.caller.phone
    if not number:
        return ""
    journal.open_streams([LEDGER], StreamKind.LEDGER)
    with transaction.atomic():
        journal.record(
            LEDGER,
            Author("operator", str(user.uuid)),
            events.PhoneRevealed(
                call=row.uuid, incident=row.incident.uuid, viewer=str(user)
            ),
            subject=("call", str(row.uuid)),
        )
    return number
