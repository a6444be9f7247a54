"""What rings at a seat, before somebody accepts: the caller's own words."""

from typing import NamedTuple
from uuid import UUID

import msgspec

from accounts.models.ground import AnswerMode
from dispatch.events.frames import CallerWords
from dispatch.models import Offer
from dispatch.states import OfferState
from reports import journal

LINES = 3  # newest shown
LOOKED_AT = 12  # newest messages, of both sides, among which they are sought
LINE_LENGTH = 200  # characters; a card holds no more


class Ringing(NamedTuple):
    """An offer that waits for a person, and what its caller wrote."""

    offer: UUID
    call: UUID
    incident: UUID
    head: int  # of the incident's stream; read first, so nothing falls between
    words: list[CallerWords]


def ringing_at(seat_id: int, epoch: int) -> Ringing | None:
    """Return what rings at a seat that this very shift holds; None where nothing does.

    Three queries, however long the conversation is; one where nothing rings.
    """
    found = (
        Offer.objects.filter(
            state=OfferState.OPEN,
            answer=AnswerMode.RING,
            seat_id=seat_id,
            seat__shifts__epoch=epoch,
            seat__shifts__ended_at__isnull=True,
        )
        .values_list("uuid", "call__uuid", "call__incident__uuid")
        .first()
    )
    if found is None:
        return None
    offer, call, incident = found
    head = journal.heads([incident])[incident]
    said = [
        msgspec.json.decode(entry.text)
        for entry in journal.replay_kinds(incident, ["message.posted"], LOOKED_AT)
    ]
    words = [
        CallerWords(text=body["text"][:LINE_LENGTH], is_file=bool(body.get("clip")))
        for body in said
        if body.get("side") == "caller"  # none of one that was erased
    ]
    return Ringing(offer, call, incident, head, words[-LINES:])
