"""The app of people and ground."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Who people are, and whose ground and staff."""

    name = "accounts"
    verbose_name = _("People and ground")

    def ready(self) -> None:
        """Hear when somebody signs in or out."""
        from accounts.actions import sessions

        # Django's own receiver saves the whole person, and so would write a line into
        # their history at each sign-in, as if somebody had changed them.
        user_logged_in.disconnect(dispatch_uid="update_last_login")
        user_logged_in.connect(sessions.signed_in, dispatch_uid="accounts.signed_in")
        user_logged_out.connect(sessions.signed_out, dispatch_uid="accounts.signed_out")
