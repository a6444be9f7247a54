"""The words that scripts show, as the browser gets them: all, or the phone's alone."""

from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.views.i18n import JavaScriptCatalog

from alarm110 import messages

PHONE = ("caller", "lib")  # folders of scripts that the caller's page loads


class PhoneCatalog(JavaScriptCatalog):
    """The caller's page waits for its words: it gets no others, on a thin line."""

    def get_catalog(self) -> dict[str, Any]:
        """Return what the page's scripts say."""
        wanted = phone_words()
        everything: dict[str, Any] = super().get_catalog()
        return {words: text for words, text in everything.items() if words in wanted}


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
