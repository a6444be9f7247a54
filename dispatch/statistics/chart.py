"""A chart of service levels as numbers for an SVG. Pure.

Bars are calls, the line is the share answered in 15 s, the dashed line its target. The
page that shows it has the same figures as a table, and one sentence for who sees none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from dispatch.statistics.figures import TARGETS, Figures

WIDTH, HEIGHT = 720, 220
LEFT, RIGHT, TOP, BOTTOM = 44, 44, 12, 28
LABELS = 8  # at most so many times under the bars
DOTS = 62  # of more than so many a line would be made
HALVED = 4  # from so many calls on, the axis names the half of them
TARGET = TARGETS[1]


@dataclass(frozen=True, slots=True)
class Bar:
    """Calls of one piece of time; the lower part was answered."""

    x: float
    width: float
    y: float
    height: float
    answered_y: float
    answered_height: float
    title: str


@dataclass(frozen=True, slots=True)
class Label:
    """Text at a place."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """What the template draws."""

    bars: tuple[Bar, ...]
    lines: tuple[str, ...]  # points, broken where nobody called
    dots: tuple[tuple[float, float], ...]
    target_y: float
    times: tuple[Label, ...]
    shares: tuple[Label, ...]
    counts: tuple[Label, ...]
    summary: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right_x: int = WIDTH - RIGHT
    bottom_y: int = HEIGHT - BOTTOM


def draw(
    points: Sequence[tuple[datetime, str, Figures]],
    *,
    calls: int | None = None,
    least: int = 1,
) -> Chart | None:
    """Return a chart of (time, its label, figures), oldest first; None of nothing.

    Points are drawn side by side: a piece of time without calls is one, too. ``calls``
    are how many there were where some are not told; a point tells ``least`` or none.
    """
    if not any(figures.offered for _at, _label, figures in points):
        return None
    step = (WIDTH - LEFT - RIGHT) / len(points)
    top = max(figures.offered for _at, _label, figures in points)
    if top >= HALVED:
        top += top % 2  # its half, at the middle, is a whole number of calls
    room = HEIGHT - TOP - BOTTOM
    bars: list[Bar] = []
    lines: list[list[tuple[float, float]]] = [[]]
    for n, (_at, label, figures) in enumerate(points):
        x = LEFT + n * step
        height = room * figures.offered / top
        answered = room * figures.answered / top
        bars.append(
            Bar(
                x=_r(x + step * 0.1),
                width=_r(step * 0.8),
                y=_r(HEIGHT - BOTTOM - height),
                height=_r(height),
                answered_y=_r(HEIGHT - BOTTOM - answered),
                answered_height=_r(answered),
                title=f"{label}: {_told(figures, least)}",
            )
        )
        if figures.share_15 is None:
            lines.append([])
        else:
            lines[-1].append((_r(x + step / 2), _r(_share_y(figures.share_15))))
    dots = [at for line in lines for at in line]
    if len(dots) > DOTS:  # only those that no line leads to
        dots = [line[0] for line in lines if len(line) == 1]
    every = max(-(-len(points) // LABELS), 1)
    return Chart(
        bars=tuple(bars),
        lines=tuple(
            " ".join(f"{x},{y}" for x, y in line) for line in lines if len(line) > 1
        ),
        dots=tuple(dots),
        target_y=_r(_share_y(TARGET.share)),
        times=tuple(
            Label(_r(LEFT + (n + 0.5) * step), HEIGHT - 8, label)
            for n, (_at, label, _figures) in enumerate(points)
            if n % every == 0
        ),
        shares=tuple(
            Label(WIDTH - RIGHT + 6, _r(_share_y(share)) + 4, f"{share:.0%}")
            for share in (0.0, 0.5, 1.0)
        ),
        counts=tuple(
            Label(LEFT - 6, _r(HEIGHT - BOTTOM - room * part) + 4, f"{top * part:.0f}")
            for part in ((0.0, 1.0) if top < HALVED else (0.0, 0.5, 1.0))
        ),
        summary=_summary(points, calls),
    )


def _share_y(share: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share


def _r(value: float) -> float:
    return round(value, 1)


def _told(figures: Figures, least: int) -> str:
    if not figures.offered:
        few = _("fewer than %(least)d calls") % {"least": least}
        return few if least > 1 else _("no calls")
    if figures.share_15 is None:
        text = _("%(calls)d calls, none answered, none waited 15 s")
        return text % {"calls": figures.offered}
    return _("%(calls)d calls, %(share)s in 15 s") % {
        "calls": figures.offered,
        "share": f"{figures.share_15:.1%}",
    }


def _summary(points: Sequence[tuple[datetime, str, Figures]], calls: int | None) -> str:
    """Say in a sentence what the picture shows."""
    shares = [
        (figures.share_15, label)
        for _at, label, figures in points
        if figures.share_15 is not None
    ]
    if calls is None:
        calls = sum(figures.offered for _at, _label, figures in points)
    if not shares:
        return _("%(calls)d calls, none of them answered yet.") % {"calls": calls}
    (low, when), (high, best) = min(shares), max(shares)
    return _(
        "%(calls)d calls from %(first)s to %(last)s. The share answered in 15 s was "
        "lowest at %(when)s (%(low)s) and highest at %(best)s (%(high)s)."
    ) % {
        "calls": calls,
        "first": points[0][1],
        "last": points[-1][1],
        "when": when,
        "low": f"{low:.1%}",
        "best": best,
        "high": f"{high:.1%}",
    }
