"""What a call, the line, an offer and a seat look like on the wire."""

from uuid import UUID

from msgspec import Struct


class CallView(Struct, frozen=True, kw_only=True):
    """One call, as the seat that hosts it sees it."""

    call: UUID
    number: str
    incident: UUID
    agency: UUID
    state: str
    mode: str
    priority: int
    queued_at: str
    connected_at: str | None = None
    ended_at: str | None = None
    end_reason: str = ""
    seat: UUID | None = None
    seat_label: str = ""
    seat_label_en: str = ""
    operator: str = ""
    lost_at: str | None = None
    escalations: int = 0
    needs_callback: bool = False


class LineCall(Struct, frozen=True, kw_only=True):
    """One live call, as every seat of the agency sees it in the line."""

    call: UUID
    number: str
    incident: UUID
    agency: UUID
    state: str
    mode: str
    priority: int
    queued_at: str
    assurance: str
    area: str = ""
    area_en: str = ""
    seat: UUID | None = None
    seat_label: str = ""
    seat_label_en: str = ""
    operator: str = ""
    lost_at: str | None = None
    escalations: int = 0
    needs_callback: bool = False


class OfferView(Struct, frozen=True, kw_only=True):
    """The offer a seat holds. ``answer`` is auto (accept at once) or ring."""

    offer: UUID
    call: UUID
    incident: UUID
    number: str
    mode: str
    priority: int
    queued_at: str
    answer: str
    made_at: str
    expires_at: str
    assurance: str
    area: str = ""
    area_en: str = ""
    lost_at: str | None = None


class SeatView(Struct, frozen=True, kw_only=True):
    """One seat, as everybody in the agency sees it."""

    seat: UUID
    number: int
    label: str
    label_en: str
    agency: UUID
    is_active: bool
    availability: str
    reason: str
    activity: str
    since: str
    operator: str = ""
    operator_id: UUID | None = None
    epoch: int = 0
    offer: OfferView | None = None
    call: UUID | None = None
    incident: UUID | None = None
    wrap_up_until: str | None = None
