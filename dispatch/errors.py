"""Why an act of the switchboard is refused: a code, a sentence, and who won."""

from django.utils.translation import gettext as _

from reports.errors import OverBudget as OverBudget
from reports.errors import ReportError


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
        seat = self.facts.get("seat_label") or ""
        return _("The call was taken by %(seat)s.") % {"seat": seat}


class CallEnded(DispatchError):
    """The call is over."""

    code = "call_ended"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("The call has ended.")


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
