"""The pages: the caller's, the operator's console, and the alarm without JavaScript."""

from typing import Any
from uuid import uuid4

import msgspec
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_POST

from accounts.admin.base import desk_rights
from accounts.api.device import device_hash, new_device, read_device, set_device
from accounts.api.origin import origin_allowed
from accounts.models import User
from accounts.states import RoleKind
from dispatch.actions import caller_desk, guests
from dispatch.actions.running import run
from dispatch.commands import Tap
from dispatch.snapshots import ground
from dispatch.snapshots.console import console_of
from reports.errors import Busy


# Compressed here, page by page: Django's middleware would do it to evidence too. The
# CSRF token is masked anew in each answer, so its length tells nothing (BREACH).
@gzip_page
@never_cache
@require_GET
async def caller_page(request: HttpRequest) -> HttpResponse:
    """Show the alarm button. Writes nothing; the cookie names the phone at the tap."""
    agency = await run(ground.default_agency)
    device = read_device(request)
    live = device is not None and await _may_have_call(device)
    # The form's own id: a plain form that is sent twice is one alarm.
    page = {"agency": agency, "live": live, "form_id": str(uuid4())}
    response = render(request, "caller/page.html", page)
    if device is None:
        set_device(response, new_device())
    return response


async def _may_have_call(device: str) -> bool:
    """Return whether the page should ask for this phone's live call.

    With the database away it should: the page comes all the same, and asks until told.
    """
    try:
        call = await run(
            guests.find_call,
            capability_hash=None,
            device_hash=device_hash(device),
            call=None,
        )
    except Busy:
        return True
    return call is not None


@csrf_exempt  # guarded by Origin: a page left open for days must still raise the alarm
@require_POST
async def plain_alarm(request: HttpRequest) -> HttpResponse:
    """Raise an alarm from the form that works without JavaScript."""
    if not origin_allowed(request.headers.get("Origin")):
        raise PermissionDenied
    device = read_device(request)
    words = request.POST.get("text", "").replace("\x00", "").strip()[:2000]
    tap = msgspec.convert(
        {
            "id": _form_id(request),
            "mode": "silent" if request.POST.get("mode") == "silent" else "normal",
            **({"text": words} if words else {}),
        },
        Tap,
    )
    agency = await run(ground.default_agency)
    try:
        # Until a page opens on the live call, no window speaks for this phone.
        tapped = await caller_desk.tap(tap, device=device, has_window=False)
    except Busy:
        response = render(request, "503.html", {"agency": agency}, status=503)
        response["Retry-After"] = "1"
        return response
    response = render(
        request,
        "caller/noscript_done.html",
        {"number": tapped.number, "agency": tapped.agency, "mode": tapped.mode},
    )
    if device is None:
        set_device(response, f"tap:{tap.id}")
    return response


def _form_id(request: HttpRequest) -> str:
    """Return the tap's id: the form's own, so that a reload is the same alarm."""
    given = request.POST.get("id", "")
    try:
        return str(msgspec.convert(given, type=type(uuid4()), strict=False))
    except msgspec.ValidationError:
        return str(uuid4())


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
    return render(
        request,
        "console/page.html",
        {"operator": str(user), "operator_id": str(user.uuid)},
    )


def desk_index(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Put the live board on the desk's first page, for whoever supervises."""
    rights = desk_rights(request)
    everywhere = rights.is_everywhere(RoleKind.SUPERVISOR)
    context["board"] = everywhere or bool(rights.supervisor_agencies)
    if context["board"]:
        context["title"] = gettext("Board")
    return context
