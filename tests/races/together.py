"""Several act at the same moment, each in a thread and a transaction of their own."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction

from reports.errors import ReportError

PATIENCE = 30.0  # seconds; what waits for a lock longer is stuck


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do acts at once; return what each gave: an answer, or how it was refused.

    Whatever is no refusal of ours (a broken index, a deadlock) is raised.
    """
    start = threading.Barrier(len(acts))
    given: list[Any] = [None] * len(acts)

    def run(index: int, act: Callable[[], Any]) -> None:
        try:
            start.wait(PATIENCE)
            given[index] = act()
        except BaseException as error:  # told to who asked, below
            given[index] = error
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=each, daemon=True) for each in enumerate(acts)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive(), "stuck: two locks were taken in two orders"
    for result in given:
        if isinstance(result, BaseException) and not isinstance(result, ReportError):
            raise result
    return given


def one_by_one(*acts: Callable[[], Any]) -> list[Any]:
    """Do acts in this order; refusals are given back, all else is raised."""
    given: list[Any] = []
    for act in acts:
        try:
            given.append(act())
        except ReportError as refusal:
            given.append(refusal)
    return given


def refused(given: list[Any]) -> list[ReportError]:
    """Return the refusals among what was given."""
    return [each for each in given if isinstance(each, ReportError)]


@contextmanager
def meanwhile(
    monkeypatch: pytest.MonkeyPatch, module: Any, act: Callable[[], Any]
) -> Iterator[list[Any]]:
    """Let ``act`` happen after ``module`` looked, before its transaction begins."""
    done: list[Any] = []

    class Slow:
        """Django's ``transaction``, but for the moment before it."""

        def __getattr__(self, name: str) -> Any:
            return getattr(transaction, name)

        def atomic(self, *args: Any, **more: Any) -> Any:
            if not done:
                done.append(None)
                done[0] = act()
            return transaction.atomic(*args, **more)

    with monkeypatch.context() as patched:
        patched.setattr(module, "transaction", Slow())
        yield done
    assert done, "nothing was looked at, so nothing came in between"
