"""Errors with a code: what a client is told, word for word."""

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
