"""What whoever answers should be able to do: asked for at the tap, changed later."""

from uuid import UUID

from dispatch import events
from dispatch.actions.holding import known_ack, on_call_and_seat, refuse_old_window
from dispatch.actions.switchboard import Switchboard
from dispatch.matching import SIGN_LANGUAGE
from dispatch.models import Call
from reports.journal import Author, Recorded


def set_needs(
    *, call_id: int, epoch: int, sign_language: bool, author: Author, client_id: UUID
) -> Recorded:
    """Ask for sign language, or no longer; languages stay as the phone told them.

    While the call waits it chooses among free seats; later the host is told, who may
    ask an interpreter in.
    """

    def act(board: Switchboard, call: Call) -> Recorded:
        if known := known_ack(author, client_id):
            return known
        refuse_old_window(board, call, epoch)
        need_sign(call, wanted=sign_language)
        board.tell(
            call, events.CallNeedsChanged(call=board.view(call)), author, client_id
        )
        return board.commit()[0]

    return on_call_and_seat(call_id, act)


def need_sign(call: Call, *, wanted: bool) -> None:
    """Note that sign language is needed, or not."""
    others = [need for need in call.needs if need != SIGN_LANGUAGE]
    call.needs = [*others, SIGN_LANGUAGE] if wanted else others
