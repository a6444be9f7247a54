"""An agency's seats and line, as its stream's entries keep them."""

from typing import Any
from uuid import UUID

import msgspec

from accounts.models import Agency
from dispatch.models import Call, Offer, Participant, Seat, Shift
from dispatch.snapshots.rows import line_call, offer_view, operator_of, seat_view
from dispatch.states import OfferState, ParticipantRole
from reports.models import Stream


def agency_snapshot(uuid: UUID) -> tuple[int, dict[str, Any]]:
    """Return (head number, snapshot) of an agency's stream.

    The head is read first: an entry committed in between is in the snapshot and comes
    again, which is harmless, as entries carry whole states. 7 queries, whatever the
    number of seats and calls.
    """
    head = Stream.objects.values_list("head_seq", flat=True).get(uuid=uuid)
    agency = Agency.objects.get(uuid=uuid)
    seats = list(
        Seat.objects.filter(agency=agency).select_related(
            "agency", "wrap_up_call__incident"
        )
    )
    for seat in seats:
        seat.agency = agency
    calls = list(
        Call.objects.live()
        .filter(agency=agency)
        .select_related("incident", "caller", "seat__agency")
    )
    for call in calls:
        call.agency = agency
    shifts = {
        shift.seat_id: shift
        for shift in Shift.objects.filter(ended_at__isnull=True)
        .filter(
            seat_id__in=[s.pk for s in seats] + [c.seat_id for c in calls if c.seat_id]
        )
        .select_related("operator")
    }
    offers = {
        offer.seat_id: offer
        for offer in Offer.objects.filter(
            state=OfferState.OPEN, seat__agency=agency
        ).select_related("call__incident", "call__caller")
    }
    rooms = {
        host.seat_id: host.call
        for host in Participant.objects.filter(
            role=ParticipantRole.HOST, left_at__isnull=True, seat__agency=agency
        ).select_related("call__incident")
    }
    return head, {
        "agency": {
            "agency": str(agency.uuid),
            "code": agency.code,
            "name": agency.name,
            "name_en": agency.name_en,
            "phone_number": agency.phone_number,
            "answer_mode": agency.answer_mode,
            "categories": agency.categories,
            "phrases": agency.phrases,
        },
        "seats": {
            str(seat.uuid): msgspec.to_builtins(
                seat_view(
                    seat,
                    shifts.get(seat.pk),
                    offer_view(offers[seat.pk], offers[seat.pk].call)
                    if seat.pk in offers
                    else None,
                    rooms.get(seat.pk) or seat.wrap_up_call,
                )
            )
            for seat in seats
        },
        "line": {
            str(call.uuid): msgspec.to_builtins(
                line_call(call, operator_of(call, shifts))
            )
            for call in calls
        },
    }
