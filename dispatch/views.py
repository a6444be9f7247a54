"""The pages: the caller's, the operator's console, and the alarm without JavaScript."""

import re
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4, uuid5

import msgspec
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation.trans_real import (
    get_supported_language_variant,
    parse_accept_lang_header,
)
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts.admin.base import desk_rights
from accounts.api.device import new_device, read_device, set_device
from accounts.api.origin import origin_allowed
from accounts.models import User
from accounts.states import RoleKind
from dispatch.actions import caller_desk
from dispatch.actions.running import run_urgent
from dispatch.commands import Tap
from dispatch.snapshots import ground
from dispatch.snapshots.console import console_of
from reports.errors import Busy

# What no message may hold; in the plain form it is left out rather than the alarm lost.
UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_FORM_SALT = "alarm110.plain_form"


# Compressed here, page by page: Django's middleware would do it to evidence too. The
# CSRF token is masked anew in each answer, so its length tells nothing (BREACH).
@gzip_page
@never_cache
@require_safe
async def caller_page(request: HttpRequest) -> HttpResponse:
    """Show the alarm button. Writes nothing; the cookie names the phone at the tap."""
    agency = await run_urgent(ground.default_agency)
    device = read_device(request)
    # The form's own id: a plain form that is sent twice is one alarm.
    page = {"agency": agency, "form_id": str(uuid4())}
    with translation.override(_language(request)):
        response = render(request, "caller/page.html", page)
    if device is None:
        set_device(response, new_device())
    return response


@csrf_exempt  # guarded by Origin: a page left open for days must still raise the alarm
@require_POST
async def plain_alarm(request: HttpRequest) -> HttpResponse:
    """Raise an alarm from the form that works without JavaScript."""
    if not origin_allowed(request.headers.get("Origin")):
        raise PermissionDenied
    cookie = read_device(request)
    form = _form_id(request)
    # Without a cookie the form names the phone: sent twice, it is one caller.
    device = cookie or _earlier_phone(request) or f"tap:{form}"
    words = UNSEEN.sub("", request.POST.get("text", "")).strip()[:2000]
    tap = msgspec.convert(
        {
            # Other words in the same form (after Back) are another tap, which joins:
            # the page that answers says that the police have them.
            "id": uuid5(form, words) if words else form,
            "mode": "silent" if request.POST.get("mode") == "silent" else "normal",
            **({"text": words} if words else {}),
        },
        Tap,
    )
    agency = await run_urgent(ground.default_agency)
    language = _language(request)
    try:
        # Until a page opens on the live call, no window speaks for this phone.
        tapped = await caller_desk.tap(
            tap, device=device, flags=("no_scripts",), has_window=False
        )
    except Busy:
        with translation.override(language):
            response = render(request, "503.html", {"agency": agency}, status=503)
        response["Retry-After"] = "1"
        return response
    done = {
        "number": tapped.number,
        "agency": tapped.agency,
        "mode": tapped.mode,
        "words": words,
        # More words are another tap, which joins this alarm while it lives.
        "form_id": str(uuid4()),
        # The live page finds the call by the cookie; without one, only this form does.
        "has_cookie": cookie is not None,
        "phone": "" if cookie else signing.Signer(salt=_FORM_SALT).sign(device),
        "is_another": "phone" in request.POST and not tapped.is_merged,
    }
    with translation.override(language):
        response = render(request, "caller/noscript_done.html", done)
    if cookie is None:
        set_device(response, device)
    return response


def _earlier_phone(request: HttpRequest) -> str | None:
    """Return the phone of the alarm that more words are for, where cookies are refused.

    It is named by the first form's id, signed: nobody else's alarm can be named.
    """
    try:
        return signing.Signer(salt=_FORM_SALT).unsign(request.POST.get("phone", ""))
    except signing.BadSignature:
        return None


def _language(request: HttpRequest) -> str:
    """Return the language of a caller's page: ours that the visitor reads best.

    Who chose none and reads neither of ours is a stranger here: English serves more of
    them than the region's own language. A browser that says nothing gets the latter.
    """
    now = translation.get_language() or settings.LANGUAGE_CODE
    if request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) in dict(settings.LANGUAGES):
        return now
    asked = parse_accept_lang_header(request.headers.get("Accept-Language", "").lower())
    wanted = [language for language, weight in asked if language != "*" and weight]
    return now if not wanted or any(map(_is_ours, wanted)) else "en"


def _is_ours(language: str) -> bool:
    """Return whether one of our languages serves who asks for this one."""
    try:
        return bool(get_supported_language_variant(language))
    except LookupError:
        return False


def _form_id(request: HttpRequest) -> UUID:
    """Return the form's own id, so that a form sent again is the same alarm."""
    given = request.POST.get("id", "")
    try:
        return msgspec.convert(given, type=UUID, strict=False)
    except msgspec.ValidationError:
        return uuid4()


@gzip_page
@never_cache
@require_GET
@login_required
def console_page(request: HttpRequest) -> HttpResponse:
    """Show the console to operators; others may not see it."""
    user = request.user
    assert isinstance(user, User)
    if console_of(user, request.session.session_key or "") is None:
        raise PermissionDenied
    response = render(
        request,
        "console/page.html",
        {
            "operator": str(user),
            "operator_id": str(user.uuid),
            "map_tiles": settings.MAP_TILES,
            "map_tiles_credit": settings.MAP_TILES_CREDIT,
        },
    )
    if origin := _origin_of(settings.MAP_TILES):
        response._csp_update = {"img-src": [origin]}  # type: ignore[attr-defined]
    return response


def _origin_of(tiles: str) -> str:
    """Return the host that the map's tiles come from; empty if it is this one."""
    scheme, host, *_ = urlsplit(tiles)
    return f"{scheme}://{host}" if host else ""


def has_board(request: HttpRequest) -> bool:
    """Return whether the desk's first page has a board for whoever asks."""
    rights = desk_rights(request)
    everywhere = rights.is_everywhere(RoleKind.SUPERVISOR)
    return everywhere or bool(rights.supervisor_agencies)


def desk_index(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Put the live board on the desk's first page, for whoever supervises."""
    context["board"] = has_board(request)
    context["title"] = gettext("Board") if context["board"] else gettext("Desk")
    return context
