"""The matter itself: what happened, where, and what is known."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, Caller


class Source(models.TextChoices):
    """How an alarm came to us."""

    PAGE = "page", _("the alarm page")
    INVITED = "invited", _("by invitation")
    PARTNER = "partner", _("a partner's application")
    PHONE = "phone", _("the telephone")


class Incident(models.Model):
    """A matter that one or more calls report. Its stream carries its ``uuid``.

    ``flags`` are words a person must see: ``position_missing``, ``position_outside``,
    ``position_unreadable``, ``text_cut``, ``no_scripts``,
    ``unverified``, ``repeated``. ``links`` name incidents of the same matter:
    ``{"incident", "number"}`` each.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("number"), max_length=32, unique=True)
    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="incidents", verbose_name=_("agency")
    )
    caller = models.ForeignKey(
        Caller, models.PROTECT, related_name="incidents", verbose_name=_("caller")
    )
    source = models.CharField(
        _("source"), max_length=8, choices=Source, default=Source.PAGE
    )
    opened_at = models.DateTimeField(_("raised"))
    category = models.CharField(_("category"), max_length=80, blank=True)
    priority = models.PositiveSmallIntegerField(_("priority"), default=2)
    place = models.CharField(_("place"), max_length=200, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    persons = models.TextField(_("persons"), blank=True)
    disposition = models.CharField(_("outcome"), max_length=80, blank=True)
    flags = models.JSONField(_("to know"), default=list, blank=True)
    links = models.JSONField(_("linked"), default=list, blank=True, editable=False)
    saved_at = models.DateTimeField(_("saved"), null=True, blank=True)
    saved_by = models.CharField(_("saved by"), max_length=60, blank=True)
    is_synthetic = models.BooleanField(_("canary"), default=False)

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ["-opened_at"]
        constraints = [
            models.CheckConstraint(
                name="incident_priority_1_to_4",
                condition=Q(priority__gte=1, priority__lte=4),
            ),
            models.CheckConstraint(
                name="incident_source_known", condition=Q(source__in=Source.values)
            ),
        ]

    def __str__(self) -> str:
        return self.number


class NumberCounter(models.Model):
    """The last serial given out for a region on a local date; the row is the lock."""

    region_code = models.CharField(max_length=12)
    local_date = models.DateField()
    last_serial = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("number counter")
        verbose_name_plural = _("number counters")
        constraints = [
            models.UniqueConstraint(
                name="one_counter_per_region_and_day",
                fields=["region_code", "local_date"],
            )
        ]

    def __str__(self) -> str:
        return f"{self.region_code} {self.local_date}: {self.last_serial}"
