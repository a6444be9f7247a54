"""A phone number was proven: the phone's call is known by name, and may be another's.

Who verifies a phone that already has a Caller becomes that Caller. If both have a live
call, one goes on and the other ends ``merged``; their incidents name each other.
"""

from collections.abc import Collection

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from accounts.models import Caller
from dispatch import events
from dispatch.actions.held import seats_around
from dispatch.actions.switchboard import Switchboard
from dispatch.models import Call, Seat
from dispatch.states import CallState, EndReason
from reports.errors import Busy
from reports.events import CallerVerified
from reports.journal import Author, Draft
from reports.models import Incident
from reports.snapshots import caller_view

TRIES = 10  # each means that another act on one of the calls committed


def note_verified(caller: Caller, former: Caller) -> None:
    """The phone's number was proven: its live call is now this caller's.

    Runs inside the transaction that proved it, and is its last act.
    """
    whose = {former.pk, caller.pk}
    rows = list(
        Call.objects.live().filter(caller__in=whose).values_list("pk", "caller")
    )
    has_call = any(owner == former.pk for _, owner in rows)
    # Calls that are over and still on somebody's screen show the number from now on:
    # lost ones that should be called back, and those a seat wraps up.
    shown = list(
        Call.objects.filter(
            Q(needs_callback=True)
            | Exists(Seat.objects.filter(wrap_up_call=OuterRef("pk"))),
            caller=caller,
            state=CallState.ENDED,
        ).values_list("pk", flat=True)
    )
    if not has_call and not shown:
        return  # this phone has no call; one of the number's stays as it is
    board = _lock_with_seats([*(pk for pk, _ in rows), *shown])
    for pk in shown:
        board.record(_now_known(board.calls[pk].incident, caller))
        if board.calls[pk].needs_callback:
            board.line_changed(board.calls[pk])
    if not has_call:
        board.commit()
        return
    calls = {
        call.caller_id: call
        for call in board.calls.values()
        if call.state != CallState.ENDED
    }
    mine, other = calls.get(former.pk), calls.get(caller.pk)
    if mine is None:
        board.commit()
        return  # it ended a moment ago
    if other is not None and other is not mine:
        _merge(board, mine, other, caller)
    _make_known(board, mine, caller)
    board.commit()


def _lock_with_seats(call_ids: Collection[int]) -> Switchboard:
    """Lock calls and the seats around them, seats first.

    Which seats these are can change before the lock; a savepoint gives the locks back.

    Raises:
        Busy: the calls never stood still.
    """
    for _ in range(TRIES):
        seats = seats_around(call_ids)
        sid = transaction.savepoint()
        board = Switchboard.lock(seats=seats, calls=call_ids)
        if board.is_whole():
            transaction.savepoint_commit(sid)
            return board
        transaction.savepoint_rollback(sid)
    raise Busy


def _merge(board: Switchboard, mine: Call, other: Call, caller: Caller) -> None:
    """End one of two live calls of one person, and let their incidents name each other.

    The older goes on; but nobody is taken from an officer who listens for the sake of a
    call that waits.
    """
    first, second = sorted((mine, other), key=_precedence)
    author = Author("caller", str(caller.uuid))
    if more := [need for need in second.needs if need not in first.needs]:
        first.needs = [*first.needs, *more]  # of the same person
        board.tell(first, events.CallNeedsChanged(call=board.view(first)), author)
    board.end(second, EndReason.MERGED, author)
    _link(first.incident, second.incident)
    _link(second.incident, first.incident)
    for call in (first, second):
        board.incident_changed(call.incident)


def _precedence(call: Call) -> tuple[bool, object, int]:
    return (call.state != CallState.CONNECTED, call.queued_at, call.pk)


def _link(incident: Incident, to: Incident) -> None:
    link = {"incident": str(to.uuid), "number": to.number}
    incident.links = [*incident.links, link]


def _make_known(board: Switchboard, call: Call, caller: Caller) -> None:
    """Give the call, its incident and its place in the room to the verified caller."""
    incident = call.incident
    incident.flags = [flag for flag in incident.flags if flag != "unverified"]
    call.caller = incident.caller = caller
    board.guest_becomes(call, caller)
    board.record(_now_known(incident, caller))
    board.incident_changed(incident)
    board.line_changed(call)


def _now_known(incident: Incident, caller: Caller) -> Draft:
    return Draft(
        incident.uuid,
        Author("caller", str(caller.uuid)),
        CallerVerified(caller=caller_view(caller)),
        ("incident", str(incident.uuid)),
    )
