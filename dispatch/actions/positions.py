"""Where the phone says it is; a waiting call moves to the line of that ground."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from accounts.models import Agency
from dispatch import events
from dispatch.actions.locked import Locked
from dispatch.actions.messages import Guest
from dispatch.errors import EpochStale
from dispatch.models import Call, Offer
from dispatch.snapshots import line_call
from dispatch.states import CallState, OfferState
from reports import journal
from reports.clock import now
from reports.events import (
    EntryBody,
    IncidentUpdated,
    PositionReported,
    PositionView,
)
from reports.journal import Author, Draft
from reports.models import Incident
from reports.models.hot import write_rows
from reports.snapshots import incident_view
from reports.writer import Attempt


@dataclass(frozen=True, slots=True)
class PositionItem:
    """A position with what its door found out: which area, which agency's ground."""

    place: Guest
    author: Author
    client_id: UUID
    position: PositionView
    agency: Agency | None


class PositionBatch:
    """Writes positions; see ``reports.writer.BatchFunction``."""

    is_urgent: ClassVar[bool] = False
    rank: ClassVar[int] = 5  # it locks seats and calls

    def __init__(self) -> None:
        self._board = Locked()
        self._drafts: list[tuple[Attempt, Draft]] = []

    def lock(self, attempts: Sequence[Attempt]) -> None:
        """Lock the calls; settle what is known, refuse windows that lost the place."""
        known = journal.known_acks(
            [(a.item.author.id, a.item.client_id) for a in attempts]
        )
        ids = [a.item.place.call_id for a in attempts]
        # A seat that is offered the call, or asked in, is shown where it now is.
        offers = Offer.objects.filter(call_id__in=ids, state=OfferState.OPEN)
        self._board = Locked.lock(
            seats=list(offers.values_list("seat_id", flat=True)), calls=ids
        )
        for attempt in attempts:
            item: PositionItem = attempt.item
            key = (item.author.id, item.client_id)
            guest = self._board.guests.get(item.place.call_id)
            if key in known:
                attempt.outcome = known[key]
            elif guest is not None and guest.epoch != item.place.epoch:
                attempt.error = EpochStale()

    def write(self, attempts: Sequence[Attempt]) -> None:
        """Copy the last position on the call; move a waiting call to its ground."""
        incidents: list[Incident] = []
        for attempt in attempts:
            item: PositionItem = attempt.item
            call = self._board.calls[item.place.call_id]
            incident = call.incident
            had_area = (call.area_name, call.area_name_en)
            call.lat_e7 = item.position.lat_e7
            call.lon_e7 = item.position.lon_e7
            call.accuracy_mm = item.position.accuracy_mm
            call.position_at = now()
            call.area_name = item.position.area
            call.area_name_en = item.position.area_en
            reported = PositionReported(position=item.position)
            self._note(attempt, reported, call, item.client_id)
            is_moved = self._move(attempt, call)
            flags = _flags(incident, item)
            if is_moved or flags != incident.flags:
                incident.flags = flags
                incidents.append(incident)
                form = IncidentUpdated(incident=incident_view(incident))
                self._note(attempt, form, call)
            if is_moved or had_area != (call.area_name, call.area_name_en):
                self._board.line_changed(call)  # a line shows only the area's name
        if attempts:
            write_rows(
                list(self._board.calls.values()),
                [
                    "lat_e7",
                    "lon_e7",
                    "accuracy_mm",
                    "position_at",
                    "area_name",
                    "area_name_en",
                    "agency",
                ],
            )
        if incidents:
            write_rows(incidents, ["agency", "flags"])

    def _move(self, attempt: Attempt, call: Call) -> bool:
        """Move a waiting call to the line of its ground, if that is another one.

        Its minute goes on: a phone on a border moves again and again, and waits.
        """
        agency, old = attempt.item.agency, call.agency
        if agency is None or agency.pk == old.pk or old.is_synthetic:
            return False
        if call.state != CallState.WAITING or call.is_line_chosen:
            return False
        call.agency = call.incident.agency = agency
        self._note(attempt, events.CallRerouted(call=self._board.view(call)), call)
        left = events.LineUpdated(call=line_call(call))
        self._note(attempt, left, call, stream=old.uuid)
        return True

    def _note(
        self,
        attempt: Attempt,
        body: EntryBody,
        call: Call,
        client_id: UUID | None = None,
        *,
        stream: UUID | None = None,
    ) -> None:
        draft = Draft(
            stream or call.incident.uuid,
            attempt.item.author,
            body,
            ("call", str(call.uuid)),
            client_id,
        )
        self._drafts.append((attempt, draft))

    def entries(self, attempts: Sequence[Attempt]) -> list[tuple[Attempt, Draft]]:
        """Return the entries noted while writing, then what the lines are told."""
        return self._drafts + [
            (attempts[-1], draft) for draft in self._board.agency_drafts()
        ]

    def finish(self, attempts: Sequence[Attempt]) -> None:
        """An item's first entry is its ack; nothing to add."""


def _flags(incident: Incident, item: PositionItem) -> list[str]:
    """Return the incident's flags now that a place is known."""
    flags = [f for f in incident.flags if not f.startswith("position_")]
    return flags if item.agency is not None else [*flags, "position_outside"]
