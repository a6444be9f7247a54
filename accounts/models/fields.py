"""Columns that hold personal data: encrypted, and found again by a blind index."""

import hashlib
import hmac
from typing import TYPE_CHECKING, Any

import phonenumbers
from django.conf import settings
from django.db import models
from encrypted_fields import fields

__all__ = ["EncryptedCharField", "blind_index", "masked_phone", "written_phone"]


if TYPE_CHECKING:
    EncryptedText = models.CharField[str, str]
else:
    EncryptedText = fields.EncryptedCharField


class EncryptedCharField(EncryptedText):
    """Text that the database only sees encrypted; empty text stays empty.

    The package's field turns "" into NULL, derives its key (50 ms) to read an empty
    value, and while one thread validates a form hands other threads the ciphertext.
    """

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt; there is nothing to hide in an empty text."""
        return super().get_prep_value(value) if value else value

    def to_python(self, value: Any) -> Any:
        """Decrypt what the database gave."""
        return super().to_python(value) if value else value

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        """Validate without the package's flag, which other threads would see."""
        return models.CharField.clean(self, value, model_instance)


def blind_index(value: str) -> str:
    """Return the keyed hash under which an encrypted value is looked up.

    HMAC-SHA-256, lower-case hex, 64 characters. Filtering the encrypted column itself
    silently finds nothing, because each encryption differs.
    """
    key = settings.BLIND_INDEX_KEY.encode()
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()


def masked_phone(number: str) -> str:
    """Show enough of a number to recognise it: 138****5678; short ones not at all.

    A number of another country keeps that country's code: +44 770****3456.
    """
    abroad, national = _parts(number)
    if len(national) < 8:
        return "****" if national else ""
    return f"{abroad}{national[:3]}****{national[-4:]}"


def written_phone(number: str) -> str:
    """Return a number as people of the region write it: 138 0013 8000.

    What cannot be read stays as it is.
    """
    try:
        read = phonenumbers.parse(number, settings.PHONE_COUNTRY)
    except phonenumbers.NumberParseException:
        return number
    own = phonenumbers.country_code_for_region(settings.PHONE_COUNTRY)
    kind = phonenumbers.PhoneNumberFormat
    form = kind.NATIONAL if read.country_code == own else kind.INTERNATIONAL
    return phonenumbers.format_number(read, form)


def _parts(number: str) -> tuple[str, str]:
    """Split an E.164 number: the code of another country, and the rest."""
    own = f"+{phonenumbers.country_code_for_region(settings.PHONE_COUNTRY)}"
    if not number.startswith("+") or number.startswith(own):
        return "", number.removeprefix(own)
    try:
        code = f"+{phonenumbers.parse(number).country_code}"
    except phonenumbers.NumberParseException:
        return "", number
    return f"{code} ", number.removeprefix(code)
