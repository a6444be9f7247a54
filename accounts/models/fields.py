"""Columns that hold personal data: encrypted, and found again by a blind index."""

import hashlib
import hmac
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from encrypted_fields import fields

__all__ = ["EncryptedCharField", "blind_index", "masked_phone"]


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
    """Show enough of a number to recognise it: 138****5678; short ones not at all."""
    national = number.removeprefix("+86")
    if len(national) < 8:
        return "****" if national else ""
    return f"{national[:3]}****{national[-4:]}"
