"""What follows a sign-in and a sign-out (Django's signals arrive here), and between."""

from collections.abc import Collection
from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from accounts.actions.roles import end_access
from accounts.models import User


def signed_in(*, user: User, **_kwargs: object) -> None:
    """Note when; without a line in the person's history."""
    User.objects.filter(pk=user.pk).update(last_login=timezone.now())


@transaction.atomic
def signed_out(*, user: User | None, **_kwargs: object) -> None:
    """End every socket of whoever signed out: the next person may sit down here."""
    if isinstance(user, User):  # nobody, where the session had lapsed before
        end_access(user)


def prolong(keys: Collection[str], *, moment: datetime, until: datetime) -> int:
    """Let sessions that are not over at ``moment`` last until then; return how many.

    Only rows that are there are touched, so whoever signed out meanwhile stays so.
    """
    return Session.objects.filter(
        session_key__in=keys, expire_date__gt=moment, expire_date__lt=until
    ).update(expire_date=until)
