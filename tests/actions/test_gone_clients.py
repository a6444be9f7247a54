"""A web host that vanishes in mid transaction: PostgreSQL lets its locks go by itself.

On SQLite there is no such host: the database ends with its process.
"""

import pytest
from django.db import connection, transaction

from reports.actions.evidence.upkeep import _hold_for_the_bucket

IDLE = "idle_in_transaction_session_timeout"


def shown(setting):
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {setting}")
        return cursor.fetchone()[0]


@pytest.fixture
def on_postgresql(rows):
    return connection.vendor == "postgresql"


def test_a_transaction_that_waits_for_its_client_is_ended(on_postgresql):
    if on_postgresql:
        assert shown(IDLE) == "10s"


def test_the_one_that_waits_for_the_bucket_is_left_longer_and_no_other(on_postgresql):
    """Its lock must hold until the bytes are gone, or a receipt would lose them."""
    with transaction.atomic():
        _hold_for_the_bucket()
        if on_postgresql:
            assert shown(IDLE) == "2min"
    if on_postgresql:
        assert shown(IDLE) == "10s"
