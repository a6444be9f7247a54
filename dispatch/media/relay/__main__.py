"""The relay process: ``python -m dispatch.media.relay``, a child of ``manage.py up``.

``ALARM110_HOME`` names the data folder, ``HOST`` where the pages are served (on
loopback media is, too), ``ALARM110_MEDIA_ADDRESS`` the public address where there is
one, ``ALARM110_RELAY_STREAMS`` how many pictures may come in. A setting it cannot read
is said and left out: without live media an alarm still is one.
"""

import asyncio
import ipaddress
import logging
import os
import signal
import sys
from pathlib import Path
from typing import Any

from accounts import logs
from accounts.metrics import Counting, failed
from dispatch.media.relay import files, passthrough
from dispatch.media.relay.leg import Address
from dispatch.media.relay.rooms import Rooms
from dispatch.media.relay.server import AlreadyRunsError, Door

log = logging.getLogger("dispatch.media.relay")

STREAMS = 8  # pictures coming in; at 14 one process lost frames


def main() -> int:
    """Serve until told to stop."""
    logs.write_to_stderr("relay")
    logging.getLogger().addHandler(Counting(logging.WARNING))
    # They log the addresses of callers.
    logging.getLogger("aioice").setLevel(logging.CRITICAL)
    logging.getLogger("aiortc").setLevel(logging.CRITICAL)
    os.umask(0o077)
    home = Path(os.environ["ALARM110_HOME"])
    try:
        return asyncio.run(_run(home))
    except AlreadyRunsError:
        log.error("another relay serves %s", home)
        return 1


async def _run(home: Path) -> int:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(_say_without_contents)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if os.environ.get("ALARM110_SUPERVISED"):
        loop.add_reader(0, _read_pipe, stop)
    address, addresses = _addresses()
    passthrough.install(addresses)
    door = Door(home)
    door.lock()
    recovered = await loop.run_in_executor(None, files.recover, home)
    if recovered:
        log.info("%d recordings of a relay that died were closed", recovered)
    rooms = Rooms(home, streams=_streams(), address=address, tell=door.tell)
    await door.open(rooms)
    log.info("ready")
    watches = [loop.create_task(rooms.watch()), loop.create_task(door.watch())]
    await stop.wait()
    for watch in watches:
        watch.cancel()
    await door.close()
    rooms.close_all("media_away")
    await rooms.settle()
    return 0


def _addresses() -> tuple[Address, list[str]]:
    """Return what browsers are told, and what is listened on (empty: everything)."""
    public = os.environ.get("ALARM110_MEDIA_ADDRESS", "").strip()
    if public:
        try:
            public = str(ipaddress.ip_address(public))
        except ValueError:
            log.error("ALARM110_MEDIA_ADDRESS is no IP address and is left out")
            public = ""
    host = os.environ.get("HOST", "").strip("[]")
    is_loopback = host == "localhost" or host.startswith("127.") or host == "::1"
    if is_loopback:
        return Address("", is_loopback=True), [passthrough.LOOPBACK]
    return Address(public), []


def _streams() -> int:
    text = os.environ.get("ALARM110_RELAY_STREAMS", "").strip()
    if not text:
        return STREAMS
    if text.isdecimal() and int(text) > 0:
        return int(text)
    log.error("ALARM110_RELAY_STREAMS is no number and is left out")
    return STREAMS


def _read_pipe(stop: asyncio.Event) -> None:
    """The supervisor's end closed, however that one ended: stop with it."""
    if not os.read(0, 1024):
        asyncio.get_running_loop().remove_reader(0)
        stop.set()


def _say_without_contents(
    loop: asyncio.AbstractEventLoop, context: dict[str, Any]
) -> None:
    """Say what kind of thing failed; its text may hold an address or an SDP."""
    error = context.get("exception")
    if isinstance(error, asyncio.CancelledError):
        return  # a line that was still open when the relay was told to stop
    failed("relay background")
    log.warning("in the background: %s", type(error).__name__ if error else "?")


if __name__ == "__main__":
    sys.exit(main())
