"""A call goes to another host: transferred, handed over, taken over.

The caller is never without one, unless a person gives the call to another line. A
transfer to a seat is an offer: the host keeps the call until it is accepted.
"""

from datetime import timedelta
from uuid import UUID

from accounts.models import Agency
from dispatch.actions.assigning import is_free
from dispatch.actions.holding import (
    Holder,
    call_pk,
    hosted,
    known_ack,
    locked_seat,
    with_rooms,
)
from dispatch.actions.invitations import refuse_unless_askable, seat_pk
from dispatch.actions.parties import seen_party
from dispatch.actions.serving import is_served
from dispatch.actions.switchboard import Switchboard
from dispatch.errors import (
    CallEnded,
    HostAlive,
    NobodyFree,
    NobodyThere,
    NotConnected,
    NotYours,
    SeatBusy,
    TransferPending,
)
from dispatch.models import Call, Participant
from dispatch.states import (
    SEAT_LEASE_SECONDS,
    SILENT_SECONDS,
    CallState,
    OfferKind,
    TransferKind,
)
from reports.journal import Recorded

# Nothing heard of a host's console for so long: a colleague may take its call over.
SILENT = timedelta(seconds=SILENT_SECONDS)


def transfer_call(
    *,
    holder: Holder,
    call: UUID,
    seat: UUID | None,
    agency: UUID | None,
    reason: str,
    client_id: UUID,
) -> Recorded:
    """Give one's call to a seat, where it rings, or to another agency's line.

    Raises:
        NobodyFree: nobody is ready for the line; the caller would be left alone.
        SeatNotFree: the seat cannot be asked; ``facts`` say what it does.
        TransferPending: the call is being offered to another seat.
    """
    pk = call_pk(call)
    target = seat_pk(seat) if seat is not None else None
    line = agency_of(agency) if agency is not None else None

    def act(board: Switchboard) -> Recorded:
        mine = locked_seat(board, holder)
        if known := known_ack(holder.author, client_id):
            return known
        here = hosted(board, mine, pk)
        if line is not None:
            refuse_other_sort(here, line)
            if not is_served(line):
                raise NobodyFree
            board.return_to_line(
                here, "transferred", holder.author, client_id, to=line, reason=reason
            )
            board.wrap_up(mine, here, "call transferred")
            return board.commit_as(client_id)
        assert target is not None
        refuse_if_pending(board, here)
        refuse_unless_askable(board, here, board.seats[target])
        board.ask(
            here,
            board.seats[target],
            kind=OfferKind.TRANSFER,
            asked_by=board.shifts[mine.pk].operator,
            reason=reason,
            author=holder.author,
            client_id=client_id,
        )
        return board.commit_as(client_id)

    seats = [holder.seat_id] if target is None else [holder.seat_id, target]
    return with_rooms([pk], act, seats=seats)


def hand_over(
    *, holder: Holder, call: UUID, participant: UUID, client_id: UUID
) -> Recorded:
    """Make a seat that is in the room the host; one leaves, to wrap up."""
    pk = call_pk(call)

    def act(board: Switchboard) -> Recorded:
        mine = locked_seat(board, holder)
        if known := known_ack(holder.author, client_id):
            return known
        here = hosted(board, mine, pk)
        place = seen_party(board, here, participant)
        if place.seat_id is None or place.seat_id not in board.shifts:
            raise NobodyThere(operator=str(place.operator))
        heir = board.seats[place.seat_id]
        board.change_host(here, heir, TransferKind.WARM, holder.author, client_id)
        return board.commit_as(client_id)

    return with_rooms([pk], act, seats=[holder.seat_id])


def take_over_call(
    *,
    holder: Holder,
    call: UUID,
    reason: str,
    agencies: frozenset[int],
    supervises: frozenset[int],
    client_id: UUID,
) -> Recorded:
    """Take a call from a host whose console gives no sign of life, or as supervisor.

    One may be in its room already, as a second seat; else one's seat must be free.

    Raises:
        HostAlive: its console was heard in the last 4 s; ``facts`` say whose it is.
        NotConnected: it waits, or is being offered: it is taken or accepted, then.
    """
    pk = call_pk(call)
    may_see = Call.objects.filter(pk=pk, agency_id__in=agencies | supervises).exists()

    def act(board: Switchboard) -> Recorded:
        mine = locked_seat(board, holder)
        if known := known_ack(holder.author, client_id):
            return known
        here, place = board.calls[pk], board.room_of_seat(mine)
        is_inside = place is not None and place.call_id == pk
        if not (may_see or is_inside):
            raise NotYours
        host = connected_host(board, here)
        if host.seat_id == mine.pk:
            raise NotYours
        if not is_inside and not is_free(board, mine):
            raise SeatBusy
        if here.agency_id not in supervises and not _is_silent(board, host):
            raise HostAlive(**facts_of(host))
        board.change_host(
            here,
            mine,
            TransferKind.TAKE_OVER,
            holder.author,
            client_id,
            reason=reason,
        )
        return board.commit_as(client_id)

    return with_rooms([pk], act, seats=[holder.seat_id])


def _is_silent(board: Switchboard, host: Participant) -> bool:
    """Say whether the host's console has not been heard for 4 s or longer."""
    shift = board.shifts.get(host.seat_id or 0)
    lease = timedelta(seconds=SEAT_LEASE_SECONDS)
    return shift is None or shift.lease_until - board.now < lease - SILENT


# --- Shared with supervision ---------------------------------------------------------


def connected_host(board: Switchboard, call: Call) -> Participant:
    """Return the host of a connected call; else refuse with where the call is."""
    if call.state == CallState.ENDED:
        raise CallEnded
    host = board.hosts.get(call.pk)
    if host is None:
        raise NotConnected(call_state=call.state)
    return host


def facts_of(host: Participant) -> dict[str, str]:
    """Return who has a call, and where, for a refusal."""
    seat = host.seat
    return {
        "operator": str(host.operator),
        "seat": str(seat.uuid) if seat else "",
        "seat_label": seat.full_label("zh-hans") if seat else "",
        "seat_label_en": seat.full_label("en") if seat else "",
    }


def refuse_if_pending(board: Switchboard, call: Call) -> None:
    """Let a call be offered to one seat at a time."""
    pending = board.transfer_of(call)
    if pending is not None:
        raise TransferPending(
            seat_label=pending.seat.full_label("zh-hans"),
            seat_label_en=pending.seat.full_label("en"),
            asked_by=str(pending.asked_by) if pending.asked_by else "",
        )


def agency_of(uuid: UUID) -> Agency:
    """Return an agency in service by its public id."""
    agency = Agency.objects.filter(uuid=uuid, is_active=True).first()
    if agency is None:
        raise NotYours
    return agency


def refuse_other_sort(call: Call, line: Agency) -> None:
    """Keep the canary's calls in its own line, and others out of it."""
    if call.agency.is_synthetic != line.is_synthetic:
        raise NotYours
