"""A caller proves a phone number by the code sent to it."""

import hmac
import secrets
import unicodedata
from datetime import timedelta
from typing import Protocol

import phonenumbers
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string

from accounts import errors
from accounts.events import caller_verified, personal_data_changed
from accounts.models import (
    Assurance,
    Caller,
    FormerPhone,
    PhoneCode,
    User,
    blind_index,
)

CODE_SECONDS = 5 * 60
RESEND_SECONDS = 30
ATTEMPTS = 5


class CodeSender(Protocol):
    """Who brings a code to a phone; named by ``settings.CODE_SENDER``."""

    def send(self, phone: str, code: str) -> None:
        """Send the code; whatever fails is raised."""


def normal_phone(text: str) -> str:
    """Return a number as E.164 (+8613800138000), or raise BadPhone.

    Without a country's code it is one of the region's own country.
    """
    try:
        number = phonenumbers.parse(text, settings.PHONE_COUNTRY)
    except phonenumbers.NumberParseException as error:
        raise errors.BadPhone from error
    if not phonenumbers.is_valid_number(number):
        raise errors.BadPhone
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@transaction.atomic
def caller_of_device(device_hash: str) -> Caller:
    """Return the Caller this phone is; one who verifies before any tap is made here."""
    caller, _made = Caller.objects.get_or_create(device_hash=device_hash)
    return caller


@transaction.atomic
def request_code(caller: Caller, phone: str) -> None:
    """Send a six-digit code to ``phone``; it replaces the caller's last one."""
    number = normal_phone(phone)
    Caller.objects.select_for_update().get(pk=caller.pk)
    _refuse_if_just_sent(caller, blind_index(number))
    code = f"{secrets.randbelow(10**6):06d}"
    now = timezone.now()
    PhoneCode.objects.update_or_create(
        caller=caller,
        defaults={
            "phone": number,
            "phone_index": blind_index(number),
            "code_hash": _code_hash(caller, number, code),
            "sent_at": now,
            "expires_at": now + timedelta(seconds=CODE_SECONDS),
            "attempts_left": ATTEMPTS,
        },
    )
    # Only after the commit: a code that is not stored must not arrive, and a slow
    # provider must not hold a transaction open.
    transaction.on_commit(lambda: _send(number, code), robust=True)


def _refuse_if_just_sent(caller: Caller, index: str) -> None:
    """Hold back a second code within 30 s, for this caller or for this number."""
    now = timezone.now()
    recent = PhoneCode.objects.filter(
        sent_at__gt=now - timedelta(seconds=RESEND_SECONDS)
    )
    for code in recent.filter(caller=caller) | recent.filter(phone_index=index):
        free_at = code.sent_at + timedelta(seconds=RESEND_SECONDS)
        raise errors.TooSoon(max(1, round((free_at - now).total_seconds())))


def _code_hash(caller: Caller, number: str, code: str) -> str:
    """Hash a code with the caller and the number, so it is good for nothing else."""
    text = f"{caller.uuid} {number} {code}"
    return salted_hmac("alarm110.phone_code", text, algorithm="sha256").hexdigest()


def _send(phone: str, code: str) -> None:
    sender: CodeSender = import_string(settings.CODE_SENDER)()
    sender.send(phone, code)


def confirm_code(caller: Caller, code: str) -> Caller:
    """Prove the number; return the Caller this phone now is.

    A wrong try is counted and committed before it is refused.
    """
    try:
        return _confirm(caller, code)
    except IntegrityError:
        # Two phones proved one number at once; the other is its owner now.
        return _confirm(caller, code)


def _confirm(caller: Caller, code: str) -> Caller:
    with transaction.atomic():
        caller = Caller.objects.select_for_update().get(pk=caller.pk)
        proof = PhoneCode.objects.select_for_update().filter(caller=caller).first()
        if (
            proof is None
            or proof.expires_at <= timezone.now()
            or not proof.attempts_left
        ):
            raise errors.CodeGone
        right = hmac.compare_digest(
            proof.code_hash, _code_hash(caller, proof.phone, _digits(code))
        )
        if right:
            proof.delete()
            return _verified(caller, proof.phone)
        proof.attempts_left -= 1
        proof.save(update_fields=["attempts_left"])
    if not proof.attempts_left:
        raise errors.CodeGone
    raise errors.WrongCode(proof.attempts_left)


def _digits(code: str) -> str:
    """Read also the full-width digits that Chinese keyboards write."""
    return unicodedata.normalize("NFKC", code).strip()


def _verified(former: Caller, number: str) -> Caller:
    """Give the number to this caller, or this phone to the number's caller."""
    index = blind_index(number)
    owner = Caller.objects.select_for_update().filter(phone_index=index).first()
    caller = _move_device(former, owner) if owner else _name(former, number, index)
    caller_verified.send(sender=Caller, caller=caller, former=former)
    return caller


def _move_device(former: Caller, owner: Caller) -> Caller:
    """Make this phone the one of ``owner``, whose number it proved.

    Both phones' pasts are kept: this one's as ``former``, the owner's old one's.
    """
    if owner.pk == former.pk:
        return owner
    pasts = [(former.device_hash, former), (owner.device_hash, owner)]
    FormerPhone.objects.bulk_create(
        [FormerPhone(device_hash=d, caller=c) for d, c in pasts if d is not None],
        ignore_conflicts=True,
    )
    device_hash, former.device_hash = former.device_hash, None
    former.save(update_fields=["device_hash"])  # first, as two cannot have one phone
    owner.device_hash = device_hash
    owner.save(update_fields=["device_hash"])
    return owner


def _name(caller: Caller, number: str, index: str) -> Caller:
    """Write the proven number on the caller, with a User who cannot sign in."""
    had_another = bool(caller.phone_index)
    if caller.user is None:
        user = User(username=f"caller-{caller.uuid}")
        user.set_unusable_password()
        user.save()
        caller.user = user
    caller.phone, caller.phone_index = number, index
    caller.assurance = Assurance.PHONE
    caller.name = ""  # another number may be another person: no old name on it
    caller.save(update_fields=["user", "phone", "phone_index", "assurance", "name"])
    if had_another:
        personal_data_changed.send(sender=Caller, caller=caller)
    return caller
