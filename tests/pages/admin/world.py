"""What the tests of the supervisor's desk share: an alarm, and a browser."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from django.db import connection
from django.test import Client

from accounts.models import Agency, Area, Caller, User, blind_index
from dispatch.models import Call, Seat, Shift
from reports.clock import now
from reports.events import MessagePosted
from reports.journal import Author, open_streams, record
from reports.models import Incident, Stream, StreamKind
from tests.accounts.cast import SQUARE

CONFIGURED = ["accounts/agency", "accounts/area", "accounts/tier", "dispatch/seat"]
LIVE = [
    "accounts/caller",
    "dispatch/call",
    "dispatch/offer",
    "dispatch/participant",
    "dispatch/shift",
    "reports/incident",
    "reports/stream",
    "reports/entry",
    "reports/evidenceclip",
    "reports/evidencechunk",
    "reports/viewcopy",
]
ALL = [*CONFIGURED, "accounts/user", *LIVE]


@dataclass
class Matter:
    """One alarm of an agency, with all that hangs on it."""

    agency: Agency
    seat: Seat
    area: Area
    caller: Caller
    incident: Incident
    call: Call
    shift: Shift

    def rows(self):
        """Return one row of each kind, by its page."""
        stream = Stream.objects.get(uuid=self.incident.uuid)
        clip = self.incident.clips.get()
        return {
            "accounts/agency": self.agency,
            "accounts/area": self.area,
            "dispatch/seat": self.seat,
            "accounts/caller": self.caller,
            "dispatch/call": self.call,
            "dispatch/participant": self.call.participants.get(),
            "dispatch/offer": self.call.offers.get(),
            "dispatch/shift": self.shift,
            "reports/incident": self.incident,
            "reports/stream": stream,
            "reports/entry": stream.entries.first(),
            "reports/evidenceclip": clip,
            "reports/evidencechunk": clip.chunks.get(),
            "reports/viewcopy": clip.views.get(),
        }


def goes_on(call: Call, **more) -> None:
    """Let a call wait in its line again."""
    _set(
        call, state="waiting", ended_at=None, end_reason="", seat=None,
        escalate_at=now(), **more,
    )  # fmt: skip


def is_over(call: Call) -> None:
    """Let a call have ended."""
    _set(call, state="ended", ended_at=now(), end_reason="seat_ended", escalate_at=None)


def _set(call: Call, **fields) -> None:
    # All acts of a test share its transaction, in which only one may record.
    connection.run_on_commit.clear()
    Call.objects.filter(pk=call.pk).update(**fields)


def happen(agency: Agency, operator: User, phone: str) -> Matter:
    """Let one alarm happen in an agency."""
    open_streams([agency.uuid], StreamKind.AGENCY)
    moment = now()
    seat = Seat.objects.create(agency=agency, number=7)
    area = Area.objects.create(agency=agency, code="1", name="a", polygon=SQUARE)
    caller = Caller.objects.create(phone=phone, phone_index=blind_index(phone))
    incident = Incident.objects.create(
        number=f"{agency.code}-20261122-0001",
        agency=agency,
        caller=caller,
        opened_at=moment,
    )
    call = Call.objects.create(
        client_id=uuid4(),
        signer=caller.uuid,
        incident=incident,
        caller=caller,
        agency=agency,
        queued_at=moment,
        state="ended",
        end_reason="seat_ended",
        ended_at=moment,
        seat=seat,
        capability_hash="f" * 64,
        lat_e7=375330000,
        lon_e7=1213900000,
        accuracy_mm=12000,
    )
    call.participants.create(role="guest", caller=caller, joined_at=moment)
    call.offers.create(
        seat=seat, answer="auto", made_at=moment, expires_at=moment, state="withdrawn"
    )
    shift = seat.shifts.create(
        operator=operator,
        epoch=1,
        started_at=moment,
        lease_until=moment + timedelta(seconds=8),
    )
    clip = incident.clips.create(
        source="phone", kind="photo", name="door.jpg", opened_at=moment, heard_at=moment
    )
    clip.chunks.create(segment=0, index=0, sha256="a" * 64, bytes=7, received_at=moment)
    clip.views.create(asked_at=moment)
    open_streams([incident.uuid], StreamKind.INCIDENT)
    say(incident, f"words of {agency.code} <b>&")
    return Matter(agency, seat, area, caller, incident, call, shift)


def say(incident: Incident, text: str) -> None:
    # All entries of a test share its transaction, where only one act may record.
    connection.run_on_commit.clear()
    record(
        incident.uuid,
        Author("caller", str(incident.caller.uuid)),
        MessagePosted(side="caller", text=text, client_id=uuid4()),
        subject=("incident", str(incident.uuid)),
    )


def desk(user: User | None) -> Client:
    """Return a browser in which this person is signed in."""
    browser = Client(headers={"accept-language": "en"})
    if user:
        browser.force_login(user)
    return browser


def look(browser: Client, door: str) -> int:
    return browser.get(f"/admin/{door}", secure=True).status_code


def text(browser: Client, door: str) -> str:
    answer = browser.get(f"/admin/{door}", secure=True)
    assert answer.status_code == 200, door
    return answer.content.decode()


def send(browser: Client, door: str, body: dict):
    return browser.post(f"/admin/{door}", body, secure=True)
