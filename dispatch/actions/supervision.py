"""What a supervisor does to seats and calls from the board.

Like every other path: lock, look again, move, or be refused with who was faster. Who
did it, and why, stands in the entry.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from accounts.models import User
from dispatch import events
from dispatch.actions.dropping import calls_at, drop
from dispatch.actions.holding import known_ack, with_rooms
from dispatch.actions.invitations import refuse_unless_askable, seat_pk
from dispatch.actions.switchboard import Switchboard
from dispatch.actions.transfers import agency_of, refuse_if_pending, refuse_other_sort
from dispatch.errors import CallEnded, NobodyThere, NoBreakAsked, NotYours
from dispatch.models import Call, Seat, Shift
from dispatch.states import (
    Availability,
    CallState,
    EndReason,
    OfferKind,
    OfferState,
    ShiftEnd,
)
from reports.actions.incidents import save_form
from reports.errors import Busy
from reports.events import IncidentUpdated
from reports.journal import Author, Draft, Recorded
from reports.models import Incident

MAX_WHO = 24  # characters of a name beside a reason


@dataclass(frozen=True, slots=True)
class Supervisor:
    """Who acts from the board, and over which agencies."""

    user: User
    agencies: frozenset[int]

    @property
    def author(self) -> Author:
        """Return who signs this supervisor's entries."""
        return Author("supervisor", str(self.user.uuid))

    def signed(self, reason: str) -> str:
        """Return a seat's reason with who gave it, as long as a seat can show."""
        who = str(self.user)[:MAX_WHO]
        return f"{reason[: 77 - len(who)]} · {who}"


# --- Seats ---------------------------------------------------------------------------


def pause_seat(*, by: Supervisor, seat: UUID, reason: str, client_id: UUID) -> Recorded:
    """Send a seat on a break; a call going on is not touched."""
    with transaction.atomic():
        board = Switchboard.lock(seats=[_seat(by, seat)])
        [row] = board.seats.values()
        if known := known_ack(by.author, client_id):
            return known
        _staffed(board, row)
        board.set_availability(row, Availability.BREAK, by.signed(reason))
        board.seat_changed(row, "paused", by.author, client_id)
        return board.commit_as(client_id)


def answer_break(
    *, by: Supervisor, seat: UUID, allow: bool, client_id: UUID
) -> Recorded:
    """Allow or refuse the break that a seat asks for; without a reason: to be off.

    Raises:
        NoBreakAsked: it was answered, or taken back; ``facts`` say how the seat stands.
    """
    with transaction.atomic():
        board = Switchboard.lock(seats=[_seat(by, seat)])
        [row] = board.seats.values()
        if known := known_ack(by.author, client_id):
            return known
        shift = _staffed(board, row)
        if row.break_asked_at is None:
            raise NoBreakAsked(
                operator=str(shift.operator), availability=row.availability
            )
        if allow:
            wanted = Availability.BREAK if row.break_asked else Availability.OFF
            board.set_availability(row, wanted, row.break_asked)
        row.break_asked, row.break_asked_at = "", None
        why = "break allowed" if allow else "break refused"
        board.seat_changed(row, why, by.author, client_id)
        return board.commit_as(client_id)


def free_seat(*, by: Supervisor, seat: UUID, reason: str, client_id: UUID) -> Recorded:
    """End a seat's shift; a call it hosts goes on with its second seat, or waits."""
    pk = _seat(by, seat)

    def act(board: Switchboard) -> Recorded:
        row = board.seats[pk]
        if known := known_ack(by.author, client_id):
            return known
        _staffed(board, row)
        why = ShiftEnd.FREED
        if not drop(board, row, why, going=[pk], reason=by.signed(reason)):
            raise Busy  # a call came this moment
        board.seat_changed(row, why, by.author, client_id)
        return board.commit_as(client_id)

    return with_rooms(calls_at([pk]), act, seats=[pk])


def _seat(by: Supervisor, uuid: UUID) -> int:
    """Return a seat of the supervisor's agencies."""
    row = Seat.objects.filter(uuid=uuid, agency_id__in=by.agencies)
    pk = row.values_list("pk", flat=True).first()
    if pk is None:
        raise NotYours
    return pk


def _staffed(board: Switchboard, seat: Seat) -> Shift:
    shift = board.shifts.get(seat.pk)
    if shift is None:
        raise NobodyThere(
            seat_label=seat.full_label("zh-hans"), seat_label_en=seat.full_label("en")
        )
    return shift


# --- Calls ---------------------------------------------------------------------------


def move_call(
    *,
    by: Supervisor,
    call: UUID,
    seat: UUID | None,
    agency: UUID | None,
    reason: str,
    client_id: UUID,
) -> Recorded:
    """Give a call to a seat, or to another agency's line.

    A waiting or offered call is offered to the seat at once; a connected one stays with
    its host until the seat accepts.
    """
    pk = call_of(by, call)
    target = seat_pk(seat) if seat is not None else None
    line = agency_of(agency) if agency is not None else None

    def act(board: Switchboard) -> Recorded:
        row = board.calls[pk]
        if known := known_ack(by.author, client_id):
            return known
        if row.state == CallState.ENDED:
            raise CallEnded
        if line is not None:
            refuse_other_sort(row, line)
        if target is not None:
            refuse_unless_askable(board, row, board.seats[target])
        if row.state == CallState.CONNECTED and target is not None:
            refuse_if_pending(board, row)
            board.ask(
                row,
                board.seats[target],
                kind=OfferKind.TRANSFER,
                asked_by=by.user,
                reason=reason,
                author=by.author,
                client_id=client_id,
            )
            return board.commit_as(client_id)
        own = None if target is not None else client_id
        if row.state == CallState.CONNECTED:
            host = board.seats[row.seat_id or 0]
            board.return_to_line(row, "moved", by.author, own, to=line, reason=reason)
            board.wrap_up(host, row, "call moved")
        elif row.state == CallState.OFFERED:
            _withdraw_offer(board, row)
            board.return_to_line(row, "moved", by.author, own, to=line, reason=reason)
        elif line is not None:
            board.move_line(row, line, by.author, client_id)
        if target is not None:
            trace = {"moved_by": str(by.user), "reason": reason}
            seat_row = board.seats[target]
            board.offer(row, seat_row, by.author, trace=trace, client_id=client_id)
        return board.commit_as(client_id)

    return with_rooms([pk], act, seats=[target] if target is not None else [])


def _withdraw_offer(board: Switchboard, call: Call) -> None:
    offer = board.offer_of_call(call)
    assert offer is not None
    board.settle_offer(offer, OfferState.WITHDRAWN)
    board.free(board.seats[offer.seat_id], "offer withdrawn")


def set_priority(
    *, by: Supervisor, call: UUID, priority: int, reason: str, client_id: UUID
) -> Recorded:
    """Set a live call's urgency, and its incident's; its queue time stays."""
    pk = call_of(by, call)

    def act(board: Switchboard) -> Recorded:
        row = board.calls[pk]
        if known := known_ack(by.author, client_id):
            return known
        if row.state == CallState.ENDED:
            raise CallEnded
        incident = (
            Incident.objects.select_for_update(of=("self",))
            .select_related("agency")
            .get(pk=row.incident_id)
        )
        row.priority = priority
        changed = events.CallPriorityChanged(call=board.view(row), why=reason)
        board.tell(row, changed, by.author, client_id)
        if incident.priority != priority:
            view = save_form(
                incident,
                {"priority": priority},
                saved_by=str(by.user),
                moment=board.now,
            )
            subject = ("incident", str(incident.uuid))
            saved = IncidentUpdated(incident=view)
            board.record(Draft(incident.uuid, by.author, saved, subject))
        return board.commit_as(client_id)

    return with_rooms([pk], act)


def force_end(*, by: Supervisor, call: UUID, reason: str, client_id: UUID) -> Recorded:
    """End a call from the board; its host wraps up, everybody else leaves."""
    pk = call_of(by, call)

    def act(board: Switchboard) -> Recorded:
        row = board.calls[pk]
        if known := known_ack(by.author, client_id):
            return known
        if row.state == CallState.ENDED:
            raise CallEnded
        why = EndReason.SUPERVISOR_ENDED
        board.end(row, why, by.author, client_id, why=reason)
        return board.commit_as(client_id)

    return with_rooms([pk], act)


def call_of(by: Supervisor, uuid: UUID) -> int:
    """Return a call of the supervisor's agencies."""
    row = Call.objects.filter(uuid=uuid, agency_id__in=by.agencies)
    pk = row.values_list("pk", flat=True).first()
    if pk is None:
        raise NotYours
    return pk
