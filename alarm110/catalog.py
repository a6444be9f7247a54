"""The words that scripts show, as the browser gets them: all, or the phone's alone."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation.trans_real import DjangoTranslation
from django.views.i18n import JavaScriptCatalog

from alarm110 import messages
from alarm110.languages import refuse_unless_ours

PHONE = ("caller", "lib")  # folders of scripts that the caller's page loads


class PhoneCatalog(JavaScriptCatalog):
    """The caller's page waits for its words: it gets no others, on a thin line."""

    def get_catalog(self) -> dict[str, Any]:
        """Return what the page's scripts say."""
        wanted = phone_words()
        everything: dict[str, Any] = super().get_catalog()
        return {words: text for words, text in everything.items() if words in wanted}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Leave out how dates are written: the page asks the browser for that."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "formats": {}}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer in the language that the address names; it may be kept for ever.

        Its address holds a hash of the words, so a phone asks once for each. One of
        another version is a page from before an upgrade: it gets what there is, unkept.
        """
        if (language := kwargs.get("language")) is None:
            return super().get(request, *args, **kwargs)
        refuse_unless_ours(language)  # another would be kept in memory for ever
        with translation.override(language):
            answer: HttpResponse = super().get(request, *args)
        is_now = kwargs["version"] == phone_catalog_version(language)
        answer["Cache-Control"] = (
            "public, max-age=31536000, immutable" if is_now else "no-store"
        )
        return answer


def phone_catalog_path(language: str) -> str:
    """Return the address of the phone's words in one of our languages."""
    return f"/jsi18n/phone/{language}/{phone_catalog_version(language)}.js"


@cache  # of our own languages alone: who asks for another is refused before
def phone_catalog_version(language: str) -> str:
    """Return a hash of the phone's words in a language."""
    view = PhoneCatalog()
    view.translation = DjangoTranslation(language, domain="djangojs")
    words = json.dumps([view.get_catalog(), view.get_plural()], sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()[:12]


@cache
def phone_words() -> frozenset[str]:
    """Return every sentence in the scripts of the caller's page."""
    folder = Path(settings.BASE_DIR) / "dispatch" / "static" / "dispatch"
    return frozenset(
        message.one
        for name in PHONE
        for path in sorted((folder / name).rglob("*.js"))
        for message in messages.in_script(path.read_text(encoding="utf-8"))
    )
