"""The cast's rows, made by the real actions once a run and then laid out again.

Assembling the world is a quarter of a test's time, most of it the ORM writing the same
statements anew. The rows are the same each time, their ids and moments too; nothing of
them has a deadline, as nobody sits anywhere yet.
"""

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.apps import apps
from django.db import connection, transaction

from accounts.models import Agency

OURS = ("accounts", "reports", "dispatch", "sessions", "django_tasks_database")
T = TypeVar("T")


@dataclass
class Kept:
    """What was made, and the rows behind it."""

    made: bytes
    rows: dict[str, tuple[list[str], list[tuple[Any, ...]]]]  # by table: columns, rows


_kept: dict[str, Kept] = {}  # by database


def tables() -> list[str]:
    """Return the tables of ours; permissions and content types stay as migrated."""
    return [
        model._meta.db_table
        for label in OURS
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
    ]


def once(make: Callable[[], T]) -> T:
    """Return what ``make`` makes, with its rows in the database, called once a run.

    A database that is not empty is none to lay rows out in: there it is called.
    """
    name = str(connection.settings_dict["NAME"])
    if Agency.objects.exists():
        return make()
    if name not in _kept:
        made = make()
        _kept[name] = Kept(pickle.dumps(made), _read())
        return made
    _lay_out(_kept[name])
    again: T = pickle.loads(_kept[name].made)  # noqa: S301 (of this process)
    return again


def _read() -> dict[str, tuple[list[str], list[tuple[Any, ...]]]]:
    rows = {}
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(f"SELECT * FROM {_quoted(table)}")  # noqa: S608
            found = cursor.fetchall()
            if found:
                rows[table] = ([column[0] for column in cursor.description], found)
    return rows


def _lay_out(kept: Kept) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for table, (columns, rows) in kept.rows.items():
            names = ", ".join(map(_quoted, columns))
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(
                f"INSERT INTO {_quoted(table)} ({names}) VALUES ({places})",  # noqa: S608
                rows,
            )


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
