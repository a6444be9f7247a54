"""The columns of a table of figures, the same on the page and in the CSV."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from dispatch.statistics.figures import TARGETS, Figures, Target

NOTHING = "–"  # there is nothing to divide by


def percent(share: float | None) -> str:
    """Write 92.3 %."""
    return NOTHING if share is None else f"{share * 100:.1f} %"


def seconds(value: float | None) -> str:
    """Write seconds with a tenth."""
    return NOTHING if value is None else f"{value:.1f}"


def thousandths(value: int | None) -> str:
    """Write milliseconds as seconds."""
    return seconds(None if value is None else value / 1000)


class Column(NamedTuple):
    """A heading, and what stands under it."""

    title: object
    text: Callable[[Figures], str]


CALLS = (
    Column(_("calls"), lambda f: str(f.offered)),
    Column(_("answered"), lambda f: str(f.answered)),
    Column(_("in 10 s"), lambda f: percent(f.share_10)),
    Column(_("in 15 s"), lambda f: percent(f.share_15)),
    Column(_("in 20 s"), lambda f: percent(f.share_20)),
    Column(
        _("average wait, answered only, s"), lambda f: seconds(f.average_wait_seconds)
    ),
    Column(_("half within, answered only, s"), lambda f: thousandths(f.p50_ms)),
    Column(_("90 % within, answered only, s"), lambda f: thousandths(f.p90_ms)),
    Column(_("95 % within, answered only, s"), lambda f: thousandths(f.p95_ms)),
    Column(_("longest wait, all calls, s"), lambda f: seconds(f.longest_seconds)),
    Column(_("gave up before an answer"), lambda f: str(f.abandoned_before)),
    Column(_("caller gone after the answer"), lambda f: str(f.abandoned_after)),
    Column(_("share invalid"), lambda f: percent(f.share_invalid)),
    Column(_("average talk, s"), lambda f: seconds(f.average_talk_seconds)),
)
SEATS = (
    Column(_("average handling, s"), lambda f: seconds(f.average_handling_seconds)),
    Column(_("occupancy"), lambda f: percent(f.occupancy)),
    Column(_("hours on shift"), lambda f: f"{f.shift_ms / 3_600_000:.1f}"),
)
OFFERS = (
    Column(_("offers"), lambda f: str(f.offers)),
    Column(_("offers missed"), lambda f: str(f.missed)),
)


def columns_by(by: str) -> Sequence[Column]:
    """Return what is known of a row that is counted so."""
    if by == "source":
        return CALLS
    return (*CALLS, *SEATS, *OFFERS) if by == "seat" else (*CALLS, *SEATS)


def misses_target(column: Column, figures: Figures) -> bool:
    """Say whether a share stands under its target, to be marked."""
    for target in TARGETS:
        if column is CALLS[{10: 2, 15: 3, 20: 4}[target.seconds]]:
            return misses(target, figures.share_of(target.seconds))
    return False


def misses(target: Target, share: float | None) -> bool:
    """Say whether a share stands under its target."""
    return share is not None and share < target.share
