"""Rows turned into the views that entries and snapshots carry; no queries here.

Callers of these functions fetch with ``select_related``; what is missing would be a
query a row.
"""

from datetime import datetime

from dispatch.events import CallView, LineCall, OfferView, SeatView
from dispatch.models import Call, Offer, Seat, Shift
from dispatch.states import Activity, CallState
from reports.clock import wire_time


def _time(moment: datetime | None) -> str | None:
    return wire_time(moment) if moment else None


def call_view(call: Call, operator: str = "") -> CallView:
    """Return a call (with incident, agency, seat fetched) as its host sees it."""
    seat = call.seat
    return CallView(
        call=call.uuid,
        number=call.incident.number,
        incident=call.incident.uuid,
        agency=call.agency.uuid,
        state=call.state,
        mode=call.mode,
        priority=call.priority,
        queued_at=wire_time(call.queued_at),
        connected_at=_time(call.connected_at),
        ended_at=_time(call.ended_at),
        end_reason=call.end_reason,
        seat=seat.uuid if seat else None,
        seat_label=seat.full_label("zh-hans") if seat else "",
        seat_label_en=seat.full_label("en") if seat else "",
        operator=operator,
        lost_at=_time(call.lost_at),
        escalations=call.escalations,
        needs_callback=call.needs_callback,
    )


def line_call(call: Call, operator: str = "") -> LineCall:
    """Return a call (incident, agency, caller, seat fetched) as a line shows it."""
    seat = call.seat
    return LineCall(
        call=call.uuid,
        number=call.incident.number,
        incident=call.incident.uuid,
        agency=call.agency.uuid,
        state=call.state,
        mode=call.mode,
        priority=call.priority,
        queued_at=wire_time(call.queued_at),
        assurance=call.caller.assurance,
        area=call.area_name,
        area_en=call.area_name_en,
        seat=seat.uuid if seat else None,
        seat_label=seat.full_label("zh-hans") if seat else "",
        seat_label_en=seat.full_label("en") if seat else "",
        operator=operator,
        lost_at=_time(call.lost_at),
        escalations=call.escalations,
        needs_callback=call.needs_callback,
    )


def offer_view(offer: Offer, call: Call) -> OfferView:
    """Return an open offer with what the seat must know before it accepts."""
    return OfferView(
        offer=offer.uuid,
        call=call.uuid,
        incident=call.incident.uuid,
        number=call.incident.number,
        mode=call.mode,
        priority=call.priority,
        queued_at=wire_time(call.queued_at),
        answer=offer.answer,
        made_at=wire_time(offer.made_at),
        expires_at=wire_time(offer.expires_at),
        assurance=call.caller.assurance,
        area=call.area_name,
        area_en=call.area_name_en,
        lost_at=_time(call.lost_at),
    )


def seat_view(
    seat: Seat, shift: Shift | None, offer: OfferView | None, call: Call | None
) -> SeatView:
    """Return a seat; ``call`` is the one in its room or in its wrap-up."""
    is_wrapping = seat.activity == Activity.WRAP_UP
    return SeatView(
        seat=seat.uuid,
        number=seat.number,
        label=seat.full_label("zh-hans"),
        label_en=seat.full_label("en"),
        agency=seat.agency.uuid,
        is_active=seat.is_active,
        availability=seat.availability,
        reason=seat.reason,
        activity=seat.activity,
        since=_time(seat.since) or "",
        operator=str(shift.operator) if shift else "",
        operator_id=shift.operator.uuid if shift else None,
        epoch=shift.epoch if shift else 0,
        offer=offer,
        call=call.uuid if call else None,
        incident=call.incident.uuid if call else None,
        wrap_up_until=_time(seat.wrap_up_until) if is_wrapping else None,
    )


def operator_of(call: Call, shifts: dict[int, Shift]) -> str:
    """Return the name of who hosts a connected call, by its seat's open shift."""
    if call.seat_id is None or call.state != CallState.CONNECTED:
        return ""
    shift = shifts.get(call.seat_id)
    return str(shift.operator) if shift else ""
