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
    needs: list[str] = []


class LineCall(Struct, frozen=True, kw_only=True):
    """One live call, as every seat of the agency sees it in the line.

    ``is_plain``: it came by the page that works without scripts, and no window has
    spoken for it since. Such a phone is never in reach, and is not lost either.
    """

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
    needs: list[str] = []
    language: str = ""
    phone_masked: str = ""
    connected_at: str | None = None
    ended_at: str | None = None
    end_reason: str = ""
    called_back_at: str | None = None
    called_back_by: str = ""
    callback_outcome: str = ""
    is_plain: bool = False


class OfferView(Struct, frozen=True, kw_only=True):
    """The offer a seat holds. ``answer`` is auto (accept at once) or ring.

    ``kind``: call (from the line), invite (come in as ``role``), transfer (take over).
    The last two always ring, and say who asks (``asked_by``, ``from_label``) and why.
    ``is_plain``: as in LineCall; told anew whenever ``lost_at`` is.
    """

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
    needs: list[str] = []
    kind: str = "call"
    role: str = ""
    asked_by: str = ""
    from_label: str = ""
    from_label_en: str = ""
    reason: str = ""
    is_plain: bool = False


class InvitationView(Struct, frozen=True, kw_only=True):
    """A colleague who is asked to come into a call, or to take it over.

    ``state``: open, accepted, declined, unanswered, withdrawn.
    """

    offer: UUID
    call: UUID
    kind: str
    role: str
    seat: UUID
    seat_label: str
    seat_label_en: str
    operator: str
    asked_by: str
    reason: str
    state: str
    expires_at: str


class PartyView(Struct, frozen=True, kw_only=True):
    """Somebody in a room besides host and guest, as everybody there may know them."""

    participant: UUID
    role: str
    label: str
    label_en: str
    is_muted: bool = False
    joined_at: str = ""


class NoticeView(Struct, frozen=True, kw_only=True):
    """A supervisor's sentence to every seat of an agency, until it is over."""

    notice: UUID
    text: str
    posted_by: str
    posted_at: str
    until: str
    is_withdrawn: bool = False


class SeatView(Struct, frozen=True, kw_only=True):
    """One seat, as everybody in the agency sees it.

    ``room_role`` is what it is in its call's room (host, second, interpreter); empty
    without one. ``skills`` are its operator's.
    """

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
    room_role: str = ""
    skills: list[str] = []
    misses: int = 0
    rest_until: str | None = None
    break_asked: str = ""
    break_asked_at: str | None = None
    relief_open: bool = False


class HealthView(Struct, frozen=True, kw_only=True):
    """What is wrong at an agency: seats given up, overdue states, silent seats.

    ``lapsed``: shifts that ended in the last hour because the console was not heard.
    ``stuck``: states whose deadline passed and that nobody moved on. ``late``: seats
    not heard for 4 s, half their lease.
    """

    lapsed: int = 0
    stuck: int = 0
    late: list[UUID] = []
