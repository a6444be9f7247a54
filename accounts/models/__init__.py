"""Who people are, and whose ground and staff."""

from accounts.models.fields import blind_index, masked_phone
from accounts.models.ground import Agency, AnswerMode, Area, Tier
from accounts.models.people import (
    Assurance,
    Caller,
    FormerPhone,
    PhoneCode,
    Role,
    User,
)

__all__ = [
    "Agency",
    "AnswerMode",
    "Area",
    "Assurance",
    "Caller",
    "FormerPhone",
    "PhoneCode",
    "Role",
    "Tier",
    "User",
    "blind_index",
    "masked_phone",
]
