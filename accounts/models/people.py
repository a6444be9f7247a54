"""Who people are: staff with roles, and callers who may be nobody yet."""

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models.fields import EncryptedCharField
from accounts.models.ground import Agency
from accounts.models.listed import check_skills
from accounts.states import RoleKind


class User(AbstractUser):
    """A person who signs in: staff, or a caller whose phone was verified."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    display_name = models.CharField(_("name shown"), max_length=60, blank=True)
    staff_number = models.CharField(_("staff number"), max_length=20, blank=True)
    # What they can do for a caller: BCP 47 language tags, "sign" for sign language.
    skills = models.JSONField(
        _("languages and sign language"), default=list, blank=True
    )
    # Raised by every change of rights; live sockets compare it once a second.
    rights_version = models.PositiveIntegerField(default=1, editable=False)
    history = HistoricalRecords(excluded_fields=["password", "last_login"])

    class Meta:
        verbose_name = _("staff member")
        verbose_name_plural = _("staff")

    def __str__(self) -> str:
        return self.display_name or self.username

    def clean(self) -> None:
        """Check the list of skills, which no column type can."""
        super().clean()
        check_skills(self.skills)


class Role(models.Model):
    """A right of one person in one agency; without an agency, in all of them."""

    user = models.ForeignKey(
        User, models.CASCADE, related_name="roles", verbose_name=_("staff member")
    )
    kind = models.CharField(_("role"), max_length=13, choices=RoleKind)
    agency = models.ForeignKey(
        Agency,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="roles",
        verbose_name=_("agency"),
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [
            models.UniqueConstraint(
                name="one_role_per_agency", fields=["user", "kind", "agency"]
            ),
            models.UniqueConstraint(
                name="one_role_everywhere",
                fields=["user", "kind"],
                condition=Q(agency__isnull=True),
            ),
            models.CheckConstraint(
                name="role_kind_known", condition=Q(kind__in=RoleKind.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_kind_display()}"


class Assurance(models.TextChoices):
    """How sure we are of who calls."""

    NONE = "none", _("not verified")
    PHONE = "phone", _("phone verified")
    REAL_NAME = "real_name", _("real name verified")


class Caller(models.Model):
    """A citizen's phone, known at least by the device cookie it carries.

    Made at the first tap, in the tap's own transaction: a visit writes nothing. A
    verified phone number adds the one-to-one ``user``, who has no password.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField(
        User, models.PROTECT, null=True, blank=True, related_name="caller"
    )
    # SHA-256 of the device cookie's value, hex; null once another device took over.
    # Both unique columns are null, not empty, where unknown: empty ones would collide.
    device_hash = models.CharField(max_length=64, unique=True, null=True, blank=True)
    phone = EncryptedCharField(_("phone number"), max_length=20, blank=True, default="")
    phone_index = models.CharField(
        max_length=64, unique=True, null=True, blank=True, editable=False
    )
    name = EncryptedCharField(_("name"), max_length=60, blank=True, default="")
    assurance = models.CharField(
        _("assurance"), max_length=9, choices=Assurance, default=Assurance.NONE
    )
    language = models.CharField(_("language"), max_length=10, blank=True)
    is_synthetic = models.BooleanField(_("canary"), default=False)
    created_at = models.DateTimeField(_("first seen"), auto_now_add=True)

    class Meta:
        verbose_name = _("caller")
        verbose_name_plural = _("callers")
        constraints = [
            models.CheckConstraint(
                name="caller_assurance_known",
                condition=Q(assurance__in=Assurance.values),
            )
        ]

    def __str__(self) -> str:
        return str(self.uuid)


class FormerPhone(models.Model):
    """A phone that spoke for this Caller once, and for another one since.

    What it sends again, under an id it made before, is looked for here too.
    """

    # SHA-256 of the device cookie's value, as in ``Caller``.
    device_hash = models.CharField(max_length=64)
    caller = models.ForeignKey(
        Caller, models.CASCADE, related_name="former_phones", verbose_name=_("caller")
    )

    class Meta:
        verbose_name = _("former phone")
        verbose_name_plural = _("former phones")
        constraints = [
            models.UniqueConstraint(
                name="one_row_per_former_phone", fields=["device_hash", "caller"]
            )
        ]

    def __str__(self) -> str:
        return f"phone of {self.caller_id}"


class PhoneCode(models.Model):
    """A one-time code sent to a phone, kept as a keyed hash; one open per caller."""

    caller = models.OneToOneField(Caller, models.CASCADE, related_name="phone_code")
    phone = EncryptedCharField(max_length=20)
    phone_index = models.CharField(max_length=64, db_index=True)
    code_hash = models.CharField(max_length=64)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    attempts_left = models.PositiveSmallIntegerField(default=5)

    class Meta:
        verbose_name = _("phone code")
        verbose_name_plural = _("phone codes")

    def __str__(self) -> str:
        return f"code for {self.caller_id}"
