"""The laws of DESIGN section 3, read from the database after whatever was done."""

from collections import Counter
from uuid import UUID

from django.db.models import Model, Q

from dispatch.models import Call, Notice, Offer, Participant, Seat, Shift
from dispatch.states import LIVE_CALL_STATES, Activity, CallState
from reports import journal
from reports.journal import Author, Recorded
from reports.models import Entry, Stream
from reports.models.journal import GENESIS
from reports.seal.chain import body_hash


def hold(*, chains: bool = True) -> None:
    """Assert what must be true at every moment."""
    calls = list(Call.objects.select_related("incident"))
    seats: dict[int | None, Seat] = {seat.pk: seat for seat in Seat.objects.all()}
    shifts = list(Shift.objects.filter(ended_at=None))
    offers = list(Offer.objects.filter(state="open"))
    rooms = list(Participant.objects.filter(left_at=None))
    hosts = [p for p in rooms if p.role == "host"]
    guests = [p for p in rooms if p.role == "guest"]
    seated = [p for p in rooms if p.seat_id]
    # Law 1: one of each.
    _unique("hosts of a call", [p.call_id for p in hosts])
    _unique("guests of a call", [p.call_id for p in guests])
    _unique("rooms of a seat", [p.seat_id for p in seated])
    _unique(
        "rooms of a supervisor",
        [p.operator_id for p in rooms if p.role == "supervisor"],
    )
    _unique("live calls of a caller", [c.caller_id for c in calls if _is_live(c)])
    _unique("operators at a seat", [s.seat_id for s in shifts])
    _unique("seats of an operator", [s.operator_id for s in shifts])
    _unique("open offers of a seat", [o.seat_id for o in offers])
    asked = [o for o in offers if o.kind != "call"]
    _unique("open offers of a call", [o.call_id for o in offers if o.kind != "invite"])
    _calls_fit(
        calls,
        seats,
        {o.call_id: o for o in offers if o.kind == "call"},
        {p.call_id: p for p in hosts},
        {p.call_id: p for p in guests},
    )
    _seats_fit(seats, shifts, offers, seated)
    _rooms_fit({call.pk: call for call in calls}, rooms, asked)
    if chains:
        for stream in Stream.objects.all():
            # The head is read before its entries, and a loop may write between: a chain
            # that is broken is so at the second look too.
            fault = journal.verify(stream.uuid) and journal.verify(stream.uuid)
            assert fault is None, f"{stream}: {fault}"


def _is_live(call: Call) -> bool:
    return call.state in LIVE_CALL_STATES


def _unique(what: str, keys: list[int | None]) -> None:
    twice = [key for key, count in Counter(keys).items() if count > 1]
    assert not twice, f"more than one of: {what} ({twice})"


def _calls_fit(
    calls: list[Call],
    seats: dict[int | None, Seat],
    offers: dict[int, Offer],
    hosts: dict[int, Participant],
    guests: dict[int, Participant],
) -> None:
    """Each state has exactly what belongs to it, and a deadline (law 4)."""
    for call in calls:
        offer, host, guest = (kind.get(call.pk) for kind in (offers, hosts, guests))
        assert call.incident.caller_id == call.caller_id, call
        match CallState(call.state):
            case CallState.WAITING:
                assert (offer, host, call.seat_id) == (None, None, None), call
                assert call.escalate_at, f"{call} waits without a deadline"
            case CallState.OFFERED:
                assert offer, f"{call} is offered to nobody"
                assert host is None, call
                assert (offer.seat_id, call.escalate_at is None) == (
                    call.seat_id,
                    False,
                ), call
                assert seats[offer.seat_id].activity == Activity.OFFERED, call
            case CallState.CONNECTED:
                assert host, f"{call} is connected without a host"
                assert offer is None, call
                assert host.seat_id == call.seat_id, call
                assert call.connected_at, call
                assert seats[host.seat_id].activity == Activity.ON_CALL, call
            case CallState.ENDED:
                assert (offer, host, guest) == (None, None, None), call
                assert call.end_reason, f"{call} ended without a reason"
                continue
        assert guest, f"{call} lives without its guest"
        assert guest.lease_until, f"{call}: the phone's place has no deadline"
        assert guest.caller_id == call.caller_id, call
        if call.state == CallState.CONNECTED:
            assert guest.admitted_at, f"{call}: the guest was never admitted"


def _rooms_fit(
    calls: dict[int, Call], rooms: list[Participant], asked: list[Offer]
) -> None:
    """Others are in a room, or asked into it, only while its call is connected.

    Six have a voice at most, host and caller included; who came from the board has a
    deadline of their own, and everybody else none but their seat's.
    """
    voices = Counter(o.call_id for o in asked if o.kind == "invite")
    for place in rooms:
        if place.role in ("host", "guest"):
            continue
        assert calls[place.call_id].state == CallState.CONNECTED, place
        assert (place.lease_until is None) == (place.seat_id is not None), place
        voices[place.call_id] += place.stance != "monitor"
    for offer in asked:
        assert calls[offer.call_id].state == CallState.CONNECTED, offer
        assert offer.asked_by_id, f"{offer}: nobody asks"
    crowded = [call for call, count in voices.items() if count > 4]
    assert not crowded, f"more than six voices: {crowded}"


def _seats_fit(
    seats: dict[int | None, Seat],
    shifts: list[Shift],
    offers: list[Offer],
    seated: list[Participant],
) -> None:
    """A seat is doing exactly what its rows say, under its newest epoch (law 2)."""
    by_seat = {shift.seat_id: shift for shift in shifts}
    offered = {offer.seat_id for offer in offers}
    inside = {place.seat_id: place for place in seated}
    for seat in seats.values():
        shift = by_seat.get(seat.pk)
        assert (seat.activity == Activity.OFFERED) == (seat.pk in offered), seat
        assert (seat.activity == Activity.ON_CALL) == (seat.pk in inside), seat
        wraps = seat.activity == Activity.WRAP_UP
        assert wraps == (seat.wrap_up_call_id is not None), seat
        assert wraps == (seat.wrap_up_until is not None), seat
        if shift is None:
            assert seat.activity == Activity.IDLE, f"{seat} works with nobody there"
            assert seat.availability == "off", f"{seat} is open with nobody there"
            assert not seat.relief_open, f"{seat}: relief of nobody"
            assert seat.break_asked_at is None, f"{seat}: nobody asks for a break"
            continue
        assert shift.epoch == seat.epoch, f"{seat}: an old shift is open"
        if seat.pk in inside:
            assert inside[seat.pk].epoch == shift.epoch, f"{seat}: an old place"
            assert inside[seat.pk].operator_id == shift.operator_id, seat


class Chains:
    """All chains, walked on from where they were found whole the last time."""

    def __init__(self) -> None:
        self._walked: dict[int, tuple[int, str]] = {}  # stream → last number, digest

    def check(self) -> None:
        """Assert that what was appended follows; ``journal.verify`` walks it all."""
        for stream in Stream.objects.all():
            seq, digest = self._walked.get(stream.pk, (0, GENESIS))
            if stream.head_seq == seq:
                assert stream.head_digest == digest, f"{stream}: the head changed"
                continue
            new = stream.entries.filter(seq__gt=seq).select_related("stream", "body")
            for entry in new.order_by("seq"):
                seq += 1
                assert (entry.seq, entry.prev) == (seq, digest), f"{stream} at {seq}"
                text = entry.body.text.encode()
                assert entry.body_hash == body_hash(entry.body.salt, text), entry
                digest = journal.entry_digest(entry)
            assert (stream.head_seq, stream.head_digest) == (seq, digest), f"{stream}"
            self._walked[stream.pk] = (seq, digest)


def acknowledged(acks: list[tuple[Author, UUID, Recorded]]) -> None:
    """Law 3: what was acknowledged stands in the journal, where it was said to."""
    found = {
        (author, client_id): (stream, seq)
        for author, client_id, stream, seq in Entry.objects.filter(
            client_id__in={client_id for _, client_id, _ in acks}
        ).values_list("author_id", "client_id", "stream__uuid", "seq")
    }
    for author, client_id, recorded in acks:
        stands = found.get((author.id, client_id))
        assert stands == (recorded.stream, recorded.seq), (
            f"acknowledged as {recorded}, but stands at {stands}"
        )


def nothing_is_overdue(moment, *, grace: float = 1.0) -> None:
    """Law 4: after a sweep no deadline lies in the past."""
    from datetime import timedelta

    late = moment - timedelta(seconds=grace)
    overdue: list[tuple[type[Model], Q]] = [
        (Offer, Q(state="open", expires_at__lt=late)),
        (Shift, Q(ended_at=None, lease_until__lt=late)),
        (Seat, Q(wrap_up_until__lt=late)),
        (Participant, Q(role="supervisor", left_at=None, lease_until__lt=late)),
        (Notice, Q(withdrawn_at=None, until__lt=late)),
        (Call, Q(state__in=["waiting", "offered"], escalate_at__lt=late)),
        (
            Participant,
            Q(
                role="guest",
                left_at=None,
                lease_until__lt=late,
                call__lost_at=None,
            ),
        ),
        (
            Call,
            Q(
                state="connected",
                lost_at__lt=late - timedelta(seconds=120),
                connected_at__lt=late - timedelta(seconds=120),
            ),
        ),
    ]
    for model, is_due in overdue:
        rows = list(model._default_manager.filter(is_due))
        assert not rows, f"nobody moved on: {rows}"
