"""What every test here may rely on: a clean journal, and that no skip goes unseen."""

import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from reports.events import MessagePosted
from reports.journal import SYSTEM, open_streams, record
from reports.models import Entry, StreamKind
from tests import laws
from tests.books import Books

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = "import pytest\n\n\n@pytest.mark.skip('no PostgreSQL')\ndef test_it(): pass\n"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", ["first", "second"])
def test_a_transactional_test_leaves_no_entry_behind(turn):
    assert not Entry.objects.exists()
    stream = uuid4()
    open_streams([stream], StreamKind.INCIDENT)
    body = MessagePosted(side="caller", text=turn, client_id=uuid4())
    with transaction.atomic():
        record(stream, SYSTEM, body, subject=("incident", str(stream)))

    with pytest.raises(DatabaseError), transaction.atomic():
        Entry.objects.all().delete()  # the triggers are on while a test runs


@pytest.mark.parametrize(("no_skip", "status"), [("", 0), ("1", 1)])
def test_a_skip_is_a_failure_where_it_was_asked_for(tmp_path, no_skip, status):
    (tmp_path / "test_skipped.py").write_text(SKIPPED)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "tests.no_skip",
            "-p",
            "no:cacheprovider",
            str(tmp_path),
        ],
        cwd=ROOT,
        env={**os.environ, "ALARM110_NO_SKIP": no_skip, "ALARM110_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == status, done.stdout
    assert "no PostgreSQL" in done.stdout or not no_skip


def test_a_fact_without_its_entry_is_noticed(world):
    """The books can fail: here somebody writes behind the actions' back."""
    tapped = world.tap()
    world.check()
    before = world.call(tapped)
    type(before).objects.filter(pk=before.pk).update(mode="silent")
    with pytest.raises(AssertionError, match="mode: by entries 'normal'"):
        world.books.check()

    type(before).objects.filter(pk=before.pk).update(mode="normal")


def test_a_seat_that_works_with_nobody_there_is_noticed(world):
    """The laws can fail, too."""
    seat = world.seat("chen")
    type(seat).objects.filter(pk=seat.pk).update(availability="ready")
    with pytest.raises(AssertionError, match="open with nobody there"):
        laws.hold()

    type(seat).objects.filter(pk=seat.pk).update(availability="off")


def test_an_acknowledgement_that_stands_nowhere_is_noticed(world):
    chen = world.sit("chen")
    author, _, recorded = world.acked[0]
    assert author == chen.author
    with pytest.raises(AssertionError, match="acknowledged"):
        laws.acknowledged([(author, uuid4(), recorded)])


def test_books_of_nothing_are_right(rows):
    Books().check()
