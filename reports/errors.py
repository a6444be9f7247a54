"""Errors with a code: what a client is told, word for word."""

from django.db import IntegrityError
from django.utils.translation import gettext as _


class ReportError(Exception):
    """Something asked for cannot be done.

    ``code`` is for programs, ``detail`` for people, ``facts`` name what happened.
    """

    code = "refused"

    def __init__(self, detail: str = "", **facts: object) -> None:
        self.facts = facts
        super().__init__(detail or self.default_detail())

    @property
    def detail(self) -> str:
        """Return the sentence for people."""
        return str(self.args[0])

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("This cannot be done.")


class Malformed(ReportError):
    """The frame or body is not what PROTOCOL.md says."""

    code = "malformed"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("The message could not be understood.")


class TooLarge(ReportError):
    """The frame or body is over its limit."""

    code = "too_large"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("The message is too large.")


class Busy(ReportError):
    """The database is locked or away; the client keeps what it has and tries again."""

    code = "try_again"
    retry_after_seconds = 1

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("The server is busy. It will be tried again.")


class Stopping(Busy):
    """This process writes no more; whoever asks again finds the one that follows it."""

    retry_after_seconds = 2


class IdUsed(ReportError, IntegrityError):
    """Another command of the same author was recorded under this id; nothing was done.

    A repetition is answered as the first was. This is an id that was given twice: by a
    fault, or by whoever looks for one.
    """

    code = "id_used"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("This was not done: its number was used for something else.")


class OverBudget(ReportError):
    """This socket, or this phone, sends faster than a person can."""

    code = "over_budget"
    retry_after_seconds = 1

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("Too many messages at once. Wait a moment.")


# --- Evidence ------------------------------------------------------------------------


class NoSuchClip(ReportError):
    """There is no such clip, or it is not this one's."""

    code = "not_found"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("There is no such recording.")


class ClipConflict(ReportError):
    """A clip with this id was opened as something else."""

    code = "clip_conflict"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("This recording was begun as something else.")


class ChunkConflict(ReportError):
    """Another chunk stands at this place; nothing that is stored is overwritten."""

    code = "chunk_conflict"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("Something else was stored here before.")


class ClipIsClosed(ReportError):
    """The clip was closed: it never grows again."""

    code = "clip_closed"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("This recording was closed.")


class DigestMismatch(ReportError):
    """The bytes are not the ones that their digest speaks of; send them again."""

    code = "digest_mismatch"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("What arrived is not what was sent.")


class OverQuota(ReportError):
    """The clip or the incident holds as much as it may; ``of`` says which."""

    code = "over_quota"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("Nothing more can be stored with this alarm.")


class StorageFull(ReportError):
    """The evidence storage has no room; the phone keeps what it has, and tries again.

    The call goes on.
    """

    code = "storage_full"
    retry_after_seconds = 15

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("The storage is full. The recording is kept on the phone.")
