"""What all tests share: the database, the cast, the servers, and that no test is lost.

The database is the one the settings name: SQLite in a file of the run's own, or, with
``DATABASE_URL``, PostgreSQL: a lane of the whole run (``tests/lanes.py``).
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any

import hypothesis
import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import translation

from tests import database, laws
from tests.house import House
from tests.lanes import (
    pytest_collection_modifyitems,
    pytest_ignore_collect,
    pytest_runtest_logfinish,
    pytest_runtestloop,
    pytest_sessionfinish,
)
from tests.no_skip import pytest_make_collect_report, pytest_runtest_makereport
from tests.served import Served, serve
from tests.services import Postgres, postgres
from tests.standing import Standing, standing_time
from tests.thrift import pytest_collection_finish
from tests.world import World

__all__ = [
    "pytest_collection_finish",
    "pytest_collection_modifyitems",
    "pytest_ignore_collect",
    "pytest_make_collect_report",
    "pytest_runtest_logfinish",
    "pytest_runtest_makereport",
    "pytest_runtestloop",
    "pytest_sessionfinish",
]

# The same examples in each run; ALARM110_DICE=1 throws the dice anew, and a failure
# prints how to see it again.
hypothesis.settings.register_profile(
    "house",
    deadline=None,
    derandomize=os.environ.get("ALARM110_DICE") != "1",
    print_blob=True,
    database=None,
)
hypothesis.settings.load_profile("house")


# --- The database --------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """Make the test database, and let pytest-django's flush empty its journal.

    In place of pytest-django's own, which makes none for tests that have no mark.
    """
    folder = tmp_path_factory.mktemp("database")
    with django_db_blocker.unblock(), database.made(folder):
        operations = connection.ops
        flush = operations.execute_sql_flush

        def lifted(statements: Iterable[str]) -> None:
            with database.triggers_lifted():
                flush(statements)

        operations.execute_sql_flush = lifted  # type: ignore[assignment,method-assign]
        with django_db_blocker.block():
            yield
        operations.execute_sql_flush = flush  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """Let a test that switched the language leave it as it was."""
    former = translation.get_language()
    yield
    if translation.get_language() != former:
        translation.activate(former or "en")


@pytest.fixture
def rows(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Let a test and its threads commit; leave nothing of it.

    Cheaper than pytest-django's ``transactional_db``, which makes all permissions anew.
    """
    with django_db_blocker.unblock():
        database.forget_caches()
        cache.clear()
        try:
            yield
        finally:
            database.wipe()
            connection.close()
            database.forget_caches()


@pytest.fixture
def standing(rows: None) -> Iterator[Standing]:
    """The clock that moves by hand alone."""
    with standing_time() as clock:
        yield clock


@pytest.fixture
def world(standing: Standing) -> Iterator[World]:
    """The cast in their places; at the end all books are checked."""
    world = World.assemble()
    yield world
    world.check()


@pytest.fixture
async def house(rows: None) -> AsyncIterator[House]:
    """The whole project in this process, with its loops; the laws hold at the end."""
    world = await asyncio.to_thread(_assemble)
    house = House(world)
    async with house:
        yield house
        await house.db(laws.hold)


def _assemble() -> World:
    try:
        return World.assemble()
    finally:
        connection.close()


# --- Real servers, shared by the whole run -------------------------------------------


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    """The real ``manage.py up`` on SQLite, with a home of its own."""
    with serve() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A PostgreSQL server of the run's own."""
    with postgres() as server:
        yield server


@pytest.fixture(scope="session")
def served_postgres(postgres_server: Postgres) -> Iterator[Served]:
    """The real ``manage.py up`` on PostgreSQL."""
    with serve(database_url=postgres_server.new_database("served")) as server:
        yield server
