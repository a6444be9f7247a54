"""Doors of others that take a language from a request: for ours alone.

Django keeps each language that was ever switched to, for the life of the process, and
takes ``en-anything`` for one it knows. A stranger who invents names would fill the
memory; so what is not in ``LANGUAGES`` is refused before it gets that far.
"""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.i18n import LANGUAGE_QUERY_PARAMETER
from django.views.i18n import set_language as django_set_language
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request
from rest_framework.response import Response


def refuse_unless_ours(language: str | None) -> None:
    """Let nothing but one of our languages pass, or none at all.

    Raises:
        Http404: it is another one.
    """
    if language and language not in dict(settings.LANGUAGES):
        raise Http404


def set_language(request: HttpRequest) -> HttpResponseBase:
    """Keep the language that the visitor chose, and lead back."""
    refuse_unless_ours(request.POST.get(LANGUAGE_QUERY_PARAMETER))
    return django_set_language(request)


class Schema(SpectacularAPIView):
    """The schema of the doors that are declared with it, which have one version."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer in one of our languages."""
        refuse_unless_ours(request.GET.get("lang"))
        if "version" in request.GET:  # it would stand in a header, whatever it is
            raise Http404
        answer: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        return answer
