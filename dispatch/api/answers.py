"""JSON answers of the calls' hot paths: this app's refusals, with their HTTP status."""

from dispatch.errors import EpochStale, NotYours
from reports.api.answers import STATUS, answer, door, read_body, refusal

__all__ = ["answer", "door", "read_body", "refusal"]

STATUS |= {NotYours: 404, EpochStale: 409}
