"""Calls, who is in their rooms, and the offers made of them."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, Caller, User
from dispatch.models.seat import Seat
from dispatch.states import (
    LIVE_CALL_STATES,
    CallBackOutcome,
    CallMode,
    CallState,
    EndReason,
    OfferKind,
    OfferState,
    ParticipantRole,
    Stance,
)
from reports.models import Incident


class CallQuerySet(models.QuerySet["Call"]):
    """Questions about calls."""

    def live(self) -> Self:
        """Return calls that are not over."""
        return self.filter(state__in=LIVE_CALL_STATES)

    def in_line(self) -> Self:
        """Return waiting calls in the order they are to be answered."""
        return self.filter(state=CallState.WAITING).order_by(
            "priority", "queued_at", "pk"
        )


class Call(models.Model):
    """One alarm call, from the tap to its end.

    ``queued_at`` never changes: a call that comes back to the line keeps its place.
    ``client_id`` is the tap's own id, so that a repeated tap is the same alarm.
    ``signer`` is the Caller who tapped, as a UUID: the phone's entries in this call
    bear it for ever, so that a repeated command finds its answer whoever the phone
    became.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client_id = models.UUIDField(editable=False)
    incident = models.ForeignKey(
        Incident, models.PROTECT, related_name="calls", verbose_name=_("incident")
    )
    caller = models.ForeignKey(
        Caller, models.PROTECT, related_name="calls", verbose_name=_("caller")
    )
    signer = models.UUIDField(editable=False)
    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="calls", verbose_name=_("agency")
    )
    mode = models.CharField(
        _("mode"), max_length=6, choices=CallMode, default=CallMode.NORMAL
    )
    state = models.CharField(
        _("state"), max_length=9, choices=CallState, default=CallState.WAITING
    )
    priority = models.PositiveSmallIntegerField(_("priority"), default=2)
    queued_at = models.DateTimeField(_("queued"))
    escalate_at = models.DateTimeField(null=True, blank=True)
    escalations = models.PositiveIntegerField(default=0)
    seat = models.ForeignKey(
        Seat,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="calls",
        verbose_name=_("seat"),
    )
    connected_at = models.DateTimeField(_("connected"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    end_reason = models.CharField(
        _("end reason"), max_length=12, choices=EndReason, blank=True
    )
    needs_callback = models.BooleanField(_("call back"), default=False)
    called_back_at = models.DateTimeField(_("called back"), null=True, blank=True)
    called_back_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("called back by"),
    )
    callback_outcome = models.CharField(
        _("outcome of the call-back"),
        max_length=11,
        choices=CallBackOutcome,
        blank=True,
    )
    # What whoever answers should be able to do: BCP 47 language tags, "sign". A wish:
    # it chooses among free seats and never makes a caller wait.
    needs = models.JSONField(_("needs"), default=list, blank=True)
    # A person gave the call to this line: where the phone is moves it no more.
    is_line_chosen = models.BooleanField(default=False, editable=False)
    # No sign of the phone since; the seat is shown this.
    lost_at = models.DateTimeField(_("lost since"), null=True, blank=True)
    # SHA-256 of the capability the tap's answer carried.
    capability_hash = models.CharField(max_length=64, editable=False)
    lat_e7 = models.IntegerField(null=True, blank=True)
    lon_e7 = models.BigIntegerField(null=True, blank=True)
    accuracy_mm = models.BigIntegerField(null=True, blank=True)
    position_at = models.DateTimeField(null=True, blank=True)
    area_name = models.CharField(max_length=80, blank=True)
    area_name_en = models.CharField(max_length=80, blank=True)

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["-queued_at"]
        constraints = [
            models.CheckConstraint(
                name="call_state_known", condition=Q(state__in=CallState.values)
            ),
            models.CheckConstraint(
                name="call_mode_known", condition=Q(mode__in=CallMode.values)
            ),
            models.UniqueConstraint(
                name="one_live_call_per_caller",
                fields=["caller"],
                condition=Q(state__in=LIVE_CALL_STATES),
            ),
            models.UniqueConstraint(
                name="one_call_per_tap", fields=["caller", "client_id"]
            ),
            models.CheckConstraint(
                name="ended_call_has_reason_and_time",
                condition=Q(state=CallState.ENDED, ended_at__isnull=False)
                & ~Q(end_reason="")
                | ~Q(state=CallState.ENDED) & Q(ended_at__isnull=True, end_reason=""),
            ),
            models.CheckConstraint(
                name="seat_only_while_offered_or_connected",
                condition=Q(state=CallState.WAITING, seat__isnull=True)
                | Q(
                    state__in=[CallState.OFFERED, CallState.CONNECTED],
                    seat__isnull=False,
                )
                | Q(state=CallState.ENDED),
            ),
            models.CheckConstraint(
                name="waiting_call_has_a_deadline",
                condition=~Q(state__in=[CallState.WAITING, CallState.OFFERED])
                | Q(escalate_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                name="the_line",
                fields=["agency", "priority", "queued_at"],
                condition=Q(state=CallState.WAITING),
            ),
            # The figures (statistics/rows.py) ask for days of an agency's calls.
            models.Index(name="calls_by_time", fields=["agency", "queued_at"]),
        ]

    def __str__(self) -> str:
        return str(self.uuid)


class Offer(models.Model):
    """One try to give a call to a seat, or to bring a seat into one.

    The seat is reserved from here on. A transfer leaves the call with its host until
    it is accepted, so a caller is never alone for it.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    call = models.ForeignKey(
        Call, models.PROTECT, related_name="offers", verbose_name=_("call")
    )
    seat = models.ForeignKey(
        Seat, models.PROTECT, related_name="offers", verbose_name=_("seat")
    )
    kind = models.CharField(
        _("kind"), max_length=8, choices=OfferKind, default=OfferKind.CALL
    )
    # Of an invitation: as what the seat would come in.
    role = models.CharField(
        _("role"), max_length=11, choices=ParticipantRole, blank=True
    )
    # Of an invitation or a transfer: who asks, and why.
    asked_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked by"),
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    # Who was considered, why others were passed over, why this seat (matching.py).
    trace = models.JSONField(_("assignment trace"), default=dict, blank=True)
    answer = models.CharField(_("answer mode"), max_length=4)
    state = models.CharField(
        _("state"), max_length=10, choices=OfferState, default=OfferState.OPEN
    )
    made_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("expires"))
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        constraints = [
            models.UniqueConstraint(
                name="one_open_offer_per_seat",
                fields=["seat"],
                condition=Q(state=OfferState.OPEN),
            ),
            models.UniqueConstraint(
                name="one_open_offer_per_call",
                fields=["call"],
                condition=Q(
                    state=OfferState.OPEN,
                    kind__in=[OfferKind.CALL, OfferKind.TRANSFER],
                ),
            ),
            models.CheckConstraint(
                name="offer_kind_known", condition=Q(kind__in=OfferKind.values)
            ),
            models.CheckConstraint(
                name="offer_state_known", condition=Q(state__in=OfferState.values)
            ),
        ]
        indexes = [
            # The figures ask what a seat was offered on some days.
            models.Index(name="offers_by_time", fields=["seat", "made_at"])
        ]

    def __str__(self) -> str:
        return f"{self.seat}: {self.get_state_display()}"


class Participant(models.Model):
    """Somebody in a call's room: one host, one guest, and whom they let in.

    A supervisor comes from the board, without a seat, and has a lease of their own;
    whoever else is let in sits at a seat, and their shift's lease counts.

    The room's truth. Two callers can never be in one room, one seat never in two.
    ``epoch`` and ``lease_until`` say which of the guest's windows holds the place and
    whether it lives; a host's lease is its shift's.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    call = models.ForeignKey(
        Call, models.PROTECT, related_name="participants", verbose_name=_("call")
    )
    role = models.CharField(_("role"), max_length=11, choices=ParticipantRole)
    stance = models.CharField(
        _("takes part as"), max_length=7, choices=Stance, default=Stance.OPEN
    )
    is_muted = models.BooleanField(_("muted by the host"), default=False)
    caller = models.ForeignKey(
        Caller,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="participants",
        verbose_name=_("caller"),
    )
    seat = models.ForeignKey(
        Seat,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="participants",
        verbose_name=_("seat"),
    )
    operator = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="participants",
        verbose_name=_("operator"),
    )
    epoch = models.PositiveIntegerField(default=1)
    lease_until = models.DateTimeField(null=True, blank=True)
    is_extended = models.BooleanField(default=False)
    joined_at = models.DateTimeField(_("joined"))
    admitted_at = models.DateTimeField(_("admitted"), null=True, blank=True)
    left_at = models.DateTimeField(_("left"), null=True, blank=True)

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        constraints = [
            models.UniqueConstraint(
                name="one_host_per_call",
                fields=["call"],
                condition=Q(role=ParticipantRole.HOST, left_at__isnull=True),
            ),
            models.UniqueConstraint(
                name="one_guest_per_call",
                fields=["call"],
                condition=Q(role=ParticipantRole.GUEST, left_at__isnull=True),
            ),
            models.UniqueConstraint(
                name="one_room_per_seat",
                fields=["seat"],
                condition=Q(left_at__isnull=True),
                violation_error_message=_("This seat already has a caller."),
            ),
            models.CheckConstraint(
                name="host_has_a_seat_and_guest_is_a_caller",
                condition=Q(
                    role=ParticipantRole.HOST,
                    seat__isnull=False,
                    operator__isnull=False,
                    caller__isnull=True,
                )
                | Q(
                    role=ParticipantRole.GUEST,
                    caller__isnull=False,
                    seat__isnull=True,
                )
                | Q(
                    role__in=[ParticipantRole.SECOND, ParticipantRole.INTERPRETER],
                    seat__isnull=False,
                    operator__isnull=False,
                    caller__isnull=True,
                )
                | Q(
                    role__in=[ParticipantRole.SUPERVISOR, ParticipantRole.UNIT],
                    operator__isnull=False,
                    caller__isnull=True,
                ),
            ),
            models.UniqueConstraint(
                name="one_room_per_supervisor",
                fields=["operator"],
                condition=Q(role=ParticipantRole.SUPERVISOR, left_at__isnull=True),
            ),
            models.CheckConstraint(
                name="only_supervisors_listen_unseen",
                condition=Q(stance=Stance.OPEN) | Q(role=ParticipantRole.SUPERVISOR),
            ),
        ]
        indexes = [
            # The figures ask who sat in rooms on some days.
            models.Index(name="places_by_time", fields=["seat", "joined_at"])
        ]

    def __str__(self) -> str:
        place = self.seat if self.seat_id else self.operator
        role = str(self.get_role_display())
        return f"{role}: {place}" if place else role


class Notice(models.Model):
    """A sentence a supervisor shows at every seat of an agency, for a while."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="notices", verbose_name=_("agency")
    )
    text = models.CharField(_("text"), max_length=300)
    posted_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("posted by")
    )
    posted_at = models.DateTimeField(_("posted"))
    until = models.DateTimeField(_("until"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-posted_at"]

    def __str__(self) -> str:
        return self.text


class WebProcess(models.Model):
    """A running web process, renewed each second: tells a restart from a neighbour."""

    boot_id = models.UUIDField(unique=True)
    started_at = models.DateTimeField()
    renewed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("web process")
        verbose_name_plural = _("web processes")

    def __str__(self) -> str:
        return str(self.boot_id)
