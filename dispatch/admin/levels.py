"""Service levels and tomorrow's seats, as pages and CSV, within one's agencies."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.admin.base import desk_rights
from accounts.models import Agency
from accounts.states import DESK_ROLES
from dispatch import statistics
from dispatch.models import Seat
from dispatch.statistics import TARGETS, Interval, Level, Question
from dispatch.statistics.chart import draw
from dispatch.statistics.columns import (
    NOTHING,
    columns_by,
    misses_target,
    percent,
    seconds,
)
from reports.clock import now
from reports.exports import csv_text
from reports.models.incident import Source

# So many days at most, or the page would be longer than anybody reads.
LONGEST = {
    Interval.QUARTER: 7,
    Interval.HOUR: 31,
    Interval.DAY: 366,
    Interval.WHOLE: 366,
}
CUTS = {
    Interval.QUARTER: gettext_lazy("15 minutes"),
    Interval.HOUR: gettext_lazy("hour"),
    Interval.DAY: gettext_lazy("day"),
    Interval.WHOLE: gettext_lazy("not at all"),
}
KINDS = {
    "all": gettext_lazy("all together"),
    "agency": gettext_lazy("agency"),
    "seat": gettext_lazy("seat"),
    "source": gettext_lazy("channel"),
}
FORMATS = {
    Interval.QUARTER: "%m-%d %H:%M",
    Interval.HOUR: "%m-%d %H:%M",
    Interval.DAY: "%Y-%m-%d",
    Interval.WHOLE: "%Y-%m-%d",
}


def own_agencies(request: HttpRequest) -> QuerySet[Agency]:
    """Return the agencies whose records this person sees; the canary's is none."""
    rights = desk_rights(request)
    rows = Agency.objects.filter(is_synthetic=False)
    if rights.is_everywhere(*DESK_ROLES):
        return rows
    agencies = rights.agencies(*DESK_ROLES)
    if not agencies:
        raise PermissionDenied
    return rows.filter(pk__in=agencies)


def local_today() -> date:
    """Return the date of the clock on the wall."""
    return timezone.localtime(now()).date()


def _day(label: Any) -> forms.DateField:
    widget = UnfoldAdminTextInputWidget(attrs={"type": "date"})
    return forms.DateField(label=label, widget=widget)


def _choice(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=choices, widget=UnfoldAdminSelectWidget
    )


def _offer(form: forms.Form, name: str, rows: QuerySet[Any]) -> None:
    """Let a field choose among these rows."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = rows


class LevelsForm(forms.Form):
    """From when to when, whose, and cut how."""

    first = _day(gettext_lazy("From"))
    last = _day(gettext_lazy("To"))
    agency = forms.ModelChoiceField(
        Agency.objects.none(),
        label=gettext_lazy("Agency"),
        required=False,
        empty_label=gettext_lazy("all of mine"),
        widget=UnfoldAdminSelectWidget,
    )
    seat = forms.ModelChoiceField(
        Seat.objects.none(),
        label=gettext_lazy("Seat"),
        required=False,
        empty_label=gettext_lazy("all seats"),
        widget=UnfoldAdminSelectWidget,
    )
    interval = _choice(gettext_lazy("By time"), list(CUTS.items()))
    by = _choice(gettext_lazy("Split by"), list(KINDS.items()))

    def __init__(self, request: HttpRequest, agencies: list[Agency]) -> None:
        today = local_today()
        asked = {
            "first": str(today - timedelta(days=6)),
            "last": str(today),
            "interval": Interval.DAY,
            "by": "all",
            **{name: str(value) for name, value in request.GET.items() if value},
        }
        super().__init__(asked)
        mine = [agency.pk for agency in agencies]
        _offer(self, "agency", Agency.objects.filter(pk__in=mine))
        seats = Seat.objects.filter(agency__in=mine).select_related("agency")
        if asked.get("agency", "").isdecimal():
            seats = seats.filter(agency=int(asked["agency"]))
        _offer(self, "seat", seats.order_by("agency__code", "number"))

    def clean(self) -> None:
        """Refuse days that run backwards, and more of them than a page can hold."""
        super().clean()
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        interval = self.cleaned_data.get("interval")
        if first is None or last is None or not interval:
            return
        if last < first:
            self.add_error("last", _("This day is before the first."))
        longest = LONGEST[Interval(interval)]
        if (last - first).days >= longest:
            text = _("At most %(days)d days when cut so finely.") % {"days": longest}
            self.add_error("interval", text)


@require_GET
def levels_page(request: HttpRequest) -> HttpResponse:
    """Show service levels as a table and a chart, or hand out the table as CSV."""
    agencies = list(own_agencies(request))
    form = LevelsForm(request, agencies)
    context: dict[str, Any] = {"form": form, "targets": _targets(), "rows": []}
    if form.is_valid():
        asked = form.cleaned_data
        question = _question(asked, agencies)
        names = _names(question, agencies)
        place = {key: n for n, key in enumerate(names)}
        found = sorted(
            statistics.with_empty(question, statistics.levels(question)),
            key=lambda level: (level.start, place.get(level.key, len(place))),
        )
        if request.GET.get("format") == "csv":
            return _csv("service-levels", *_levels_table(question, found, names))
        context |= _levels_context(question, found, names)
    return _page(request, "levels.html", _("Service levels"), context)


def _targets() -> str:
    """Name them all in a line."""
    return " · ".join(
        _("%(percent)d %% / %(seconds)d s (%(source)s)")
        % {
            "percent": round(target.share * 100),
            "seconds": target.seconds,
            "source": target.source,
        }
        for target in TARGETS
    )


def _question(asked: dict[str, Any], agencies: list[Agency]) -> Question:
    agency, seat = asked["agency"], asked["seat"]
    return Question(
        first=asked["first"],
        last=asked["last"],
        agencies=[agency.pk] if agency else [a.pk for a in agencies],
        interval=Interval(asked["interval"]),
        by=asked["by"],
        seat=seat.pk if seat else None,
    )


def _names(question: Question, agencies: list[Agency]) -> dict[Any, str]:
    """Return what to call each key of the answer."""
    if question.by == "agency":
        return {agency.pk: agency.label() for agency in agencies}
    if question.by == "source":
        return {str(value): str(label) for value, label in Source.choices}
    if question.by == "seat":
        seats = Seat.objects.filter(agency__in=question.agencies)
        seats = seats.order_by("agency__code", "number")
        names = {seat.pk: str(seat) for seat in seats.select_related("agency")}
        return {**names, None: _("nobody answered"), "": NOTHING}
    return {}


def _label(start: datetime, interval: Interval) -> str:
    return timezone.localtime(start).strftime(FORMATS[interval])


def _levels_table(
    question: Question, found: list[Level], names: dict[Any, str]
) -> tuple[list[str], list[list[str]]]:
    columns = columns_by(question.by)
    head = [_("from"), *([str(KINDS[question.by])] if names else [])]
    body = [
        [
            timezone.localtime(level.start).isoformat(timespec="minutes"),
            *([names.get(level.key, _("another agency's seat"))] if names else []),
            *(column.text(level.figures) for column in columns),
        ]
        for level in found
    ]
    return [*head, *(str(column.title) for column in columns)], body


def _levels_context(
    question: Question, found: list[Level], names: dict[Any, str]
) -> dict[str, Any]:
    columns = columns_by(question.by)
    return {
        "key_title": capfirst(str(KINDS[question.by])) if names else "",
        "columns": columns,
        "rows": [
            {
                "start": _label(level.start, question.interval),
                "key": names.get(level.key, _("another agency's seat")),
                "cells": [
                    (column.text(level.figures), misses_target(column, level.figures))
                    for column in columns
                ],
            }
            for level in found
        ],
        "chart": _chart(question, found),
    }


def _chart(question: Question, found: list[Level]) -> Any:
    """Draw what is counted all together; parts of it would be many charts."""
    if question.by != "all" or question.interval == Interval.WHOLE:
        return None
    return draw(
        [
            (level.start, _label(level.start, question.interval), level.figures)
            for level in found
        ]
    )


class StaffingForm(forms.Form):
    """Which agency, which day, and how well it is to be answered."""

    agency = forms.ModelChoiceField(
        Agency.objects.none(),
        label=gettext_lazy("Agency"),
        empty_label=None,
        widget=UnfoldAdminSelectWidget,
    )
    day = _day(gettext_lazy("Day"))
    interval = _choice(
        gettext_lazy("By time"),
        [(cut, CUTS[cut]) for cut in (Interval.HOUR, Interval.QUARTER)],
    )
    target = _choice(
        gettext_lazy("Target"),
        [
            (
                t.seconds,
                format_lazy(
                    gettext_lazy("{share} in {seconds} s, {source}"),
                    share=f"{t.share:.0%}",
                    seconds=t.seconds,
                    source=t.source,
                ),
            )
            for t in TARGETS
        ],
    )

    def __init__(self, request: HttpRequest, agencies: list[Agency]) -> None:
        super().__init__(
            {
                "agency": agencies[0].pk if agencies else "",
                "day": str(local_today() + timedelta(days=1)),
                "interval": Interval.HOUR,
                "target": 15,
                **{name: value for name, value in request.GET.items() if value},
            }
        )
        mine = [agency.pk for agency in agencies]
        _offer(self, "agency", Agency.objects.filter(pk__in=mine))


@require_GET
def staffing_page(request: HttpRequest) -> HttpResponse:
    """Show how many seats each hour of a day needs, or hand it out as CSV."""
    form = StaffingForm(request, list(own_agencies(request)))
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        asked = form.cleaned_data
        plan = statistics.staffing(
            frozenset({asked["agency"].pk}),
            asked["day"],
            interval=Interval(asked["interval"]),
            target=next(t for t in TARGETS if t.seconds == int(asked["target"])),
        )
        table = _plan_table(plan)
        if request.GET.get("format") == "csv":
            return _csv(f"staffing-{asked['agency'].code}-{asked['day']}", *table)
        context |= {
            "plan": plan,
            "head": table[0],
            "rows": [(row[0], row[1:]) for row in table[1]],
            "most": max(need.seats for need in plan.needs),
        }
    return _page(request, "staffing.html", _("Seats needed"), context)


def _plan_table(plan: statistics.Staffing) -> tuple[list[str], list[list[str]]]:
    head = [
        _("from"),
        _("calls expected"),
        _("handling a call, s"),
        _("load, erlangs"),
        _("seats needed"),
        _("answered in %(seconds)d s") % {"seconds": plan.target.seconds},
        _("average wait, s"),
    ]
    body = [
        [
            f"{timezone.localtime(need.start):%H:%M}",
            f"{need.calls:.1f}" if plan.weeks else NOTHING,
            f"{need.handling_seconds:.0f}" if plan.weeks else NOTHING,
            f"{need.load:.2f}" if plan.weeks else NOTHING,
            str(need.seats),
            # Where nobody is expected to call, nobody is answered in time.
            percent(need.expected_share if need.calls else None),
            seconds(need.expected_wait_seconds if need.calls else None),
        ]
        for need in plan.needs
    ]
    return head, body


def _csv(name: str, head: list[str], body: list[list[str]]) -> HttpResponse:
    return HttpResponse(
        csv_text(head, body),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.csv"',
        },
    )


def _page(
    request: HttpRequest, template: str, title: str, context: dict[str, Any]
) -> HttpResponse:
    asked = request.GET.copy()
    asked["format"] = "csv"
    request.current_app = admin.site.name
    return TemplateResponse(
        request,
        f"admin/dispatch/{template}",
        {
            **admin.site.each_context(request),
            "title": title,
            "is_fullwidth": "1",
            "csv_link": f"?{asked.urlencode()}",
            **context,
        },
    )
