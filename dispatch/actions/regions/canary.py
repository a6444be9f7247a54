"""The canary's own agency, seat, operator and caller, all opened by one key.

The key stands in ``canary.key`` (0600). From it alone the canary signs in (it is the
operator's password) and taps (the device value is derived from it), so it needs nothing
else of this machine, and its taps can go nowhere but to its own agency.
"""

import secrets
from pathlib import Path
from typing import NamedTuple

from django.contrib.auth.hashers import check_password

from accounts.actions.configure import configure_agency
from accounts.actions.roles import enrol, set_encoded_password
from accounts.api.device import canary_device, device_hash
from accounts.models import Agency, Caller, User
from accounts.states import RoleKind
from dispatch.actions.regions.changes import Changes
from dispatch.actions.regions.logins import hash_random, write_secret
from dispatch.actions.regions.region_file import CANARY_CODE, CANARY_USER


class CanaryKey(NamedTuple):
    """The key, whether it is new, and its hash where the operator needs it."""

    key: str
    is_new: bool
    encoded: str | None


def read_key(path: Path) -> CanaryKey:
    """Read the key or make one up; hash it if the operator has another password."""
    is_new = not path.exists()
    key = secrets.token_urlsafe(32) if is_new else path.read_text("utf-8").strip()
    operator = User.objects.filter(username=CANARY_USER).first()
    fits = operator is not None and check_password(key, operator.password)
    return CanaryKey(key, is_new, None if fits else hash_random(key))


def write_key(path: Path, key: CanaryKey) -> None:
    """Keep a key that was made up."""
    if key.is_new:
        write_secret(path, key.key + "\n")


def settle_canary(key: CanaryKey, changes: Changes) -> Agency:
    """Make the canary's agency, operator and caller; return the agency."""
    agency = Agency.objects.filter(code=CANARY_CODE).first() or Agency(code=CANARY_CODE)
    wanted = {
        "name": "自检",
        "name_en": "Canary",
        "answer_mode": "auto",
        "is_synthetic": True,
        "is_active": True,
    }
    changes.settle("canary's agency", agency, wanted, configure_agency)
    _settle_operator(agency, key, changes)
    _settle_caller(key, changes)
    return agency


def _settle_operator(agency: Agency, key: CanaryKey, changes: Changes) -> None:
    operator = User.objects.filter(username=CANARY_USER).first()
    if operator is None:
        operator = User(username=CANARY_USER, display_name="Canary")
        operator.password = key.encoded or hash_random(key.key)
        enrol(operator, RoleKind.OPERATOR, [agency])
        changes.note("canary's operator: made")
    elif key.encoded is not None:
        set_encoded_password(operator, key.encoded)
        changes.note("canary's operator: password is the key again")


def _settle_caller(key: CanaryKey, changes: Changes) -> None:
    device = device_hash(canary_device(key.key))
    caller = Caller.objects.filter(is_synthetic=True).first()
    if caller is None:
        Caller.objects.create(device_hash=device, is_synthetic=True)
        changes.note("canary's caller: made")
    elif caller.device_hash != device:
        caller.device_hash = device
        caller.save(update_fields=["device_hash"])
        changes.note("canary's caller: key changed")
