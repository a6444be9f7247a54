"""Sizes, times and coordinates as every page and table writes them.

The console's own script writes sizes the same way.
"""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.matching import E7

KB, MB = 1_000, 1_000_000


def size(count: int) -> str:
    """Return 840 KB, 1.2 MB, 12 MB: as the console does (models/evidence.js)."""
    if count < KB:
        return f"{count} B"
    if count < MB:
        return f"{_rounded(count / KB, '1')} KB"
    return f"{_rounded(count / MB, '0.1' if count < 10 * MB else '1')} MB"


def zone(moment: datetime) -> str:
    """Return UTC+08:00, which needs no translation."""
    return f"UTC{timezone.localtime(moment).isoformat()[-6:]}"


def local(moment: datetime | None) -> str:
    """Write a time as ISO 8601 in the local zone, to the second; nothing as nothing."""
    return timezone.localtime(moment).isoformat(timespec="seconds") if moment else ""


def coordinates(lat_e7: int, lon_e7: int) -> str:
    """Return 37.53650, 121.39130: to about a metre, latitude first."""
    return f"{lat_e7 / E7:.5f}, {lon_e7 / E7:.5f}"


def place_unnamed(
    lat_e7: int, lon_e7: int, accuracy_mm: int | None, *, is_outside: bool
) -> str:
    """Return a position of which no area's name is known, as the phone claims it."""
    return _("%(area)s: %(at)s, %(accuracy)s (by the phone's position)") % {
        "area": _("Outside all areas") if is_outside else _("Area unknown"),
        "at": coordinates(lat_e7, lon_e7),
        "accuracy": accuracy(accuracy_mm),
    }


def accuracy(accuracy_mm: int | None) -> str:
    """Return ± 12 m; no phone knows its place to less than one, and 0 is none told."""
    if not accuracy_mm:
        return _("accuracy not given")
    return _("± %(metres)s m") % {"metres": max(1, accuracy_mm // 1000)}


def _rounded(amount: float, to: str) -> Decimal:
    """Round half up, as JavaScript does; Python would round half to even."""
    return Decimal(amount).quantize(Decimal(to), ROUND_HALF_UP)
