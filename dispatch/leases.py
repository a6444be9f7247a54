"""Deadlines, and the sweeper that moves on what nobody else did.

A place hangs on no socket: it is held by a lease in the database, renewed by signs of
life that are flushed once a second. Each step of the sweep looks first (a cheap SELECT)
and asks an action only for what is due; the action looks again under its locks.
"""

import logging
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q, QuerySet

from accounts.metrics import failed
from dispatch import events, metrics
from dispatch.actions import listening, misses, notices
from dispatch.actions.dropping import drop_seats
from dispatch.actions.guests import end_lost, note_lost, note_resumed
from dispatch.actions.switchboard import Switchboard, answer_seconds
from dispatch.models import Call, Offer, Participant, Seat, Shift, WebProcess
from dispatch.states import (
    CALLER_LEASE_SECONDS,
    CALLER_LOST_SECONDS,
    ESCALATE_SECONDS,
    RESTART_GRACE_SECONDS,
    SEAT_LEASE_SECONDS,
    SUPERVISOR_LEASE_SECONDS,
    Activity,
    CallState,
    OfferKind,
    OfferState,
    ParticipantRole,
    ShiftEnd,
)
from reports.clock import after, now
from reports.journal import SYSTEM, Draft
from reports.models.hot import lock_rows

log = logging.getLogger(__name__)

NEIGHBOUR_SECONDS = 4  # a web process that renewed its row this long ago is alive


def sweep() -> dict[str, int]:
    """Do everything that is due; return how much of what was done.

    A row that somebody holds costs this sweep its wait, 2.5 s, and the steps that were
    still to come; the next sweep begins with these, so that none waits for ever.

    Raises:
        OperationalError, InterfaceError: the database did not answer, or not in time.
    """
    moment = now()
    done = {}
    names = list(_STEPS)
    first = max((names.index(held) + 1 for held in _held if held in names), default=0)
    for name in names[first:] + names[:first]:
        try:
            done[name] = _STEPS[name](moment)
            if done[name]:
                metrics.swept.labels(name).inc(done[name])
        except (OperationalError, InterfaceError):
            _held[:] = [name]
            raise
        except Exception:  # one bad row must not stop the others from being moved on
            failed(f"sweep {name}")
            log.exception("the sweep of %s failed", name)
    _held.clear()
    return done


def _withdraw_offers(moment: datetime) -> int:
    due = list(
        Offer.objects.filter(state=OfferState.OPEN, expires_at__lte=moment).values_list(
            "seat_id", "call_id"
        )
    )
    if not due:
        return 0
    with transaction.atomic():
        board = Switchboard.lock(seats=[s for s, _ in due], calls=[c for _, c in due])
        withdrawn = 0
        for offer in list(board.offers):
            if offer.expires_at > board.now or offer.call_id not in board.calls:
                continue
            if offer.seat_id not in board.seats:
                continue
            if offer.kind != OfferKind.CALL:
                board.settle_invitation(offer, OfferState.UNANSWERED, SYSTEM)
                withdrawn += 1
                continue
            board.settle_offer(offer, OfferState.UNANSWERED)
            # Idle since now: the next offer goes to another seat first.
            board.free(board.seats[offer.seat_id], "offer unanswered")
            misses.note(board, offer, answer_seconds(board.calls[offer.call_id].agency))
            board.return_to_line(board.calls[offer.call_id], "unanswered", SYSTEM)
            withdrawn += 1
        board.commit()
    return withdrawn


def _drop_lapsed_seats(moment: datetime) -> int:
    due = list(
        Shift.objects.filter(
            ended_at__isnull=True, lease_until__lte=moment
        ).values_list("seat_id", flat=True)
    )
    return drop_seats(due, ShiftEnd.LAPSED, lapsed_only=True) if due else 0


def _let_lapsed_supervisors_go(moment: datetime) -> int:
    due = list(
        Participant.objects.filter(
            role=ParticipantRole.SUPERVISOR,
            left_at__isnull=True,
            lease_until__lte=moment,
        ).values_list("call_id", flat=True)
    )
    return listening.end_lapsed(due) if due else 0


def _note_lost_callers(moment: datetime) -> int:
    due = list(
        Participant.objects.filter(
            role=ParticipantRole.GUEST,
            left_at__isnull=True,
            lease_until__lte=moment,
            call__lost_at__isnull=True,
        ).values_list("call_id", flat=True)
    )
    return note_lost(due) if due else 0


def _end_lost_calls(moment: datetime) -> int:
    limit = moment - timedelta(seconds=CALLER_LOST_SECONDS)
    due = Call.objects.filter(
        state=CallState.CONNECTED, lost_at__lte=limit, connected_at__lte=limit
    ).values_list("pk", flat=True)
    return sum(end_lost(pk) for pk in list(due))


def _finish_wrap_ups(moment: datetime) -> int:
    due = list(
        Seat.objects.filter(
            activity=Activity.WRAP_UP, wrap_up_until__lte=moment
        ).values_list("pk", flat=True)
    )
    if not due:
        return 0
    with transaction.atomic():
        board = Switchboard.lock(seats=due)
        for seat in board.seats.values():
            if seat.wrap_up_until is not None and seat.wrap_up_until <= board.now:
                board.free(seat, "wrap-up over")
        board.commit()
    return len(due)


def _escalate(moment: datetime) -> int:
    due = list(
        Call.objects.filter(
            state__in=[CallState.WAITING, CallState.OFFERED], escalate_at__lte=moment
        ).values_list("pk", flat=True)
    )
    if not due:
        return 0
    with transaction.atomic():
        board = Switchboard.lock(calls=due)
        for call in board.calls.values():
            if call.escalate_at is None or call.escalate_at > board.now:
                continue
            call.escalations += 1
            call.escalate_at = board.now + timedelta(seconds=ESCALATE_SECONDS)
            board.tell(call, events.CallEscalated(call=board.view(call)), SYSTEM)
        board.commit()
    return len(due)


_STEPS: dict[str, Callable[[datetime], int]] = {
    "offers": _withdraw_offers,
    "seats": _drop_lapsed_seats,
    "supervisors": _let_lapsed_supervisors_go,
    "lost": _note_lost_callers,
    "ended": _end_lost_calls,
    "wrap_ups": _finish_wrap_ups,
    "escalations": _escalate,
    "notices": notices.end_due,
}
_held: list[str] = []  # the step that met a held row in the last sweep


# --- Signs of life -------------------------------------------------------------------


def renew(
    *,
    seats: Collection[tuple[int, int]],
    guests: Collection[tuple[int, int]],
    supervisors: Collection[UUID] = (),
    boot_id: UUID,
) -> None:
    """Renew the leases of (seat, epoch) and (call, epoch) places, and our own row.

    ``supervisors`` are the places of those who came into a room from the board.

    Locked rows are skipped, never waited for: whoever holds them writes the same place
    at this moment, and the next flush is a second away.
    """
    moment = now()
    found: list[int] = []
    before = (
        WebProcess.objects.filter(boot_id=boot_id)
        .values_list("renewed_at", flat=True)
        .first()
    )
    if before and (moment - before).total_seconds() > NEIGHBOUR_SECONDS:
        extend()  # we were held up, or the database was: a restart in all but name
    elif before and (before - moment).total_seconds() > NEIGHBOUR_SECONDS:
        _draw_in(moment, before, boot_id)
    with transaction.atomic():
        WebProcess.objects.update_or_create(
            boot_id=boot_id,
            defaults={"renewed_at": moment},
            create_defaults={"renewed_at": moment, "started_at": moment},
        )
        if seats:
            ids = _locked(
                Shift.objects.filter(_places("seat_id", seats), ended_at__isnull=True)
            )
            Shift.objects.filter(pk__in=ids).update(
                lease_until=moment + timedelta(seconds=SEAT_LEASE_SECONDS),
                is_extended=False,
            )
        if guests:
            ids = _locked(
                Participant.objects.filter(
                    _places("call_id", guests),
                    role=ParticipantRole.GUEST,
                    left_at__isnull=True,
                )
            )
            renewed = Participant.objects.filter(pk__in=ids)
            renewed.update(
                lease_until=moment + timedelta(seconds=CALLER_LEASE_SECONDS),
                is_extended=False,
            )
            back = renewed.filter(call__lost_at__isnull=False)
            found = list(back.values_list("call_id", flat=True))
        if supervisors:
            places = Participant.objects.filter(
                uuid__in=supervisors, left_at__isnull=True
            )
            Participant.objects.filter(pk__in=_locked(places)).update(
                lease_until=moment + timedelta(seconds=SUPERVISOR_LEASE_SECONDS),
                is_extended=False,
            )
    if found:
        note_resumed(found)


def _draw_in(moment: datetime, before: datetime, boot_id: UUID) -> None:
    """Draw deadlines in after our clock stepped back from ``before``.

    Else a dead console holds its call, an offer rings and nobody is alerted for as long
    as the step was. Whoever lives has the time of a restart to say so. While a
    neighbour goes on where we were, it is ours that is wrong, or the neighbour's will
    step, too: then the last one does this.
    """
    neighbours = WebProcess.objects.exclude(boot_id=boot_id)
    at_least = before - timedelta(seconds=NEIGHBOUR_SECONDS)
    if neighbours.filter(renewed_at__gt=at_least).exists():
        return
    until = moment + timedelta(seconds=RESTART_GRACE_SECONDS)
    late = Offer.objects.filter(state=OfferState.OPEN, made_at__gt=moment)
    asked = list(late.values_list("seat_id", "call_id"))
    with transaction.atomic():
        board = Switchboard.lock(
            seats=[s for s, _ in asked], calls=[c for _, c in asked]
        )
        for offer in board.offers:
            if offer.made_at > moment and offer.seat_id in board.seats:
                span, offer.made_at = offer.expires_at - offer.made_at, moment
                board.extend_offer(offer, moment + span)
        shifts = Shift.objects.filter(ended_at__isnull=True)
        shifts.filter(lease_until__gt=until).update(lease_until=until)
        # One that begins in the future could not be ended before.
        shifts.filter(started_at__gt=moment).update(started_at=moment)
        places = Participant.objects.filter(left_at__isnull=True)
        places.filter(lease_until__gt=until).update(lease_until=until)
        board.commit()
        late.update(made_at=moment)  # done twice it would take the step off once more
    minute = moment + timedelta(seconds=ESCALATE_SECONDS)
    with transaction.atomic():
        lines = Call.objects.filter(state__in=[CallState.WAITING, CallState.OFFERED])
        waiting = lines.filter(escalate_at__gt=minute)
        lock_rows(Call, list(waiting.values_list("pk", flat=True)))
        waiting.update(escalate_at=minute)


def _places(field: str, places: Collection[tuple[int, int]]) -> Q:
    """Return a filter for (id, epoch) pairs, grouped by epoch to stay short."""
    by_epoch: dict[int, list[int]] = {}
    for key, epoch in places:
        by_epoch.setdefault(epoch, []).append(key)
    condition = Q(pk__in=[])
    for epoch, keys in by_epoch.items():
        condition |= Q(epoch=epoch, **{f"{field}__in": keys})
    return condition


def _locked(rows: QuerySet[Any]) -> list[int]:
    """Return the ids of the rows that could be locked at once, in order."""
    return list(
        rows.order_by("pk")
        .select_for_update(skip_locked=True)
        .values_list("pk", flat=True)
    )


# --- Start of a process --------------------------------------------------------------


def begin_process(boot_id: UUID, *, is_alone: bool) -> int:
    """Note a new web process; give open places 10 s if nobody else kept them alive.

    Embedded (``is_alone``) there is only ever one process, so a start is a restart.
    A place is extended once between two signs of life: a crash loop holds no seat.
    Returns how many places were extended.
    """
    moment = now()
    limit = moment - timedelta(seconds=NEIGHBOUR_SECONDS)
    with transaction.atomic():
        is_first = (
            is_alone or not WebProcess.objects.filter(renewed_at__gt=limit).exists()
        )
        WebProcess.objects.filter(renewed_at__lte=limit).delete()
        WebProcess.objects.create(boot_id=boot_id, started_at=moment, renewed_at=moment)
    return extend() if is_first else 0


def extend() -> int:
    """Set open leases and offers to at least now + 10 s, and say so."""
    until = after(RESTART_GRACE_SECONDS)
    with transaction.atomic():
        board = _extend_offers(until)
        shifts = Shift.objects.filter(
            ended_at__isnull=True, is_extended=False, lease_until__lt=until
        )
        agencies = set(shifts.values_list("seat__agency__uuid", flat=True))
        extended = shifts.update(lease_until=until, is_extended=True)
        guests = Participant.objects.filter(  # and supervisors from the board
            left_at__isnull=True, is_extended=False, lease_until__lt=until
        )
        agencies |= set(guests.values_list("call__agency__uuid", flat=True))
        extended += guests.update(lease_until=until, is_extended=True)
        for agency in sorted(agencies):
            body = events.LeasesExtended(seconds=RESTART_GRACE_SECONDS)
            board.record(Draft(agency, SYSTEM, body, ("agency", str(agency))))
        board.commit()
    metrics.leases_extended.inc(extended)
    return extended


def _extend_offers(until: datetime) -> Switchboard:
    """Give open offers until then; their seats are told when ``commit`` is called."""
    short = Offer.objects.filter(state=OfferState.OPEN, expires_at__lt=until)
    places = list(short.values_list("seat_id", "call_id"))
    board = Switchboard.lock(seats=[s for s, _ in places], calls=[c for _, c in places])
    for offer in board.offers:
        if offer.expires_at < until and offer.seat_id in board.seats:
            board.extend_offer(offer, until)
    return board
