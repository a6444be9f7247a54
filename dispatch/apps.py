"""The app of the switchboard."""

from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DispatchConfig(AppConfig):
    """Who answers, and who goes."""

    name = "dispatch"
    verbose_name = _("Switchboard")

    def ready(self) -> None:
        """Listen to what accounts tells the floors above."""
        from accounts.events import caller_verified

        caller_verified.connect(_caller_verified, dispatch_uid="dispatch.verified")


def _caller_verified(caller: Any, former: Any, **kwargs: Any) -> None:
    from dispatch.actions.verified import note_verified

    note_verified(caller, former)
