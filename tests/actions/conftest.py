"""What the tests of actions share."""

from collections.abc import Callable
from typing import Any, cast

import pytest

from dispatch.actions.switchboard import Switchboard


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], None]:
    """Let something be done just before the next lock, as another process would."""
    lock = cast(Any, Switchboard.lock).__func__

    def let(act: Callable[[], Any]) -> None:
        def locked(cls: type[Switchboard], **rows: Any) -> Switchboard:
            monkeypatch.setattr(Switchboard, "lock", classmethod(lock))
            act()
            board: Switchboard = lock(cls, **rows)
            return board

        monkeypatch.setattr(Switchboard, "lock", classmethod(locked))

    return let
