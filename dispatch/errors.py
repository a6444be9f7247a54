"""Why an act of the switchboard is refused: a code, a sentence, and who won."""

from collections.abc import Mapping

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reports.errors import OverBudget as OverBudget
from reports.errors import ReportError


def _seat(facts: Mapping[str, object]) -> str:
    """Return the label of the seat that ``facts`` name, in the reader's language."""
    is_chinese = (get_language() or "zh").startswith("zh")
    return str(facts.get("seat_label" if is_chinese else "seat_label_en") or "")


class DispatchError(ReportError):
    """Base of all refusals of this app."""


class OfferGone(DispatchError):
    """The offer lapsed, was withdrawn, or another seat has the call."""

    code = "offer_gone"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("The offer no longer stands.")


class CallTaken(DispatchError):
    """Another seat has the call; ``facts`` name it."""

    code = "call_taken"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("The call was taken by %(seat)s.") % {"seat": _seat(self.facts)}


class CallEnded(DispatchError):
    """The call is over."""

    code = "call_ended"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("The call has ended.")


class FormChanged(DispatchError):
    """A colleague changed these fields since the edit began; nothing was saved.

    ``facts.fields`` holds what stands in them now, ``saved_by`` and ``saved_at`` who
    wrote it and when, ``seq`` the number in the incident's stream up to which that is.
    """

    code = "form_changed"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("%(who)s wrote here meanwhile.") % {"who": self.facts.get("saved_by")}


class SeatBusy(DispatchError):
    """The seat has a call, an offer or wrap-up already."""

    code = "seat_busy"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("This seat already has a call.")


class SeatHeld(DispatchError):
    """Somebody works at the seat; ``facts`` say who and since when."""

    code = "seat_held"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("This seat is taken.")


class EpochStale(DispatchError):
    """The place was given away since; ``facts`` say when and why."""

    code = "epoch_stale"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("Your place continued elsewhere.")


class NoSeat(DispatchError):
    """The act needs a seat, and this socket holds none."""

    code = "no_seat"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("Take a seat first.")


class NotYours(DispatchError):
    """There is no such thing, or it is not this one's to see."""

    code = "not_found"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("There is no such call.")


class ReadOnly(DispatchError):
    """This window only watches; another one holds the call."""

    code = "read_only"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("The call continues in another window. Take it over to write here.")


class NotInWrapUp(DispatchError):
    """There is no wrap-up to extend or finish."""

    code = "not_in_wrap_up"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("The wrap-up is over.")


class SeatNotFree(DispatchError):
    """The seat cannot be asked now; ``facts`` say who is there and what they do."""

    code = "seat_not_free"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("%(seat)s is not free.") % {"seat": _seat(self.facts)}


class NobodyFree(DispatchError):
    """No seat there is free that could be asked."""

    code = "nobody_free"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("Nobody is free there.")


class RoomFull(DispatchError):
    """As many speak in the room, or are asked to, as a room can hold."""

    code = "room_full"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("The room is full: six voices at most.")


class TransferPending(DispatchError):
    """The call is offered to somebody already; ``facts`` say to whom and by whom."""

    code = "transfer_pending"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("The call is being offered to %(seat)s.") % {"seat": _seat(self.facts)}


class NotInRoom(DispatchError):
    """Whoever was named has left the room, or was never in it."""

    code = "not_in_room"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("They are no longer in the room.")


class NotConnected(DispatchError):
    """Nobody talks in this call now; ``facts`` say where it is and who has it."""

    code = "not_connected"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("The call is not connected now.")


class HostAlive(DispatchError):
    """The host's console gives signs of life: the call is not taken from it."""

    code = "host_alive"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        who = self.facts.get("operator") or ""
        return _("%(operator)s is with the caller.") % {"operator": who}


class ReliefNotOpen(DispatchError):
    """Who works at the seat has not let anybody take it over; ``facts`` say who."""

    code = "relief_not_open"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        who = self.facts.get("operator") or ""
        return _("%(operator)s has not opened the seat for relief.") % {"operator": who}


class NoBreakAsked(DispatchError):
    """The seat asks for no break any more; ``facts`` say how it stands."""

    code = "no_break_asked"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("No break is asked for there.")


class NotAsked(DispatchError):
    """The question was taken back, or answered, before this answer came."""

    code = "not_asked"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("This is not asked any more.")


class NobodyThere(DispatchError):
    """Nobody works at the seat."""

    code = "nobody_there"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("Nobody works at this seat.")


class CalledBack(DispatchError):
    """Somebody noted the call-back already; ``facts`` say who and what came of it."""

    code = "called_back"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        who = self.facts.get("operator") or ""
        return _("%(operator)s has called back already.") % {"operator": who}


class NoticeOver(DispatchError):
    """The notice is shown no more."""

    code = "notice_over"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("The notice is shown no more.")
