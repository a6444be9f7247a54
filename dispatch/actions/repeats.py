"""Another tap of a phone whose call lives: told to the seat, its words and place kept.

The tap was merged into the live call by ``tap.py``; what it says may be what matters.
"""

from uuid import UUID, uuid5

from dispatch import events
from dispatch.actions.holding import on_call_and_seat
from dispatch.actions.known_taps import former_callers
from dispatch.actions.messages import Guest
from dispatch.actions.needs import need_sign
from dispatch.actions.positions import PositionBatch, PositionItem
from dispatch.actions.switchboard import Switchboard
from dispatch.actions.tap import TapItem, words_id
from dispatch.matching import SIGN_LANGUAGE
from dispatch.models import Call, Participant
from dispatch.states import CallState, ParticipantRole
from reports import journal, writer
from reports.events import MessagePosted
from reports.journal import Author, Draft


def note_repeated(item: TapItem, uuid: UUID) -> bool:
    """Write the repeated tap into the call's incident, once.

    Returns False if the call ended meanwhile: the tap is then an alarm of its own.
    """
    row = Call.objects.get(uuid=uuid)
    if not on_call_and_seat(row.pk, lambda board, call: _tell(board, call, item)):
        return False
    epoch = (
        Participant.objects.filter(
            call=row, role=ParticipantRole.GUEST, left_at__isnull=True
        )
        .values_list("epoch", flat=True)
        .first()
    )
    if item.position is not None:
        is_outside = "position_outside" in item.flags
        report = PositionItem(
            place=Guest(row.pk, epoch or 0),
            author=Author("caller", str(row.signer)),
            client_id=uuid5(item.tap.id, "position"),
            position=item.position,
            agency=None if is_outside else item.agency,
        )
        writer.commit([(PositionBatch, report)], journal.record_many)
    return True


def _tell(board: Switchboard, call: Call, item: TapItem) -> bool:
    author = Author("caller", str(call.caller.uuid))
    former = former_callers([item.device_hash])[item.device_hash]
    if journal.known_acks(
        [(uuid, item.tap.id) for uuid in (author.id, *(uuid for _, uuid in former))]
    ):
        return True  # told before, perhaps as who the phone was before it was verified
    if call.state == CallState.ENDED:
        return False
    if item.tap.sign_language and SIGN_LANGUAGE not in call.needs:
        need_sign(call, wanted=True)
        board.tell(call, events.CallNeedsChanged(call=board.view(call)), author)
    board.tell(call, events.CallRepeated(call=board.view(call)), author, item.tap.id)
    if item.tap.text is not None:
        body = MessagePosted(
            side="caller", text=item.tap.text, client_id=words_id(item)
        )
        subject = ("call", str(call.uuid))
        board.record(Draft(call.incident.uuid, author, body, subject))
    board.commit()
    return True
