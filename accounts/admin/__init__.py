"""The supervisor's desk, people and ground; entered by the staff sign-in."""

from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.admin import ground, staff

__all__ = ["ground", "staff"]


def _change_password(
    request: HttpRequest, extra_context: dict[str, object] | None = None
) -> HttpResponse:
    """Send to the staff page: the desk's own would leave old sockets open."""
    return redirect("account_change_password")


admin.site.password_change = _change_password  # type: ignore[method-assign, assignment]

# Rights come from roles, and staff have no e-mail address here.
admin.site.unregister([Group, EmailAddress])
