"""Rows turned into the views that entries and snapshots carry; no queries here.

Callers of these functions fetch with ``select_related``; what is missing would be a
query a row.
"""

from collections.abc import Collection
from datetime import datetime

from django.utils import translation

from accounts.models import masked_phone
from dispatch.events import (
    CallView,
    InvitationView,
    LineCall,
    NoticeView,
    OfferView,
    PartyView,
    RoomChanged,
    SeatView,
)
from dispatch.models import Call, Notice, Offer, Participant, Seat, Shift
from dispatch.states import Activity, CallState, OfferKind, ParticipantRole, Stance
from reports.clock import wire_time


def _time(moment: datetime | None) -> str | None:
    return wire_time(moment) if moment else None


def _is_plain(call: Call) -> bool:
    return "no_scripts" in call.incident.flags


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
        needs=list(call.needs),
    )


def line_call(call: Call, operator: str = "") -> LineCall:
    """Return a call (incident, agency, caller, seat fetched) as a line shows it.

    One that ended and needs a call-back is shown in the same way, in its own list.
    """
    seat = call.seat
    return LineCall(
        call=call.uuid,
        connected_at=_time(call.connected_at),
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
        needs=list(call.needs),
        language=call.caller.language,
        phone_masked=masked_phone(call.caller.phone or ""),
        ended_at=_time(call.ended_at),
        end_reason=call.end_reason,
        called_back_at=_time(call.called_back_at),
        called_back_by=str(call.called_back_by) if call.called_back_by_id else "",
        callback_outcome=call.callback_outcome,
        is_plain=_is_plain(call),
    )


def offer_view(offer: Offer, call: Call) -> OfferView:
    """Return an open offer with what the seat must know before it accepts.

    An invitation or a transfer says from whose seat: the one that hosts the call.
    """
    is_asked = offer.kind != OfferKind.CALL
    seat = call.seat if is_asked else None
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
        needs=list(call.needs),
        kind=offer.kind,
        role=offer.role,
        asked_by=str(offer.asked_by) if offer.asked_by_id else "",
        from_label=seat.full_label("zh-hans") if seat else "",
        from_label_en=seat.full_label("en") if seat else "",
        reason=offer.reason,
        is_plain=_is_plain(call),
    )


def invitation_view(offer: Offer, call: Call, operator: str) -> InvitationView:
    """Return an invitation or a transfer (seat, asked_by fetched) as the room sees it.

    ``operator`` is whoever sits at the seat that is asked.
    """
    return InvitationView(
        offer=offer.uuid,
        call=call.uuid,
        kind=offer.kind,
        role=offer.role,
        seat=offer.seat.uuid,
        seat_label=offer.seat.full_label("zh-hans"),
        seat_label_en=offer.seat.full_label("en"),
        operator=operator,
        asked_by=str(offer.asked_by) if offer.asked_by_id else "",
        reason=offer.reason,
        state=offer.state,
        expires_at=wire_time(offer.expires_at),
    )


def party_view(party: Participant) -> PartyView:
    """Return somebody in a room (seat fetched), by what they are, not by name."""
    seat = party.seat
    return PartyView(
        participant=party.uuid,
        role=party.role,
        label=seat.full_label("zh-hans") if seat else _role(party, "zh-hans"),
        label_en=seat.full_label("en") if seat else _role(party, "en"),
        is_muted=party.is_muted,
        joined_at=wire_time(party.joined_at),
    )


def _role(party: Participant, language: str) -> str:
    with translation.override(language):
        return str(ParticipantRole(party.role).label)


def room_view(
    call: Call,
    parties: Collection[Participant],
    why: str = "",
    *,
    is_whisper: bool = False,
) -> RoomChanged:
    """Return who is in a room (seats, operators fetched); unseen listeners are not."""
    shown = sorted(
        (p for p in parties if p.stance != Stance.MONITOR),
        key=lambda p: (p.joined_at, str(p.uuid)),
    )
    return RoomChanged(
        call=call.uuid,
        parties=[party_view(p) for p in shown if p.stance == Stance.OPEN],
        whispering=[party_view(p) for p in shown if p.stance == Stance.WHISPER],
        people={str(p.uuid): str(p.operator) for p in shown},
        why=why,
        is_whisper=is_whisper,
    )


def notice_view(notice: Notice) -> NoticeView:
    """Return a supervisor's sentence (posted_by fetched)."""
    return NoticeView(
        notice=notice.uuid,
        text=notice.text,
        posted_by=str(notice.posted_by),
        posted_at=wire_time(notice.posted_at),
        until=wire_time(notice.until),
        is_withdrawn=notice.withdrawn_at is not None,
    )


def seat_view(
    seat: Seat,
    shift: Shift | None,
    offer: OfferView | None,
    call: Call | None,
    room_role: str = "",
) -> SeatView:
    """Return a seat; ``call`` is the one in its room or in its wrap-up.

    ``room_role`` is what it is in that room.
    """
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
        room_role=room_role,
        skills=list(shift.operator.skills) if shift else [],
        misses=seat.misses,
        rest_until=_time(seat.rest_until),
        break_asked=seat.break_asked,
        break_asked_at=_time(seat.break_asked_at),
        relief_open=seat.relief_open,
    )


def operator_of(call: Call, shifts: dict[int, Shift]) -> str:
    """Return the name of who hosts a connected call, by its seat's open shift."""
    if call.seat_id is None or call.state != CallState.CONNECTED:
        return ""
    shift = shifts.get(call.seat_id)
    return str(shift.operator) if shift else ""
