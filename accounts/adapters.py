"""How accounts speaks to the outside: sign-in of staff, and who brings codes."""

import logging
from typing import Any, ClassVar, cast

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.actions.roles import set_password
from accounts.models import User, masked_phone
from accounts.permissions import Rights
from accounts.snapshots import rights_of
from accounts.states import RoleKind

logger = logging.getLogger(__name__)

CONSOLE = "/console/"


class StaffAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Staff sign in; nobody signs up: an administrator makes the account."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _(
            "The user name or the password is not right. Try again, with capital and "
            "small letters as they were given; or ask your administrator."
        ),
        # Five a name in 5 minutes, and some a minute from one address (allauth): it
        # opens by itself, each lock within 5 minutes, and nothing opens it sooner.
        "too_many_login_attempts": _(
            "Too many wrong passwords: sign-in stays closed for a while, 5 minutes at "
            "most. Then try again. If you do not know the password, ask your "
            "administrator for a new one meanwhile."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse: accounts are given, not taken."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return the first page of a person's work."""
        return first_page(rights_of(cast(User, request.user)))

    def set_password(self, user: User, password: str) -> None:
        """Set it by the action that also ends what is open under the old one."""
        set_password(user, password)


def first_page(rights: Rights) -> str:
    """Return where a person starts: the console for whoever sits at a seat."""
    operates = rights.operator_agencies or rights.is_everywhere(RoleKind.OPERATOR)
    if rights.has_desk and not operates:
        return reverse("admin:index")
    return CONSOLE


class ConsoleCodeSender:
    """Writes codes to the log: for a first look, until a provider is set up."""

    def send(self, phone: str, code: str) -> None:
        """Log the code where the person who runs the server sees it."""
        logger.info("code for %s: %s", masked_phone(phone), code)
