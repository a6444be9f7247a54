"""The public pages of service levels, for agencies that publish theirs.

Counts and shares of whole days only, none of a day with so few calls that one could be
recognised. Anybody may ask, so the figures are kept for ten minutes; a page asks
nothing of its reader and sets no cookie, so that others may keep it, too.
"""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET

from accounts.models import Agency
from dispatch import statistics
from dispatch.statistics import TARGETS, Figures, Interval, Question
from dispatch.statistics.chart import draw
from dispatch.statistics.columns import (
    CALLS,
    NOTHING,
    misses,
    misses_target,
    percent,
)
from dispatch.statistics.figures import Target
from dispatch.statistics.slots import midnight
from reports.clock import now

DAYS = 30  # whole ones, up to yesterday
FEW = 5  # fewer calls in a day are not told apart
KEPT_SECONDS = 600
COLUMNS = (*CALLS[:8], CALLS[10])  # the waits, and who gave up

Days = list[tuple[date, Figures]]


@gzip_page
@cache_control(public=True, max_age=300)
@require_GET
def levels_page(request: HttpRequest, code: str = "") -> HttpResponse:
    """Show who publishes figures, or one agency's; 404 where nothing is published."""
    asked = request.GET.get("language", "")
    known = dict(settings.LANGUAGES)
    language = asked if asked in known else translation.get_language()
    with translation.override(language):
        if not code:
            return render(request, "figures/published.html", _overview(language))
        agency = _published().filter(code=code).first()
        if agency is None:
            raise Http404
        return render(request, "figures/agency.html", _details(agency, language))


def _published() -> Any:
    return Agency.objects.filter(
        publishes_figures=True, is_active=True, is_synthetic=False
    )


def _overview(language: str | None) -> dict[str, Any]:
    agencies = list(_published())
    figures = _figures([agency.pk for agency in agencies])
    rows = []
    for agency in agencies:
        month = figures[agency.pk][0]
        is_few = month.offered < FEW
        shares = [] if is_few else [told for _target, *told in _shares(month)]
        rows.append({"agency": agency, "few": is_few, "shares": shares, "all": month})
    return {"rows": rows, "targets": TARGETS, "language": language, "days": DAYS}


def _details(agency: Agency, language: str | None) -> dict[str, Any]:
    month, days = _figures([agency.pk])[agency.pk]
    told = [
        (day, figures if figures.offered >= FEW else Figures()) for day, figures in days
    ]
    return {
        "agency": agency,
        "language": language,
        "targets": _shares(month),
        "first": days[0][0],
        "last": days[-1][0],
        "few": month.offered < FEW,
        "least": FEW,
        "columns": COLUMNS,
        "month": [_cell(column, month) for column in COLUMNS],
        "rows": [
            {
                "day": day,
                "is_few": 0 < figures.offered < FEW,
                "cells": [_cell(column, figures) for column in COLUMNS],
            }
            for day, figures in reversed(days)
        ],
        "days": DAYS,
        "chart": draw(
            [
                (
                    midnight(day, timezone.get_default_timezone()),
                    f"{day:%m-%d}",
                    figures,
                )
                for day, figures in told
            ],
            calls=month.offered,
            least=FEW,
        ),
    }


def _shares(month: Figures) -> list[tuple[Target, str, bool]]:
    """Return each target, the share that was reached, and whether it is below."""
    shares = [(target, month.share_of(target.seconds)) for target in TARGETS]
    return [(target, percent(share), misses(target, share)) for target, share in shares]


def _cell(column: Any, figures: Figures) -> tuple[str, bool]:
    """Return the text, and whether it is below its target."""
    if figures.offered >= FEW:
        return column.text(figures), misses_target(column, figures)
    if not figures.offered:  # nothing to keep back: nobody gave up, "–" would say so
        return column.text(figures), False
    return f"< {FEW}" if column is COLUMNS[0] else NOTHING, False


def _figures(agencies: list[int]) -> dict[int, tuple[Figures, Days]]:
    """Return each agency's month and its days, asked at most once in ten minutes."""
    last = timezone.localtime(now()).date() - timedelta(days=1)
    first = last - timedelta(days=DAYS - 1)
    keys = {pk: f"levels:{pk}:{last}" for pk in agencies}
    kept: dict[str, tuple[Figures, Days]] = cache.get_many(keys.values())
    missing = [pk for pk, key in keys.items() if key not in kept]
    if missing:
        fresh = _ask(missing, first, last)
        cache.set_many({keys[pk]: fresh[pk] for pk in missing}, KEPT_SECONDS)
        kept |= {keys[pk]: fresh[pk] for pk in missing}
    return {pk: kept[key] for pk, key in keys.items()}


def _ask(
    agencies: list[int], first: date, last: date
) -> dict[int, tuple[Figures, Days]]:
    whole = Question(first, last, agencies, Interval.WHOLE, by="agency")
    month = {level.key: level.figures for level in statistics.levels(whole)}
    daily = Question(first, last, agencies, Interval.DAY, by="agency")
    by_day = {
        (level.key, timezone.localtime(level.start).date()): level.figures
        for level in statistics.levels(daily)
    }
    days = [first + timedelta(days=n) for n in range(DAYS)]
    return {
        pk: (
            month.get(pk, Figures()),
            [(day, by_day.get((pk, day), Figures())) for day in days],
        )
        for pk in agencies
    }
