"""What an incident's form holds, in the reader's language: codes as names."""

from django.utils.translation import gettext as _


def priority(number: int) -> str:
    """Return an urgency as the form has it."""
    return {
        1: _("Life in danger"),
        2: _("Urgent"),
        3: _("Normal"),
    }.get(number, _("Can wait"))


def disposition(value: str) -> str:
    """Return what came of the matter."""
    return {
        "officers_sent": _("Officers sent"),
        "advice": _("Advice given"),
        "passed_on": _("Passed to another service"),
        "false_alarm": _("False alarm"),
        "call_back": _("To be called back"),
        "test": _("Test"),
        "": _("Not decided"),
    }.get(value, value)


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
