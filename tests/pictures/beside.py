"""Callers and operators without a window, so that a line and a board are busy."""

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Self

from tests.clients import Console, Phone, Refused
from tests.served import Served

PATIENCE = 30.0  # seconds
Place = tuple[float, float]  # latitude, longitude


class Beside:
    """Keeps sockets open in a thread of its own; at the end all hang up."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._phones: list[Phone] = []
        self._consoles: list[Console] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._do(self._leave())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)

    def taps(
        self, place: tuple[float, float] | None, *, silently: bool = False
    ) -> None:
        """Raise an alarm at a place."""
        self._do(self._tap(place, "silent" if silently else "normal"))

    def sits(self, user: str, *, is_ready: bool = True) -> None:
        """Bring an operator to a free seat."""
        self._do(self._sit(user, is_ready=is_ready))

    def accepts(self, user: str) -> None:
        """Wait until this operator has taken the call that was offered."""
        self._do(self._console(user).accept(PATIENCE))

    def rests(self, user: str) -> None:
        """Let this operator go on a break."""
        self._do(self._console(user).rest("rest"))

    def _console(self, user: str) -> Console:
        return next(one for one in self._consoles if one.user == user)

    async def _tap(self, place: Place | None, mode: str) -> None:
        phone = Phone(self._served, keep=False)
        fields: dict[str, Any] = {"mode": mode}
        if place is not None:
            fields["position"] = {
                "lat_e7": round(place[0] * 10_000_000),
                "lon_e7": round(place[1] * 10_000_000),
                "accuracy_mm": 15_000,
                "age_ms": 0,
            }
        await phone.tap(**fields)
        self._phones.append(phone)

    async def _sit(self, user: str, *, is_ready: bool) -> None:
        console = Console(self._served, user)
        await console.__aenter__()
        await console.take_seat()
        if is_ready:
            await console.ready()
        self._consoles.append(console)

    async def _leave(self) -> None:
        for phone in self._phones:
            with suppress(Refused, OSError, TimeoutError):
                await phone.command("hang_up")
            await phone.close()
        for console in self._consoles:
            with suppress(Refused, OSError, TimeoutError):
                await console.command("finish_wrap_up")
            with suppress(Refused, OSError, TimeoutError):
                await console.command("leave_seat")
            await console.close()

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)
