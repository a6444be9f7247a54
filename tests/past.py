"""Days that were: calls, rooms and shifts written straight into the rows.

For figures only, which read rows and no journal: by the actions, days would have to
pass.
"""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from accounts.models import Agency, Caller, User
from dispatch.models import Call, Seat, Shift
from reports.models import Incident


def at(text: str, *, hours: int = 8) -> datetime:
    """Read "2026-11-03 09:00:00" as the local time of a zone so far east of UTC."""
    return (datetime.fromisoformat(text) - timedelta(hours=hours)).replace(tzinfo=UTC)


class Past:
    """An agency whose calls of former days are made up."""

    def __init__(self, code: str = "370602", **fields) -> None:
        self.agency = Agency.objects.create(code=code, name=f"县{code}", **fields)
        self.seat = Seat.objects.create(agency=self.agency, number=1)
        self.operator = User.objects.create(username=f"operator-{code}")

    def call(
        self,
        queued: datetime,
        *,
        wait: float | None = None,
        talk: float = 60,
        lasts: float = 30,
        end: str = "seat_ended",
        seat: Seat | None = None,
        source: str = "page",
        disposition: str = "",
        synthetic: bool = False,
        is_live: bool = False,
    ) -> Call:
        """Let a call be answered after ``wait`` s, or (None) end after ``lasts`` s."""
        agency, seat = self.agency, seat or self.seat
        caller = Caller.objects.create()
        incident = Incident.objects.create(
            number=str(uuid4())[:32],
            agency=agency,
            caller=caller,
            opened_at=queued,
            source=source,
            disposition=disposition,
            is_synthetic=synthetic,
        )
        answered = None if wait is None else queued + timedelta(seconds=wait)
        ended = (answered or queued) + timedelta(
            seconds=lasts if answered is None else talk
        )
        state = "waiting" if is_live else "ended"
        call = Call.objects.create(
            client_id=uuid4(),
            signer=caller.uuid,
            incident=incident,
            caller=caller,
            agency=agency,
            queued_at=queued,
            state=state,
            escalate_at=queued,
            connected_at=answered,
            ended_at=None if is_live else ended,
            end_reason="" if is_live else end,
            capability_hash="f" * 64,
        )
        if answered:
            call.participants.create(
                role="host",
                seat=seat,
                operator=self.operator,
                joined_at=answered,
                left_at=ended,
            )
        return call

    def shift(
        self, start: datetime, end: datetime | None, seat: Seat | None = None
    ) -> Shift:
        """Let somebody sit at the seat."""
        seat = seat or self.seat
        return Shift.objects.create(
            seat=seat,
            operator=User.objects.create(username=str(uuid4())),
            epoch=seat.shifts.count() + 1,
            started_at=start,
            lease_until=start,
            ended_at=end,
        )
