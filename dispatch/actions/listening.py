"""A supervisor in a call's room, from the board: listens, whispers, takes part.

Their place has a lease of its own, renewed by the board's socket. Who listens unseen is
written to the ledger, with the reason, when it begins and when it ends.
"""

from collections.abc import Collection
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import User
from dispatch.actions.holding import known_ack, with_rooms
from dispatch.actions.in_rooms import MAX_VOICES
from dispatch.actions.parties import seen_party
from dispatch.actions.supervision import Supervisor, call_of
from dispatch.actions.switchboard import Switchboard
from dispatch.actions.transfers import connected_host
from dispatch.errors import NotInRoom, RoomFull, SeatBusy
from dispatch.models import Call, Participant
from dispatch.states import ParticipantRole, Stance
from reports import journal
from reports.actions.custody import LEDGER
from reports.errors import IdUsed
from reports.journal import SYSTEM, Recorded
from reports.models import StreamKind


def place_of(user: User) -> Participant | None:
    """Return the supervisor's place in a room, if they hold one, with its incident."""
    return (
        Participant.objects.filter(
            operator=user,
            role=ParticipantRole.SUPERVISOR,
            seat__isnull=True,
            left_at__isnull=True,
        )
        .select_related("call__incident")
        .first()
    )


def enter_room(
    *, by: Supervisor, call: UUID, stance: Stance, reason: str, client_id: UUID
) -> Recorded:
    """Come into a connected call's room; a room one is in already is left.

    Raises:
        NotConnected: nobody talks there now.
        RoomFull: six speak there already.
        SeatBusy: one is in a room at a seat.
    """
    pk = call_of(by, call)
    journal.open_streams([LEDGER], StreamKind.LEDGER)
    mine = _mine(by.user)
    try:
        with transaction.atomic():
            board = Switchboard.lock(calls={pk, *mine})
            if known := known_ack(by.author, client_id):
                return known
            row = board.calls[pk]
            connected_host(board, row)
            former = _place(board, by.user)
            if former is None and _mine(by.user):
                raise SeatBusy  # at a seat, or in another window, just now
            is_here = former is not None and former.call_id == pk
            has_voice = (
                is_here and former is not None and former.stance != Stance.MONITOR
            )
            _refuse_if_full(board, row, stance, has_voice=has_voice)
            if former is not None and is_here:
                board.take_stance(former, stance, reason, by.author, client_id)
                return board.commit_as(client_id)
            if former is not None:
                board.go_out(former, "left", by.author)
            place = board.enter_unseated(row, by.user, stance)
            board.note_stance(place, "", reason, by.author, client_id)
            return board.commit_as(client_id)
    except IdUsed:
        raise
    except IntegrityError as error:  # at the same moment, from a seat or a window
        raise SeatBusy from error


def set_stance(
    *, by: Supervisor, call: UUID, stance: Stance, client_id: UUID
) -> Recorded:
    """Change how one takes part in the room one is in."""
    pk = call_of(by, call)
    journal.open_streams([LEDGER], StreamKind.LEDGER)
    with transaction.atomic():
        board = Switchboard.lock(calls=[pk])
        if known := known_ack(by.author, client_id):
            return known
        place = _place(board, by.user)
        if place is None or place.call_id != pk:
            raise NotInRoom
        has_voice = place.stance != Stance.MONITOR
        _refuse_if_full(board, board.calls[pk], stance, has_voice=has_voice)
        board.take_stance(place, stance, f"stance {stance}", by.author, client_id)
        return board.commit_as(client_id)


def leave_room(*, by: Supervisor, call: UUID, client_id: UUID) -> Recorded:
    """Leave the room; the right to be there may be gone, the way out never is."""
    pks = list(Call.objects.filter(uuid=call).values_list("pk", flat=True))
    with transaction.atomic():
        board = Switchboard.lock(calls=pks)
        if known := known_ack(by.author, client_id):
            return known
        place = _place(board, by.user)
        if place is None:
            raise NotInRoom
        board.go_out(place, "left", by.author, client_id)
        return board.commit_as(client_id)


def remove_participant(
    *, by: Supervisor, call: UUID, participant: UUID, client_id: UUID
) -> Recorded:
    """Put somebody out of a room; neither its host nor the caller."""
    pk = call_of(by, call)

    def act(board: Switchboard) -> Recorded:
        if known := known_ack(by.author, client_id):
            return known
        place = seen_party(board, board.calls[pk], participant)
        board.go_out(place, "removed", by.author, client_id)
        return board.commit_as(client_id)

    return with_rooms([pk], act)


def end_lapsed(call_ids: Collection[int]) -> int:
    """Let supervisors go whose board has not been heard for 8 s; return how many."""
    with transaction.atomic():
        board = Switchboard.lock(calls=call_ids)
        lapsed = [
            place
            for places in board.parties.values()
            for place in places
            if place.lease_until is not None and place.lease_until <= board.now
        ]
        for place in lapsed:
            board.go_out(place, "lapsed", SYSTEM)
        board.commit()
    return len(lapsed)


def _refuse_if_full(
    board: Switchboard, call: Call, stance: Stance, *, has_voice: bool
) -> None:
    """Let one more voice in while there are fewer than six; listening needs none."""
    if stance == Stance.MONITOR or has_voice:
        return
    if board.voices(call) >= MAX_VOICES:
        raise RoomFull


def _mine(user: User) -> list[int]:
    """Return the call in whose room the supervisor is."""
    places = Participant.objects.filter(
        operator=user, role=ParticipantRole.SUPERVISOR, left_at__isnull=True
    )
    return list(places.values_list("call_id", flat=True))


def _place(board: Switchboard, user: User) -> Participant | None:
    """Return the supervisor's unseated place in one of the locked rooms."""
    return next(
        (
            place
            for places in board.parties.values()
            for place in places
            if place.operator_id == user.pk and place.lease_until is not None
        ),
        None,
    )
