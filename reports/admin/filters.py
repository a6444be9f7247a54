"""Incidents by what their codes mean."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from reports import words
from reports.models import Incident


class PriorityFilter(admin.SimpleListFilter):
    """By urgency, named."""

    title = _("priority")
    parameter_name = "priority"

    def lookups(
        self, request: HttpRequest, model_admin: object
    ) -> list[tuple[str, str]]:
        """Offer the four."""
        return [(str(number), words.priority(number)) for number in range(1, 5)]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Incident]
    ) -> QuerySet[Incident]:
        """Keep those of one; a number that is none keeps nothing."""
        if not self.value():
            return queryset
        known = [key for key, _name in self.lookup_choices if key == self.value()]
        return queryset.filter(priority__in=known)


class DispositionFilter(admin.SimpleListFilter):
    """By what came of it, named."""

    title = _("outcome")
    parameter_name = "disposition"

    def lookups(
        self, request: HttpRequest, model_admin: object
    ) -> list[tuple[str, str]]:
        """Offer all there are: which were decided would be a walk over all records."""
        return [(code, words.disposition(code)) for code in words.DISPOSITIONS]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Incident]
    ) -> QuerySet[Incident]:
        """Keep those of one."""
        return queryset.filter(disposition=self.value()) if self.value() else queryset
