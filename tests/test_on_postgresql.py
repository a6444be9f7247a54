"""The same tests once more on PostgreSQL: its locks, its triggers, its clock.

A run of its own, as the settings name one database:
``DATABASE_URL=postgres://… pytest tests/rules tests/actions tests/indoors``.
"""

import pytest

from tests.beside import other_run
from tests.services import require


@pytest.mark.postgres
@pytest.mark.slow
def test_the_same_tests_hold_on_postgresql():
    require("postgresql")
    status, words = other_run().result()

    print(words[-2000:])
    assert status == 0, f"on PostgreSQL:\n{words[-20_000:]}"
    assert " passed" in words
