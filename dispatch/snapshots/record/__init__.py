"""An incident as one record: head, timeline, recordings, all on the server's clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from accounts.snapshots import rights_of
from accounts.states import RoleKind
from dispatch.models import Call
from dispatch.snapshots.record.lanes import ShownClip, shown_clips, to_ms
from dispatch.snapshots.record.proof import Proof, proof_of
from dispatch.snapshots.record.timeline import Line, categories_of, lines_of
from reports.events import CallerView
from reports.models import Incident
from reports.snapshots import caller_view
from reports.words import category

__all__ = ["Record", "find_incident", "marks_of", "record_of"]

# The clock goes on a little after the last call and recording, for what belongs to it.
AFTERWARDS = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Record:
    """All that the page of an incident shows."""

    incident: Incident
    caller: CallerView
    calls: Sequence[Call]
    category: str
    links: list[tuple[str, bool]]  # number, and whether this person may read it
    lines: list[Line]
    lines_left_out: int
    clips: list[ShownClip]
    clips_left_out: int
    proof: Proof
    begins: int  # of the clock, milliseconds since 1970
    ends: int

    @property
    def call(self) -> Call | None:
        """Return the newest call."""
        return self.calls[-1] if self.calls else None

    @property
    def is_live(self) -> bool:
        """Return whether it still goes on."""
        return any(call.ended_at is None for call in self.calls)


def find_incident(number: str) -> Incident | None:
    """Return the incident of a number."""
    rows = Incident.objects.select_related("agency", "caller")
    return rows.filter(number=number).first()


def record_of(incident: Incident, user: User) -> Record:
    """Read an incident's record for somebody who may."""
    calls = list(
        Call.objects.filter(incident=incident)
        .select_related("seat__agency", "agency")
        .order_by("queued_at", "pk")
    )
    lines, lines_left_out = lines_of(incident)
    ended = {call.uuid: call.ended_at for call in calls if call.ended_at}
    clips, clips_left_out = shown_clips(incident, ended)
    begins, ends = _span(incident, calls, lines, clips)
    return Record(
        incident=incident,
        caller=caller_view(incident.caller),
        calls=calls,
        category=categories_of(incident.agency).get(
            incident.category, category(incident.category)
        ),
        links=_links(incident, user),
        lines=lines,
        lines_left_out=lines_left_out,
        clips=clips,
        clips_left_out=clips_left_out,
        proof=proof_of(incident.uuid),
        begins=begins,
        ends=ends,
    )


def marks_of(incident: Incident) -> list[dict[str, Any]]:
    """Return the moments of a call worth a mark: when, what, and how to show it."""
    lines, _left_out = lines_of(incident)
    return [
        {
            "at": line.ms,
            "words": line.said.words,
            "icon": line.said.icon,
            "tone": line.said.tone,
        }
        for line in lines
        if line.said.is_mark
    ]


def _span(
    incident: Incident,
    calls: Sequence[Call],
    lines: Sequence[Line],
    clips: Sequence[ShownClip],
) -> tuple[int, int]:
    """Return from when to when the clock goes: calls and recordings, all of them."""
    running = [one for one in clips if one.lane is not None]
    begins = min([to_ms(incident.opened_at), *(one.at for one in running)])
    over: list[datetime] = [call.ended_at for call in calls if call.ended_at]
    ends = max([begins + 1_000, *(to_ms(one) for one in over)])
    ends = max([ends, *(one.end for one in running)])
    if any(call.ended_at is None for call in calls):
        return begins, max([ends, *(line.ms for line in lines)])
    late = ends + round(AFTERWARDS.total_seconds() * 1000)
    near = [line.ms for line in lines if line.ms <= late and not line.said.is_quiet]
    return begins, max([ends, *near])


def _links(incident: Incident, user: User) -> list[tuple[str, bool]]:
    numbers = [link["number"] for link in incident.links]
    if not numbers:
        return []
    rights = rights_of(user)
    readers = (RoleKind.SUPERVISOR, RoleKind.AUDITOR)
    agencies = rights.agencies(*readers)
    known = Incident.objects.filter(number__in=numbers)
    theirs = dict(known.values_list("number", "agency_id"))
    return [
        (number, rights.is_everywhere(*readers) or theirs.get(number) in agencies)
        for number in numbers
    ]
