"""What a page says in the language it speaks: tests look for words, as people do."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

import pytest
from django.utils.translation.trans_real import DjangoTranslation

Language = Literal["en", "zh"]
LOCALES: dict[Language, str] = {"en": "en-GB", "zh": "zh-CN"}
# What happens is the same in both; the words, and how long they are, are looked at in
# ``./run deep``.
both_languages = pytest.mark.parametrize(
    "language", ["en", pytest.param("zh", marks=pytest.mark.deep)]
)


@cache
def _catalogues(language: Language) -> list[DjangoTranslation]:
    """Return the catalogues of the templates and of the scripts."""
    if language == "en":
        return []
    return [
        DjangoTranslation("zh-hans", domain=domain) for domain in ("django", "djangojs")
    ]


@dataclass(frozen=True)
class Words:
    """The words of one language."""

    language: Language

    @property
    def locale(self) -> str:
        """What the browser asks for."""
        return LOCALES[self.language]

    def __call__(self, english: str, **values: object) -> str:
        """Return a sentence as the page says it."""
        for catalogue in _catalogues(self.language):
            found = catalogue.gettext(english)
            if found != english:
                return found % values if values else found
        return english % values if values else english

    def like(self, english: str) -> re.Pattern[str]:
        """Return a pattern for a sentence whose values are not known."""
        parts = re.split(r"%\(\w+\)s", self(english))
        return re.compile(".+".join(map(re.escape, parts)))
