"""The answer to whoever may not see a page: who they are signed in as, and ways on."""

from urllib.parse import urlencode

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.adapters import CONSOLE, first_page
from accounts.models import User
from accounts.snapshots import rights_of
from accounts.states import RoleKind


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say it; to staff with a link to their own place, and to another sign-in."""
    try:
        user = getattr(request, "user", None)
        known = _ways_on(request, user) if isinstance(user, User) else {}
    except DatabaseError:  # locked or away just now: the page itself needs none
        known = {}
    return render(request, "403.html", known, status=403)


def _ways_on(request: HttpRequest, user: User) -> dict[str, str]:
    """Return what the page says to this person.

    Both ways out go over the page that asks: signing out ends a call in another window.
    """
    sign_in, sign_out = reverse("account_login"), reverse("account_logout")
    page = request.get_full_path() if request.method == "GET" else ""
    if request.path == reverse("admin:login"):  # the desk sends everybody there first
        page = request.GET.get("next", "")
    again = f"{sign_in}?{urlencode({'next': page})}" if page else sign_in
    return {
        "who": str(user),
        "place": _place_of(user, request.path),
        "console": CONSOLE,
        "sign_out": sign_out,
        "as_another": f"{sign_out}?{urlencode({'next': again})}",
    }


def _place_of(user: User, refused: str) -> str:
    """Return where this person works, which is not the page that was refused."""
    rights = rights_of(user)
    operates = rights.operator_agencies or rights.is_everywhere(RoleKind.OPERATOR)
    place = first_page(rights) if operates or rights.has_desk else ""
    return "" if place == refused else place
