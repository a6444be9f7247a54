"""Whose ground is where is remembered, also while the database is away."""

import pytest
from django.db import OperationalError

from accounts import snapshots

pytestmark = pytest.mark.django_db


@pytest.fixture
def due(monkeypatch):
    """Every look asks the database whether anything changed."""
    monkeypatch.setattr(snapshots, "GROUND_CHECK_SECONDS", 0)


@pytest.fixture
def away(monkeypatch):
    """Take the database away."""

    def refuse():
        raise OperationalError("the server closed the connection unexpectedly")

    return lambda: monkeypatch.setattr(snapshots, "_ground_version", refuse)


def test_what_is_known_stands_while_the_database_is_away(cast, due, away):
    known = snapshots.area_index()
    away()
    assert snapshots.area_index() is known


def test_a_process_that_knows_nothing_yet_says_so(cast, due, away):
    away()
    with pytest.raises(OperationalError):
        snapshots.area_index()
