"""Small lists kept in a JSON column: categories, phrases, skills."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MAX_ROWS = 200
SIGN_LANGUAGE = "sign"
LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")  # BCP 47, most of it
MAX_SKILLS = 20


def check_listed(
    field: str, rows: object, required: tuple[str, ...], optional: tuple[str, ...]
) -> None:
    """Check a list of objects of text: only known keys, and ``code`` used once.

    Pages show these rows and entries carry them, so a stray type fails here and not
    at somebody's seat.
    """
    keys = ", ".join([*required, *(f"{name}?" for name in optional)])
    problem = ValidationError(
        {field: _("Write a list of objects of text with: %(keys)s.") % {"keys": keys}}
    )
    if not isinstance(rows, list) or len(rows) > MAX_ROWS:
        raise problem
    for row in rows:
        if not isinstance(row, dict) or not {*required} <= {*row} <= {
            *required,
            *optional,
        }:
            raise problem
        if not all(isinstance(text, str) and "\0" not in text for text in row.values()):
            raise problem
        if not all(row[name].strip() for name in required):
            raise problem
    codes = [row["code"] for row in rows if "code" in row]
    if len(set(codes)) != len(codes):
        raise ValidationError({field: _("Each code can be used only once.")})


def check_skills(skills: object) -> None:
    """Check what somebody can do for a caller: language tags, ``sign``, each once."""
    if (
        not isinstance(skills, list)
        or len(skills) > MAX_SKILLS
        or not all(isinstance(skill, str) for skill in skills)
    ):
        raise ValidationError({"skills": _("Write a list of language tags.")})
    for skill in skills:
        if skill != SIGN_LANGUAGE and not LANGUAGE_TAG.fullmatch(skill):
            problem = _("“%(skill)s” is no language tag.") % {"skill": skill[:40]}
            raise ValidationError({"skills": problem})
    if len(set(skills)) != len(skills):
        raise ValidationError({"skills": _("Each language can be named only once.")})
