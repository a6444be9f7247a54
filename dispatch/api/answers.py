"""JSON answers of the hot paths: errors with a code, never a traceback."""

import logging
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from accounts.api.origin import origin_allowed
from dispatch.commands import MAX_FRAME_BYTES
from dispatch.errors import EpochStale, NotYours, OverBudget
from dispatch.events.frames import Error
from reports.errors import Busy, Malformed, ReportError, TooLarge

log = logging.getLogger(__name__)

View = Callable[..., Coroutine[Any, Any, HttpResponse]]
T = TypeVar("T")

STATUS: dict[type[ReportError], int] = {
    Malformed: 400,
    TooLarge: 413,
    NotYours: 404,
    OverBudget: 429,
    Busy: 503,
    EpochStale: 409,
}


class ForeignOrigin(ReportError):
    """A page of another site, or no page at all, sent this."""

    code = "foreign_origin"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("This page may not send alarms here.")


def answer(body: Any, status: int = 200) -> HttpResponse:
    """Return JSON that nothing may keep."""
    response = HttpResponse(
        msgspec.json.encode(body), content_type="application/json", status=status
    )
    response["Cache-Control"] = "no-store"
    return response


def refusal(error: ReportError, frame_id: UUID | None = None) -> HttpResponse:
    """Return an error as the socket would send it, with its HTTP status."""
    status = STATUS.get(type(error), 403 if isinstance(error, ForeignOrigin) else 409)
    response = answer(
        Error(
            id=frame_id, code=error.code, detail=error.detail, facts=dict(error.facts)
        ),
        status,
    )
    if isinstance(error, Busy):
        response["Retry-After"] = str(error.retry_after_seconds)
    return response


def door(*methods: str) -> Callable[[View], View]:
    """Guard a hot path: method, origin of what changes something, errors by code."""

    def wrap(view: View) -> View:
        @wraps(view)
        async def guarded(
            request: HttpRequest, *args: Any, **kwargs: Any
        ) -> HttpResponse:
            if request.method not in methods:
                response = refusal(Malformed(_("This address is not used that way.")))
                response.status_code = 405
                response["Allow"] = ", ".join(methods)
                return response
            try:
                if request.method != "GET" and not origin_allowed(
                    request.headers.get("Origin")
                ):
                    raise ForeignOrigin
                return await view(request, *args, **kwargs)
            except ReportError as error:
                return refusal(error)
            except Exception:
                log.exception("%s failed", view.__name__)
                response = refusal(Busy())
                response.status_code = 500
                return response

        # Guarded by Origin instead: a stale page's token would refuse an alarm.
        return csrf_exempt(guarded)

    return wrap


def read_body(request: HttpRequest, decoder: msgspec.json.Decoder[T]) -> T:
    """Return the body as what it should be.

    Raises:
        TooLarge: over 64 KiB.
        Malformed: not JSON, not UTF-8, unknown fields, NUL, nested too deep …
    """
    length = request.headers.get("Content-Length") or "0"
    if not length.isdigit() or int(length) > MAX_FRAME_BYTES:
        raise TooLarge
    body = request.body
    if len(body) > MAX_FRAME_BYTES:
        raise TooLarge
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise Malformed from error
