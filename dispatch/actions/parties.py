"""Those in a room besides host and guest: they leave, are put out, are muted.

The caller cannot be put out: a call ends, or is given to somebody else.
"""

from typing import NoReturn
from uuid import UUID

from django.db import transaction

from dispatch.actions.holding import (
    Holder,
    call_pk,
    hosted,
    known_ack,
    locked_seat,
    with_rooms,
)
from dispatch.actions.switchboard import Switchboard
from dispatch.errors import NotInRoom, NotYours
from dispatch.models import Call, Participant
from dispatch.states import ParticipantRole, Stance
from reports.clock import wire_time
from reports.journal import Recorded


def leave_room(*, holder: Holder, call: UUID, client_id: UUID) -> Recorded:
    """Leave a room one was asked into; the seat idles at once."""
    # A call that is not there is one the seat is not in: the same answer.
    pks = list(Call.objects.filter(uuid=call).values_list("pk", flat=True))
    with transaction.atomic():
        board = Switchboard.lock(seats=[holder.seat_id], calls=pks)
        seat = locked_seat(board, holder)
        if known := known_ack(holder.author, client_id):
            return known
        place = board.room_of_seat(seat)
        if place is None or place.call_id not in pks:
            raise NotInRoom
        if place.role == ParticipantRole.HOST:
            raise NotYours  # a host hands over, transfers or ends
        board.go_out(place, "left", holder.author, client_id)
        return board.commit_as(client_id)


def remove_participant(
    *, holder: Holder, call: UUID, participant: UUID, client_id: UUID
) -> Recorded:
    """Put somebody out of the room one hosts."""
    pk = call_pk(call)

    def act(board: Switchboard) -> Recorded:
        seat = locked_seat(board, holder)
        if known := known_ack(holder.author, client_id):
            return known
        place = seen_party(board, hosted(board, seat, pk), participant)
        board.go_out(place, "removed", holder.author, client_id)
        return board.commit_as(client_id)

    return with_rooms([pk], act, seats=[holder.seat_id])


def mute_participant(
    *, holder: Holder, call: UUID, participant: UUID, is_muted: bool, client_id: UUID
) -> Recorded:
    """Let somebody in the room one hosts be heard, or not."""
    pk = call_pk(call)
    with transaction.atomic():
        board = Switchboard.lock(seats=[holder.seat_id], calls=[pk])
        seat = locked_seat(board, holder)
        if known := known_ack(holder.author, client_id):
            return known
        place = seen_party(board, hosted(board, seat, pk), participant)
        board.mute(place, is_muted, holder.author, client_id)
        return board.commit_as(client_id)


def seen_party(board: Switchboard, call: Call, uuid: UUID) -> Participant:
    """Return one of a room's parties, as its host may know them; else refuse.

    Who listens unseen is not there, and host and guest are no parties.
    """
    place = board.party(call, uuid)
    if place is None or place.stance == Stance.MONITOR:
        refuse_absent(call, uuid)
    return place


def refuse_absent(call: Call, uuid: UUID) -> NoReturn:
    """Refuse with when they left, if they were in this room, and were seen there."""
    was = (
        Participant.objects.filter(call=call, uuid=uuid, left_at__isnull=False)
        .exclude(role__in=[ParticipantRole.HOST, ParticipantRole.GUEST])
        .exclude(stance=Stance.MONITOR)
        .select_related("operator")
        .first()
    )
    if was is None or was.left_at is None:
        raise NotYours
    raise NotInRoom(operator=str(was.operator), left_at=wire_time(was.left_at))
