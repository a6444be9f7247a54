"""One shape for every refusal over HTTP: ``{"type": "error", "code", "detail"}``."""

import logging
import re
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from accounts.metrics import failed, is_away, refused

logger = logging.getLogger(__name__)

BUSY_RETRY_SECONDS = 1
CODE = re.compile(r"[a-z][a-z_]*\Z")


def error_answer(error: Exception, context: dict[str, Any]) -> Response:
    """Answer an exception of a view; DRF's ``EXCEPTION_HANDLER``.

    Also what nobody expected is answered, with a code and never with a traceback; the
    traceback goes to the log.
    """
    set_rollback()
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, exceptions.APIException):
        return _api_answer(error)
    if isinstance(error, OperationalError | InterfaceError):
        is_away("view")
        logger.warning("database busy or away: %s", error)
        return _answer(
            "try_again",
            _("The server is busy. It will be tried again."),
            status.HTTP_503_SERVICE_UNAVAILABLE,
            BUSY_RETRY_SECONDS,
        )
    code = getattr(error, "code", None)
    detail = getattr(error, "detail", None)
    if isinstance(code, str) and CODE.match(code) and isinstance(detail, str):
        return _answer(  # one of our own errors, of any app
            code,
            detail,
            getattr(error, "status", status.HTTP_409_CONFLICT),
            getattr(error, "retry_after_seconds", 0),
        )
    failed("view")
    logger.error("unexpected error in %s", context.get("view"), exc_info=error)
    return _answer(
        "internal_error",
        _("Something went wrong here. It has been written down."),
        status.HTTP_500_INTERNAL_SERVER_ERROR,
    )


def _api_answer(error: exceptions.APIException) -> Response:
    """Translate DRF's own errors: field errors become one sentence."""
    codes = error.get_codes()
    code = codes if isinstance(codes, str) else "malformed"
    wait = getattr(error, "wait", None)
    answer = _answer(code, _sentence(error.detail), error.status_code, int(wait or 0))
    if header := getattr(error, "auth_header", None):
        answer["WWW-Authenticate"] = header
    return answer


def _sentence(detail: object) -> str:
    if isinstance(detail, dict):
        return " ".join(f"{name}: {_sentence(inner)}" for name, inner in detail.items())
    if isinstance(detail, list):
        return " ".join(_sentence(inner) for inner in detail)
    return str(detail)


def _answer(code: str, detail: str, http_status: int, retry_after: int = 0) -> Response:
    refused("http", code)
    answer = Response(
        {"type": "error", "code": code, "detail": detail}, status=http_status
    )
    if retry_after:
        answer["Retry-After"] = str(retry_after)
    return answer
