"""What every answer carries: policies, cache rules, and a way out when the database is.

Nothing here touches a thread. Each of Django's own middleware classes costs an async
request one or two thread hops, so the hot paths (``alarm110/asgi.py``) run through
``hot_path`` alone.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import cast

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.decorators import async_only_middleware, sync_and_async_middleware
from django.utils.translation import gettext as _

from accounts.metrics import is_away

SyncView = Callable[[HttpRequest], HttpResponseBase]
AsyncView = Callable[[HttpRequest], Awaitable[HttpResponseBase]]

log = logging.getLogger(__name__)

# The admin's own scripts evaluate expressions and its colours are inline styles; the
# pages of callers and seats stay strict.
ADMIN_RELAXATION = {
    "script-src": ["'unsafe-eval'"],
    "style-src": ["'unsafe-inline'"],
}
# What an alarm needs; nothing that a foreign frame or an injected script could use.
PERMISSIONS = (
    "camera=(self), microphone=(self), geolocation=(self), display-capture=(), "
    "hid=(), midi=(), payment=(), serial=(), usb=()"
)
HOT_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@sync_and_async_middleware
def admin_policy(get_response: SyncView | AsyncView) -> SyncView | AsyncView:
    """Relax the content policy for the admin only; stands right after CSPMiddleware."""

    def finish(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if request.path.startswith("/admin/"):
            response._csp_update = ADMIN_RELAXATION  # type: ignore[attr-defined]
        return response

    return _finishing(get_response, finish)


@sync_and_async_middleware
def page_policy(get_response: SyncView | AsyncView) -> SyncView | AsyncView:
    """Set what a page may use and, where the view did not say, how it may be kept."""

    def finish(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        # A page kept for days is asked for again: it might speak an old protocol.
        # What somebody signed in was shown is left on no disk of a shared console.
        is_personal = settings.SESSION_COOKIE_NAME in request.COOKIES
        kept = "no-store" if is_personal or _is_api(request) else "no-cache"
        response.headers.setdefault("Cache-Control", f"private, {kept}")
        return response

    middleware = _finishing(get_response, finish)
    middleware.process_exception = database_trouble  # type: ignore[union-attr]
    return middleware


@async_only_middleware
def hot_path(get_response: AsyncView) -> AsyncView:
    """Do what an alarm's own requests need, and no more: host, language, headers."""

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        request.get_host()  # refuses a foreign Host header
        language = translation.get_language_from_request(request)
        with translation.override(language):
            response = await get_response(request)
        for name, value in HOT_HEADERS.items():
            response.headers.setdefault(name, value)
        if isinstance(response, HttpResponse):  # its length is known: no chunking
            response.headers.setdefault("Content-Length", str(len(response.content)))
        return response

    return middleware


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def database_trouble(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """Answer a locked or absent database with 503 and when to come back.

    A phone keeps what it could not deliver and tries again; a 500 would tell it not to.
    """
    if not isinstance(error, OperationalError | InterfaceError):
        return None
    is_away("http")
    log.warning("database busy or away at %s: %s", request.path, error)
    response: HttpResponse
    if _is_api(request):
        detail = _("The server is busy. It will be tried again.")
        body = {"type": "error", "code": "try_again", "detail": detail}
        response = JsonResponse(body, status=503)
    else:
        # Without the request: its context would ask the database who is signed in.
        response = HttpResponse(render_to_string("503.html"), status=503)
    response["Retry-After"] = "1"
    return response


def _finishing(
    get_response: SyncView | AsyncView,
    finish: Callable[[HttpRequest, HttpResponseBase], HttpResponseBase],
) -> SyncView | AsyncView:
    """Return middleware of the same kind as what it wraps: async, or sync in tests."""
    if iscoroutinefunction(get_response):
        ask = cast(AsyncView, get_response)

        async def middleware(request: HttpRequest) -> HttpResponseBase:
            return finish(request, await ask(request))

        return middleware
    ask_sync = cast(SyncView, get_response)

    def sync_middleware(request: HttpRequest) -> HttpResponseBase:
        return finish(request, ask_sync(request))

    return sync_middleware
