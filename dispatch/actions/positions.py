"""Where the phone says it is; a waiting call moves to the line of that ground."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from accounts.models import Agency
from dispatch import events
from dispatch.actions.messages import Guest
from dispatch.errors import EpochStale
from dispatch.models import Call, Participant
from dispatch.snapshots import call_view, line_call
from dispatch.states import ESCALATE_SECONDS, CallState, ParticipantRole
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

    rank: ClassVar[int] = 5  # it locks calls

    def __init__(self) -> None:
        self._calls: dict[int, Call] = {}
        self._drafts: list[tuple[Attempt, Draft]] = []

    def lock(self, attempts: Sequence[Attempt]) -> None:
        """Lock the calls; settle what is known, refuse windows that lost the place."""
        known = journal.known_acks(
            [(a.item.author.id, a.item.client_id) for a in attempts]
        )
        ids = [a.item.place.call_id for a in attempts]
        self._calls = {
            call.pk: call
            for call in Call.objects.filter(pk__in=ids)
            .order_by("pk")
            .select_for_update(of=("self",))
            .select_related("incident__agency", "agency", "caller", "seat__agency")
        }
        epochs = dict(
            Participant.objects.filter(
                call_id__in=ids, role=ParticipantRole.GUEST, left_at__isnull=True
            ).values_list("call_id", "epoch")
        )
        for attempt in attempts:
            item: PositionItem = attempt.item
            key = (item.author.id, item.client_id)
            if key in known:
                attempt.outcome = known[key]
            elif epochs.get(item.place.call_id, item.place.epoch) != item.place.epoch:
                attempt.error = EpochStale()

    def write(self, attempts: Sequence[Attempt]) -> None:
        """Copy the last position on the call; move a waiting call to its ground."""
        moved: list[Incident] = []
        flagged: list[Incident] = []
        for attempt in attempts:
            item: PositionItem = attempt.item
            call = self._calls[item.place.call_id]
            had_area = (call.area_name, call.area_name_en)
            call.lat_e7 = item.position.lat_e7
            call.lon_e7 = item.position.lon_e7
            call.accuracy_mm = item.position.accuracy_mm
            call.position_at = now()
            call.area_name = item.position.area
            call.area_name_en = item.position.area_en
            body = PositionReported(position=item.position)
            self._note(attempt, call.incident.uuid, body, call, item.client_id)
            if flags := _flags(call.incident, item):
                call.incident.flags = flags
                flagged.append(call.incident)
                form = IncidentUpdated(incident=incident_view(call.incident))
                self._note(attempt, call.incident.uuid, form, call)
            old = call.agency
            if (
                item.agency is not None
                and item.agency.pk != old.pk
                and call.state == CallState.WAITING
                and not old.is_synthetic
            ):
                call.agency = call.incident.agency = item.agency
                call.escalate_at = now() + timedelta(seconds=ESCALATE_SECONDS)
                moved.append(call.incident)
                rerouted = events.CallRerouted(call=call_view(call))
                self._note(attempt, call.incident.uuid, rerouted, call)
                self._note(
                    attempt, old.uuid, events.LineUpdated(call=line_call(call)), call
                )
            elif had_area == (call.area_name, call.area_name_en):
                continue  # the line shows only the area's name
            if call.state != CallState.ENDED:
                body_line = events.LineUpdated(call=line_call(call))
                self._note(attempt, call.agency.uuid, body_line, call)
        if attempts:
            Call.objects.bulk_update(
                list(self._calls.values()),
                [
                    "lat_e7",
                    "lon_e7",
                    "accuracy_mm",
                    "position_at",
                    "area_name",
                    "area_name_en",
                    "agency",
                    "escalate_at",
                ],
            )
        if moved:
            Incident.objects.bulk_update(moved, ["agency"])
        if flagged:
            Incident.objects.bulk_update(flagged, ["flags"])

    def _note(
        self,
        attempt: Attempt,
        stream: UUID,
        body: EntryBody,
        call: Call,
        client_id: UUID | None = None,
    ) -> None:
        draft = Draft(
            stream, attempt.item.author, body, ("call", str(call.uuid)), client_id
        )
        self._drafts.append((attempt, draft))

    def entries(self, attempts: Sequence[Attempt]) -> list[tuple[Attempt, Draft]]:
        """Return the entries noted while writing."""
        return self._drafts

    def finish(self, attempts: Sequence[Attempt]) -> None:
        """An item's first entry is its ack; nothing to add."""


def _flags(incident: Incident, item: PositionItem) -> list[str] | None:
    """Return the incident's flags now that a place is known; None if they stay."""
    flags = [f for f in incident.flags if not f.startswith("position_")]
    if item.agency is None:
        flags.append("position_outside")
    return flags if flags != incident.flags else None
