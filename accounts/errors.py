"""Why accounts refuses: a code for programs, a sentence for people."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


class AccountError(Exception):
    """Something asked for cannot be done; ``status`` is its HTTP answer."""

    code = "refused"
    status = 409
    # After this many seconds it makes sense to try again; 0 = not by waiting.
    retry_after_seconds = 0

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or self.default_detail())

    @property
    def detail(self) -> str:
        """Return the sentence for people."""
        return str(self.args[0])

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("This cannot be done.")


class NoDevice(AccountError):
    """No device cookie of ours: the page was not opened first, or cookies are off."""

    code = "no_device"
    status = 403

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("This phone is not known here. Open the page again.")


class ForeignOrigin(AccountError):
    """The request comes from another site's page."""

    code = "foreign_origin"
    status = 403

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("This request did not come from our page.")


class OverBudget(AccountError):
    """This address asks faster than people behind it can."""

    code = "over_budget"
    status = 429
    retry_after_seconds = 1

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("Too many messages at once. Wait a moment.")


class BadPhone(AccountError):
    """Not a phone number that can get a text message."""

    code = "bad_phone"
    status = 422

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("This is not a phone number we can send a code to.")


class TooSoon(AccountError):
    """A code was sent a moment ago."""

    code = "too_soon"
    status = 429

    def __init__(self, seconds: int) -> None:
        self.retry_after_seconds = seconds
        super().__init__(
            ngettext(
                "A code was sent already. Try again in %(seconds)d second.",
                "A code was sent already. Try again in %(seconds)d seconds.",
                seconds,
            )
            % {"seconds": seconds}
        )


class WrongCode(AccountError):
    """The code does not match; ``attempts_left`` more tries."""

    code = "wrong_code"
    status = 422

    def __init__(self, attempts_left: int) -> None:
        self.attempts_left = attempts_left
        super().__init__(
            ngettext(
                "The code is not right. %(left)d try left.",
                "The code is not right. %(left)d tries left.",
                attempts_left,
            )
            % {"left": attempts_left}
        )


class CodeGone(AccountError):
    """There is no open code: never sent, too old, used, or guessed at too often."""

    code = "code_gone"
    status = 422

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("The code is no longer valid. Ask for a new one.")
