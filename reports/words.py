"""What an incident's form holds, in the reader's language: codes as names."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# What may come of a matter, as the form offers it.
DISPOSITIONS = {
    "officers_sent": gettext_lazy("Officers sent"),
    "advice": gettext_lazy("Advice given"),
    "passed_on": gettext_lazy("Passed to another service"),
    "false_alarm": gettext_lazy("False alarm"),
    "call_back": gettext_lazy("To be called back"),
    "test": gettext_lazy("Test"),
}


def priority(number: int) -> str:
    """Return an urgency as the form has it."""
    return {
        1: _("Life in danger"),
        2: _("Urgent"),
        3: _("Normal"),
    }.get(number, _("Can wait"))


def disposition(value: str) -> str:
    """Return what came of the matter."""
    return str(DISPOSITIONS.get(value) or (value or _("Not decided")))


def category(label: str) -> str:
    """Return what the matter was, by its label."""
    return label or _("Not classified")


def place_of_phone(area: str) -> str:
    """Return an area that nobody wrote down: the phone said that it was there."""
    return _("%(area)s (by the phone's position)") % {"area": area}


def flag(name: str) -> str:
    """Return what a person must know of an incident."""
    return {
        "unverified": _("caller not verified"),
        "position_missing": _("no position"),
        "position_unreadable": _("the phone's position could not be read"),
        "text_cut": _("first words too long or unreadable, cut"),
        "no_scripts": _("raised without scripts"),
        "position_outside": _("position outside every known area"),
        "repeated": _("the caller tapped again"),
    }.get(name, name)
