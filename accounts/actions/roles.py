"""Rights are given and taken; whoever loses one is cut off at once.

Each act raises ``rights_version``, which live sockets compare once a second, and sends
one signal, last, inside the same transaction: ``rights_revoked`` where somebody must be
cut off whatever they still hold, else ``role_changed``.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.events import rights_revoked, role_changed
from accounts.models import Agency, Role, User
from accounts.states import DESK_ROLES, RoleKind


class Right(NamedTuple):
    """A role somebody may hold; without an agency, in all of them."""

    kind: RoleKind
    agency: Agency | None


@transaction.atomic
def enrol(user: User, kind: RoleKind, agencies: Sequence[Agency | None]) -> None:
    """Save a new person with a role in each agency.

    Nobody is told: who was not there a moment ago has nothing open.
    """
    for agency in agencies:
        _check(Right(kind, agency))
    user.full_clean()
    user.is_staff = kind in DESK_ROLES
    user.save()
    for agency in agencies:
        Role.objects.create(user=user, kind=kind, agency=agency)


def give_role(user: User, kind: RoleKind, agency: Agency | None) -> bool:
    """Give a role; False if it was held already."""
    return change_rights(user, give=[Right(kind, agency)])


@transaction.atomic
def change_rights(
    user: User,
    *,
    give: Iterable[Right] = (),
    take: Iterable[Right] = (),
    is_active: bool | None = None,
) -> bool:
    """Give and take roles and open or close the account, as one act."""
    locked = _lock(user)
    has_changed = False
    for right in give:
        _check(right)
        role, is_new = Role.objects.get_or_create(
            user=locked, kind=right.kind, agency=right.agency
        )
        has_changed |= is_new
    for right in take:
        held = Role.objects.filter(user=locked, kind=right.kind, agency=right.agency)
        for role in held:  # one by one: their history is written by their deletion
            role.delete()
            has_changed = True
    is_closed = is_active is False and locked.is_active
    if is_active is not None and is_active != locked.is_active:
        locked.is_active = user.is_active = is_active
        has_changed = True
    if has_changed:
        _raise_version(locked, user)
        told = rights_revoked if is_closed else role_changed
        told.send(sender=User, user=locked)
    return has_changed


@transaction.atomic
def end_access(user: User) -> None:
    """Cut every open socket of this person, who signed out."""
    locked = _lock(user)
    _raise_version(locked, user)
    rights_revoked.send(sender=User, user=locked)


def set_password(user: User, password: str) -> None:
    """Give a staff member a new password; sessions under the old one end."""
    user.set_password(password)
    set_encoded_password(user, user.password)


@transaction.atomic
def set_encoded_password(user: User, encoded: str) -> None:
    """Give a new password by its hash."""
    locked = _lock(user)
    locked.password = user.password = encoded
    locked.save(update_fields=["password"])
    _raise_version(locked, user)
    rights_revoked.send(sender=User, user=locked)


def _check(right: Right) -> None:
    if right.kind == RoleKind.OPERATOR and right.agency is None:
        raise ValidationError(_("An operator works in an agency: choose one."))


def _lock(user: User) -> User:
    return User.objects.select_for_update().get(pk=user.pk)


def _raise_version(locked: User, given: User) -> None:
    """Raise the version, open or close the desk, and tell the caller's copy."""
    locked.rights_version += 1
    locked.is_staff = (
        locked.is_superuser or locked.roles.filter(kind__in=DESK_ROLES).exists()
    )
    locked.save(update_fields=["rights_version", "is_staff", "is_active"])
    given.rights_version, given.is_staff = locked.rights_version, locked.is_staff
