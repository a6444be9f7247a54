"""An agency's seats and line, as its stream's entries keep them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Q

from accounts.models import Agency
from dispatch.models import Call, Notice, Offer, Participant, Seat, Shift
from dispatch.snapshots.neighbours import neighbours_of
from dispatch.snapshots.rows import (
    line_call,
    notice_view,
    offer_view,
    operator_of,
    seat_view,
)
from dispatch.states import LIVE_CALL_STATES, CallState, OfferState
from reports.clock import now
from reports.models import Stream

CALLBACK_SPAN = timedelta(hours=24)  # lost callers of longer ago are in the records


def agency_snapshot(uuid: UUID) -> tuple[int, dict[str, Any]]:
    """Return (head number, snapshot) of an agency's stream.

    The head is read first: an entry committed in between is in the snapshot and comes
    again, which is harmless, as entries carry whole states. 10 queries, whatever the
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
        Call.objects.filter(
            Q(state__in=LIVE_CALL_STATES)
            | Q(
                state=CallState.ENDED,
                needs_callback=True,
                ended_at__gt=now() - CALLBACK_SPAN,
            ),
            agency=agency,
        ).select_related("incident", "caller", "seat__agency", "called_back_by")
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
        ).select_related(
            "call__incident", "call__caller", "call__seat__agency", "asked_by"
        )
    }
    rooms = {
        place.seat_id: place
        for place in Participant.objects.filter(
            left_at__isnull=True, seat__agency=agency
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
            "break_reasons": agency.break_reasons,
            "breaks_need_approval": agency.breaks_need_approval,
            "neighbours": neighbours_of(agency),
        },
        "seats": {
            str(seat.uuid): msgspec.to_builtins(
                seat_view(
                    seat,
                    shifts.get(seat.pk),
                    offer_view(offers[seat.pk], offers[seat.pk].call)
                    if seat.pk in offers
                    else None,
                    rooms[seat.pk].call if seat.pk in rooms else seat.wrap_up_call,
                    rooms[seat.pk].role if seat.pk in rooms else "",
                )
            )
            for seat in seats
        },
        "line": {
            str(call.uuid): msgspec.to_builtins(
                line_call(call, operator_of(call, shifts))
            )
            for call in calls
            if call.state != CallState.ENDED
        },
        "callbacks": {
            str(call.uuid): msgspec.to_builtins(line_call(call))
            for call in calls
            if call.state == CallState.ENDED
        },
        "notices": {
            str(notice.uuid): msgspec.to_builtins(notice_view(notice))
            for notice in Notice.objects.filter(
                agency=agency, withdrawn_at__isnull=True
            ).select_related("posted_by")
        },
    }
