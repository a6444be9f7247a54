"""What a phone shows to bring evidence: derived, never stored, and outliving the call.

A phone that lost its network uploads the next day, when the call's own capability opens
nothing any more. This one opens the incident's clips and nothing else.
"""

import base64
import hashlib
import hmac
from uuid import UUID

from django.conf import settings


def evidence_capability(incident: UUID) -> str:
    """Return an incident's secret: 32 bytes, base64url without padding."""
    secret = settings.SECRET_KEY.encode()
    mac = hmac.new(secret, b"evidence:" + incident.bytes, hashlib.sha256)
    return base64.urlsafe_b64encode(mac.digest()).rstrip(b"=").decode()


def speaks_for(incident: UUID, value: str | None) -> bool:
    """Return whether ``value`` is the incident's capability, in constant time."""
    if not value:
        return False
    known = evidence_capability(incident).encode()
    return hmac.compare_digest(known, value.encode("utf-8", "surrogateescape"))
