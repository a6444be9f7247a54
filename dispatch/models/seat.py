"""Seats, and who works at them."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import Agency, User
from dispatch.states import Activity, Availability, ShiftEnd

# What the switchboard writes at every step of a call: no history of settings holds it.
LIVE_SEAT_FIELDS = [
    "availability",
    "reason",
    "activity",
    "since",
    "idle_since",
    "wrap_up_until",
    "wrap_up_call",
    "epoch",
    "misses",
    "rest_until",
    "break_asked",
    "break_asked_at",
    "relief_open",
]


class SeatQuerySet(models.QuerySet["Seat"]):
    """Questions about seats."""

    def free(self) -> Self:
        """Return seats a call can be offered to, longest idle first.

        Not those whose console has not come back since a restart: a call would ring at
        nobody, and then rest for a while from the one seat that could have had it.
        """
        return self.filter(
            is_active=True,
            availability=Availability.READY,
            activity=Activity.IDLE,
            shifts__ended_at__isnull=True,
            shifts__isnull=False,
            shifts__is_extended=False,
        ).order_by("idle_since", "pk")


class Seat(models.Model):
    """A numbered position of an agency: always host, never evicted by a caller.

    Two axes: ``availability`` is what the person chose, ``activity`` what the system is
    doing. ``epoch`` counts the shifts: each new one gets the next number, and whoever
    comes back with an older one is refused.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="seats", verbose_name=_("agency")
    )
    number = models.PositiveIntegerField(_("number"))
    label = models.CharField(_("label"), max_length=60, blank=True)
    label_en = models.CharField(_("label in English"), max_length=60, blank=True)
    is_active = models.BooleanField(_("in service"), default=True)
    availability = models.CharField(
        _("availability"),
        max_length=5,
        choices=Availability,
        default=Availability.OFF,
        editable=False,
    )
    reason = models.CharField(_("reason"), max_length=80, blank=True, editable=False)
    activity = models.CharField(
        _("activity"),
        max_length=7,
        choices=Activity,
        default=Activity.IDLE,
        editable=False,
    )
    since = models.DateTimeField(_("since"), null=True, blank=True, editable=False)
    idle_since = models.DateTimeField(null=True, blank=True, editable=False)
    wrap_up_until = models.DateTimeField(null=True, blank=True, editable=False)
    wrap_up_call = models.ForeignKey(
        "dispatch.Call",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    epoch = models.PositiveIntegerField(default=0, editable=False)
    # Offers in a row that nobody answered; the agency's limit makes the seat away.
    misses = models.PositiveSmallIntegerField(default=0, editable=False)
    # After a miss: no offer before this moment. It always ends by itself.
    rest_until = models.DateTimeField(null=True, blank=True, editable=False)
    # What a supervisor must allow, and since when it is asked: a break with its reason,
    # or, without one, to be off.
    break_asked = models.CharField(max_length=80, blank=True, editable=False)
    break_asked_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The operator lets a colleague sit down here, even in mid call.
    relief_open = models.BooleanField(default=False, editable=False)
    history = HistoricalRecords(excluded_fields=LIVE_SEAT_FIELDS)

    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        ordering = ["agency", "number"]
        constraints = [
            models.UniqueConstraint(
                name="one_seat_per_number", fields=["agency", "number"]
            ),
            models.CheckConstraint(
                name="seat_availability_known",
                condition=Q(availability__in=Availability.values),
            ),
            models.CheckConstraint(
                name="seat_activity_known", condition=Q(activity__in=Activity.values)
            ),
            models.CheckConstraint(
                name="wrap_up_has_a_deadline",
                condition=Q(activity=Activity.WRAP_UP, wrap_up_until__isnull=False)
                | (~Q(activity=Activity.WRAP_UP) & Q(wrap_up_until__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return self.full_label()

    def full_label(self, language: str | None = None) -> str:
        """Return the seat's name in ``language`` (default: the active one)."""
        language = language or translation.get_language() or settings.LANGUAGE_CODE
        name = self.label if language.startswith("zh") else self.label_en or self.label
        return name or f"{self.agency.label(language)} {self.number}"


class Shift(models.Model):
    """An operator at a seat, from–to; the lease says whether the console lives."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    seat = models.ForeignKey(
        Seat, models.PROTECT, related_name="shifts", verbose_name=_("seat")
    )
    operator = models.ForeignKey(
        User, models.PROTECT, related_name="shifts", verbose_name=_("operator")
    )
    epoch = models.PositiveIntegerField()
    started_at = models.DateTimeField(_("started"))
    lease_until = models.DateTimeField()
    # Set by a restart's grace, cleared by a heartbeat: a crash loop holds no seat.
    is_extended = models.BooleanField(default=False)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    end_reason = models.CharField(
        _("end reason"), max_length=10, choices=ShiftEnd, blank=True
    )
    # What the console is told when it comes back too late: the words of whoever freed
    # the seat; which call, where it went.
    end_note = models.CharField(_("why it was ended"), max_length=80, blank=True)
    lost_call = models.ForeignKey(
        "dispatch.Call",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("call it lost"),
    )

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        constraints = [
            models.UniqueConstraint(
                name="one_operator_per_seat",
                fields=["seat"],
                condition=Q(ended_at__isnull=True),
            ),
            models.UniqueConstraint(
                name="one_seat_per_operator",
                fields=["operator"],
                condition=Q(ended_at__isnull=True),
            ),
            models.UniqueConstraint(
                name="epochs_never_repeat", fields=["seat", "epoch"]
            ),
            models.CheckConstraint(
                name="shift_ends_after_it_starts",
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
            ),
        ]
        indexes = [
            # The figures ask who was on shift on some days.
            models.Index(name="shifts_by_time", fields=["seat", "started_at"])
        ]

    def __str__(self) -> str:
        return f"{self.operator}: {self.seat}"
