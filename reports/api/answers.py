"""JSON answers of the hot paths: errors with a code, never a traceback."""

import logging
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from accounts import logs
from accounts.api.origin import origin_allowed
from accounts.metrics import failed, refused
from reports import errors
from reports.errors import Busy, Malformed, ReportError, TooLarge

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 64 * 1024  # of JSON
READING = ("GET", "HEAD")  # change nothing, so any page may ask; cookies say who

View = Callable[..., Coroutine[Any, Any, HttpResponseBase]]
T = TypeVar("T")

# The HTTP status of each refusal; the apps above add theirs. What is not here is 409.
STATUS: dict[type[ReportError], int] = {
    Malformed: 400,
    TooLarge: 413,
    Busy: 503,
    errors.Stopping: 503,
    errors.OverBudget: 429,
    errors.NoSuchClip: 404,
    errors.DigestMismatch: 422,
    errors.OverQuota: 413,
    errors.StorageFull: 507,
}


class ForeignOrigin(ReportError):
    """A page of another site, or no page at all, sent this."""

    code = "foreign_origin"

    def default_detail(self) -> str:
        """Return the sentence used when the raiser gave none."""
        return _("This page may not send alarms here.")


STATUS[ForeignOrigin] = 403


def answer(body: Any, status: int = 200) -> HttpResponse:
    """Return JSON that nothing may keep."""
    response = HttpResponse(
        msgspec.json.encode(body), content_type="application/json", status=status
    )
    response["Cache-Control"] = "no-store"
    return response


def refusal(error: ReportError, frame_id: UUID | None = None) -> HttpResponse:
    """Return an error as the socket would send it, with its HTTP status."""
    refused("http", error.code)
    body: dict[str, object] = {
        "type": "error",
        "code": error.code,
        "detail": error.detail,
    }
    if frame_id is not None:
        body["id"] = frame_id
    if error.facts:
        body["facts"] = error.facts
    response = answer(body, STATUS.get(type(error), 409))
    seconds = getattr(error, "retry_after_seconds", None)
    if seconds is not None:
        response["Retry-After"] = str(seconds)
    if isinstance(error, errors.Stopping):
        # Django logs each 503 as an error: at a stop that was wanted it is none.
        response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def door(*methods: str) -> Callable[[View], View]:
    """Guard a hot path: method, origin of what changes something, errors by code."""

    def wrap(view: View) -> View:
        @wraps(view)
        async def guarded(
            request: HttpRequest, *args: Any, **kwargs: Any
        ) -> HttpResponseBase:
            logs.about(call=kwargs.get("call"), incident=kwargs.get("incident"))
            if request.method not in methods:
                response = refusal(Malformed(_("This address is not used that way.")))
                response.status_code = 405
                response["Allow"] = ", ".join(methods)
                return response
            try:
                if request.method not in READING and not origin_allowed(
                    request.headers.get("Origin")
                ):
                    raise ForeignOrigin
                return await view(request, *args, **kwargs)
            except ReportError as error:
                return refusal(error)
            except Exception:  # a code and no traceback; the phone tries again
                failed(f"door {view.__name__}")
                log.exception("%s failed", view.__name__)
                response = refusal(Busy())
                response.status_code = 500
                return response

        # Guarded by Origin instead: a stale page's token would refuse an alarm.
        return csrf_exempt(guarded)

    return wrap


def refuse_longer(request: HttpRequest, limit: int) -> None:
    """Look at the length that a request announces; what really comes is counted too.

    Raises:
        TooLarge: it is over the limit, or no number ("²" is a digit, but none).
    """
    length = request.headers.get("Content-Length") or "0"
    is_number = length.isascii() and length.isdigit() and len(length) < 16
    if not is_number or int(length) > limit:
        raise TooLarge


def read_body(request: HttpRequest, decoder: msgspec.json.Decoder[T]) -> T:
    """Return the body as what it should be.

    Raises:
        TooLarge: over 64 KiB.
        Malformed: not JSON, not UTF-8, unknown fields, NUL, nested too deep …
    """
    refuse_longer(request, MAX_BODY_BYTES)
    body = request.body
    if len(body) > MAX_BODY_BYTES:
        raise TooLarge
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise Malformed from error
