"""A database that somebody else holds: what a stuck process or a long backup does."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Iterator

from django.db import connection, transaction


@contextlib.contextmanager
def _held(table: str) -> Iterator[None]:
    """Hold the write lock of SQLite, or the whole table on PostgreSQL."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            name = connection.ops.quote_name(table)
            # Others are ended after 10 s (settings/data.py); a test may be slower.
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute(f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE")
        yield


@contextlib.asynccontextmanager
async def database_held(table: str) -> AsyncIterator[None]:
    """Hold the database in a connection of another thread while the block lasts."""
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with _held(table):
                held.set()
                let_go.wait(60)
        finally:
            connection.close()

    holder = asyncio.create_task(asyncio.to_thread(hold))
    try:
        assert await asyncio.to_thread(held.wait, 10)
        yield
    finally:
        let_go.set()
        await holder
