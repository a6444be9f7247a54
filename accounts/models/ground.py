"""Whose ground: agencies, the areas they answer for, and who helps whom."""

import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.matching import FaultyPolygon, read_drawn_polygon
from accounts.models.listed import check_listed
from accounts.states import RING_SECONDS, WRAP_UP_SECONDS


class AnswerMode(models.TextChoices):
    """How an offered call is accepted."""

    AUTO = "auto", _("the console accepts by itself")
    RING = "ring", _("a person accepts")


class Agency(models.Model):
    """A police force that answers alarms: the unit of sharding, rights and queues.

    A call, its seats and its streams stay in one agency. The stream of an agency
    carries its own ``uuid``.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(
        _("region code"),
        max_length=12,
        unique=True,
        help_text=_("GB/T 2260, e.g. 370602"),
    )
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80, blank=True)
    phone_number = models.CharField(_("emergency number"), max_length=20, default="110")
    answer_mode = models.CharField(
        _("answer mode"), max_length=4, choices=AnswerMode, default=AnswerMode.AUTO
    )
    ring_seconds = models.PositiveSmallIntegerField(
        _("ring for, seconds"),
        default=RING_SECONDS,
        help_text=_("then the call is offered to another seat"),
    )
    wrap_up_seconds = models.PositiveSmallIntegerField(
        _("wrap-up, seconds"),
        default=WRAP_UP_SECONDS,
        help_text=_("after each call; extendable"),
    )
    misses_before_away = models.PositiveSmallIntegerField(
        _("misses before away"),
        default=3,
        help_text=_("offers in a row that a seat may miss before it is set away"),
    )
    miss_rest_seconds = models.PositiveSmallIntegerField(
        _("rest after a miss, seconds"),
        default=5,
        help_text=_("a seat that missed an offer gets none for so long"),
    )
    breaks_need_approval = models.BooleanField(
        _("a supervisor allows breaks"), default=False
    )
    # [{"text": "…", "text_en": "…"}]: what a break can be for.
    break_reasons = models.JSONField(_("reasons for a break"), default=list, blank=True)
    opens_at = models.TimeField(
        _("answers from"), null=True, blank=True, help_text=_("empty: day and night")
    )
    closes_at = models.TimeField(_("answers until"), null=True, blank=True)
    after_hours = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("answers outside these hours"),
    )
    publishes_figures = models.BooleanField(
        _("publishes its service levels"), default=False
    )
    is_default = models.BooleanField(
        _("default agency"), default=False, help_text=_("takes alarms without a place")
    )
    is_synthetic = models.BooleanField(
        _("for the self-test only"),
        default=False,
        help_text=_("left out of statistics"),
    )
    is_active = models.BooleanField(_("in service"), default=True)
    # [{"code": "0101", "name": "…", "name_en": "…"}]: what an incident can be filed as.
    categories = models.JSONField(_("incident categories"), default=list, blank=True)
    # [{"text": "…", "text_en": "…"}]: sentences an operator sends with one click.
    phrases = models.JSONField(_("canned phrases"), default=list, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                name="one_default_agency",
                fields=["is_default"],
                condition=Q(is_default=True),
                violation_error_message=_("There is a default agency already."),
            ),
            models.CheckConstraint(
                name="agency_answer_mode_known",
                condition=Q(answer_mode__in=AnswerMode.values),
            ),
            models.CheckConstraint(
                name="agency_hours_have_two_ends",
                condition=Q(opens_at__isnull=True, closes_at__isnull=True)
                | Q(opens_at__isnull=False, closes_at__isnull=False),
                violation_error_message=_("Give both hours, or neither."),
            ),
            models.CheckConstraint(
                name="after_hours_is_another_agency",
                condition=Q(after_hours__isnull=True) | ~Q(after_hours=F("id")),
                violation_error_message=_("An agency cannot stand in for itself."),
            ),
            models.CheckConstraint(
                name="agency_seconds_in_reason",
                condition=Q(
                    ring_seconds__gte=3,
                    ring_seconds__lte=60,
                    wrap_up_seconds__lte=600,
                    misses_before_away__gte=1,
                    miss_rest_seconds__lte=60,
                ),
                violation_error_message=_(
                    "Ring for 3 to 60 s, wrap up for at most 600 s, rest for at most "
                    "60 s, and allow at least one miss."
                ),
            ),
            models.CheckConstraint(
                name="canary_agency_is_not_default",
                condition=~Q(is_default=True, is_synthetic=True),
            ),
        ]

    def __str__(self) -> str:
        return self.label()

    def clean(self) -> None:
        """Check what no constraint can: the lists, and that somebody is the default."""
        if self.is_default and not self.is_active:
            raise ValidationError(
                {"is_active": _("The default agency takes alarms without a place.")}
            )
        if self.after_hours is not None:
            self._check_after_hours(self.after_hours)
        check_listed("categories", self.categories, ("code", "name"), ("name_en",))
        check_listed("phrases", self.phrases, ("text",), ("text_en",))
        check_listed("break_reasons", self.break_reasons, ("text",), ("text_en",))

    def _check_after_hours(self, stand_in: "Agency") -> None:
        """Refuse a night in which each closed agency waits for the next one."""
        if stand_in.is_synthetic or not stand_in.is_active:
            problem = _("%(agency)s does not answer calls.") % {"agency": stand_in}
            raise ValidationError({"after_hours": problem})
        passed = [self]
        following: Agency | None = stand_in
        while following is not None and following not in passed:
            passed.append(following)
            following = following.after_hours
        if following is not None:
            chain = " → ".join(str(agency) for agency in [*passed, following])
            wait = _("After hours these agencies wait for each other: %(chain)s.")
            raise ValidationError({"after_hours": wait % {"chain": chain}})

    def label(self, language: str | None = None) -> str:
        """Return the name in ``language`` (default: the active one)."""
        language = language or translation.get_language() or settings.LANGUAGE_CODE
        return self.name if language.startswith("zh") else self.name_en or self.name

    def category_label(self, code: str) -> str:
        """Return what a category is called, Burglary (0101); an unknown code itself."""
        is_chinese = (translation.get_language() or "").startswith("zh")
        for row in self.categories:
            if row["code"] == code:
                names = (row["name"], row.get("name_en", ""))
                name = (names[0] or names[1]) if is_chinese else (names[1] or names[0])
                return f"{name} ({code})"
        return code


class Area(models.Model):
    """A piece of ground an agency answers for, as WGS-84 polygons.

    ``polygon`` is a GeoJSON geometry (RFC 7946, Polygon or MultiPolygon, degrees). It
    serves routing only and is not a legal boundary.
    """

    agency = models.ForeignKey(
        Agency, models.CASCADE, related_name="areas", verbose_name=_("agency")
    )
    code = models.CharField(_("code"), max_length=12)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80, blank=True)
    polygon = models.JSONField(_("polygon (GeoJSON, WGS-84)"))
    source = models.CharField(_("source of the polygon"), max_length=200, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)
    history = HistoricalRecords(excluded_fields=["polygon"])

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(name="one_area_per_code", fields=["agency", "code"])
        ]

    def __str__(self) -> str:
        return self.label()

    def clean(self) -> None:
        """Check the polygon: one that cannot be read would route nobody."""
        try:
            read_drawn_polygon(self.polygon)
        except FaultyPolygon as fault:
            problem = _("The polygon cannot be used: %(fault)s.") % {"fault": fault}
            raise ValidationError({"polygon": problem}) from fault

    def label(self, language: str | None = None) -> str:
        """Return the name in ``language`` (default: the active one)."""
        language = language or translation.get_language() or settings.LANGUAGE_CODE
        return self.name if language.startswith("zh") else self.name_en or self.name


class Tier(models.Model):
    """A neighbour that helps when an agency's own seats are busy.

    Calls that waited ``after_seconds`` may also be offered to the neighbour's seats,
    lower ``rank`` first.
    """

    agency = models.ForeignKey(
        Agency, models.CASCADE, related_name="tiers", verbose_name=_("agency")
    )
    neighbour = models.ForeignKey(
        Agency, models.CASCADE, related_name="+", verbose_name=_("neighbour")
    )
    rank = models.PositiveSmallIntegerField(_("order"), default=1)
    after_seconds = models.PositiveIntegerField(_("after waiting, seconds"), default=20)
    is_active = models.BooleanField(_("in use"), default=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("overflow tier")
        verbose_name_plural = _("overflow tiers")
        ordering = ["agency", "rank"]
        constraints = [
            models.UniqueConstraint(
                name="one_tier_per_neighbour", fields=["agency", "neighbour"]
            ),
            models.CheckConstraint(
                name="neighbour_is_another_agency",
                condition=~Q(agency=F("neighbour")),
                violation_error_message=_("An agency cannot be its own neighbour."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency} → {self.neighbour}"

    def clean(self) -> None:
        """Keep the canary apart: its calls must never ring at a real seat."""
        pair = [self.agency_id, self.neighbour_id]
        if Agency.objects.filter(pk__in=pair, is_synthetic=True).exists():
            raise ValidationError(_("The canary neither helps nor is helped."))
