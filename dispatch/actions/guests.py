"""The caller's place: which window holds it, and whether the phone still lives."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from dispatch import events
from dispatch.actions.holding import on_call_and_seat
from dispatch.actions.messages import Guest
from dispatch.actions.switchboard import Switchboard
from dispatch.errors import EpochStale, NotYours
from dispatch.models import Call, Offer, Participant
from dispatch.states import (
    CALLER_LEASE_SECONDS,
    CALLER_LOST_SECONDS,
    CallState,
    EndReason,
    OfferState,
    ParticipantRole,
)
from reports.clock import after
from reports.journal import SYSTEM


def take_place(call_id: int, *, only_if_free: bool = False) -> Guest:
    """Continue the call in this window: the next epoch is its own.

    With ``only_if_free`` a place whose window still lives, here or on another process,
    is left to it.

    Raises:
        NotYours: the call has ended; there is no place to hold.
        EpochStale: another window holds the place.
    """
    with transaction.atomic():
        board = Switchboard.lock(calls=[call_id])
        guest = board.guests.get(call_id)
        if guest is None:
            raise NotYours
        is_held = guest.lease_until is not None and guest.lease_until > board.now
        if only_if_free and is_held:
            raise EpochStale
        Participant.objects.filter(pk=guest.pk).update(
            epoch=guest.epoch + 1,
            lease_until=board.now + timedelta(seconds=CALLER_LEASE_SECONDS),
            is_extended=False,
        )
        _note_scripts(board, board.calls[call_id])
        return Guest(call_id, guest.epoch + 1)


def _note_scripts(board: Switchboard, call: Call) -> None:
    """A window speaks for a phone whose alarm came by the plain form: it runs scripts.

    If it is silent later, it is lost like any other.
    """
    incident = call.incident
    if "no_scripts" in incident.flags:
        incident.flags = [flag for flag in incident.flags if flag != "no_scripts"]
        board.incident_changed(incident)
        board.line_changed(call)
        board.commit()


def resume_place(call_id: int, epoch: int) -> Guest:
    """Come back with the epoch one holds; an older one is refused.

    Raises:
        EpochStale: another window continued the call.
    """
    held = (
        Participant.objects.filter(
            call_id=call_id, role=ParticipantRole.GUEST, left_at__isnull=True
        )
        .values_list("epoch", flat=True)
        .first()
    )
    if held is not None and held != epoch:
        raise EpochStale
    # At once, not with the next flush: a phone back in its last second stays.
    Participant.objects.filter(
        call_id=call_id, role=ParticipantRole.GUEST, epoch=epoch, left_at__isnull=True
    ).update(lease_until=after(CALLER_LEASE_SECONDS), is_extended=False)
    return Guest(call_id, epoch)


def note_lost(call_ids: Collection[int]) -> int:
    """Tell the seats that nothing was heard of these phones for 8 s."""
    with transaction.atomic():
        board = _lock_with_offers(call_ids)
        lost = 0
        for call in board.calls.values():
            guest = board.guests.get(call.pk)
            if (
                guest is None
                or guest.lease_until is None
                or guest.lease_until > board.now
                or call.lost_at is not None
                or not _may_be_told(board, call)
            ):
                continue
            call.lost_at = board.now
            board.tell(call, events.CallerLost(call=board.view(call)), SYSTEM)
            lost += 1
        board.commit()
    return lost


def note_resumed(call_ids: Collection[int]) -> int:
    """Tell the seats that these phones are back."""
    with transaction.atomic():
        board = _lock_with_offers(call_ids)
        back = 0
        for call in board.calls.values():
            if call.lost_at is None or not _may_be_told(board, call):
                continue
            call.lost_at = None
            board.tell(call, events.CallerResumed(call=board.view(call)), SYSTEM)
            back += 1
        board.commit()
    return back


def _lock_with_offers(call_ids: Collection[int]) -> Switchboard:
    """Lock calls and the seats they are offered to: these show the phone's state."""
    offers = Offer.objects.filter(call_id__in=call_ids, state=OfferState.OPEN)
    seats = list(offers.values_list("seat_id", flat=True))
    return Switchboard.lock(seats=seats, calls=call_ids)


def _may_be_told(board: Switchboard, call: Call) -> bool:
    """Say whether all who see the call can be told now.

    A call that was offered a moment before the lock is left for the next second.
    """
    asked = {o.seat_id for o in board.offers if o.call_id == call.pk}
    return call.state != CallState.ENDED and asked <= board.seats.keys()


def end_lost(call_id: int) -> bool:
    """End a connected call whose phone has been gone for 120 s, with a call-back.

    The time counts from the later of loss and connect: a seat that takes a lost call
    from the line gets its time to look at what the phone left behind.
    """

    def act(board: Switchboard, call: Call) -> bool:
        if call.state != CallState.CONNECTED or call.lost_at is None:
            return False
        guest = board.guests.get(call.pk)
        if guest and guest.lease_until and guest.lease_until > board.now:
            return False  # back a moment ago; the next flush says so
        assert call.connected_at is not None
        since = max(call.lost_at, call.connected_at)
        if since + timedelta(seconds=CALLER_LOST_SECONDS) > board.now:
            return False
        board.end(call, EndReason.CALLER_LOST, SYSTEM, needs_callback=True)
        board.commit()
        return True

    return on_call_and_seat(call_id, act)


def find_call(
    *, capability_hash: str | None, device_hash: str | None, call: UUID | None
) -> Call | None:
    """Return the call that a capability or a device may speak for, or None.

    A capability opens exactly its call; a device opens its caller's calls, the live one
    where none is named. Anything else finds nothing, as if it did not exist.
    """
    rows = Call.objects.select_related("incident", "caller", "agency")
    if capability_hash:
        found = rows.filter(capability_hash=capability_hash)
    elif device_hash:
        found = rows.filter(caller__device_hash=device_hash)
    else:
        return None
    if call is not None:
        return found.filter(uuid=call).first()
    return found.live().first()
