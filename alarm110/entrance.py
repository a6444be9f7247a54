"""Who may connect, below TLS and HTTP: so many of one address, and nobody idle.

Each connection holds a descriptor of the process, and alarms need some of them. One
address has a fixed share. Where that is used up, a newcomer takes the place of a
connection that asks nothing at the moment, and is refused only if there is none: a
flood of idle connections takes nothing from a caller behind the same address.
"""

import resource
from collections.abc import Callable
from typing import Any

from accounts.api.addresses import network_of
from alarm110.counted import connection_refusals
from alarm110.lines import QuickPort, QuickTransport

FIRST_REQUEST_SECONDS = 15.0  # TLS included; a slow mobile line takes three
# Of all descriptors. What is left is for taps over HTTP, the database and files.
MOST_SHARE = 0.8
NO_LIMIT = 1024 * 1024  # what "no limit" is taken for


def raise_descriptor_limit() -> int:
    """Let the process open all descriptors that it may; return how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (OSError, ValueError):  # macOS: it says "no limit" and does not mean it
        hard = soft
    return NO_LIMIT if hard == resource.RLIM_INFINITY else hard


def share_of(descriptors: int, wanted: int | None) -> int | None:
    """Return what one address may have of so many; a quarter at most, or no limit."""
    return None if wanted is None else min(wanted, descriptors // 4)


class Entrance:
    """All connections of the process, by the network that each comes from."""

    def __init__(
        self,
        *,
        per_address: int | None,
        descriptors: int,
        call_later: Callable[..., Any],
    ) -> None:
        self._per_address = per_address  # None: all come from the proxy in front
        self._most = int(descriptors * MOST_SHARE)
        self._call_later = call_later
        self._crowds: dict[str, dict[Connection, None]] = {}
        self._deadlines: dict[Connection, Any] = {}
        self._count = 0

    @property
    def is_crowded(self) -> bool:
        """Return whether only short requests are served now, and no more sockets."""
        return self._count >= self._most

    def admits(self, host: str) -> bool:
        """Make room for one more connection of an address; False if there is none."""
        crowd = self._crowds.get(network_of(host), {})
        if self._per_address is None or len(crowd) < self._per_address:
            return True
        idle = next((one for one in crowd if one.is_idle), None)
        if idle is None:
            connection_refusals.labels("address").inc()
            return False
        connection_refusals.labels("gave way").inc()
        self.left(idle)
        idle.abort()
        return True

    def entered(self, connection: "Connection") -> None:
        """Note a new connection; it has 15 s to ask for something."""
        self._crowds.setdefault(connection.network, {})[connection] = None
        self._count += 1
        self._deadlines[connection] = self._call_later(
            FIRST_REQUEST_SECONDS, self._give_up, connection
        )

    def asked(self, connection: "Connection") -> None:
        """Note that a whole request's head has come."""
        connection.is_idle = False
        self._forget_deadline(connection)

    def answered(self, connection: "Connection") -> None:
        """Note that nothing is asked any more; it is the last that must give way."""
        connection.is_idle = True
        crowd = self._crowds.get(connection.network, {})
        if connection in crowd:
            del crowd[connection]
            crowd[connection] = None

    def left(self, connection: "Connection") -> None:
        """Forget a connection; more than once does no harm."""
        self._forget_deadline(connection)
        crowd = self._crowds.get(connection.network, {})
        if connection in crowd:
            del crowd[connection]
            self._count -= 1
        if not crowd:
            self._crowds.pop(connection.network, None)

    def _give_up(self, connection: "Connection") -> None:
        del self._deadlines[connection]
        connection_refusals.labels("no request").inc()
        connection.abort()

    def _forget_deadline(self, connection: "Connection") -> None:
        deadline = self._deadlines.pop(connection, None)
        if deadline is not None:
            deadline.cancel()


class Connection(QuickTransport):
    """One TCP connection, counted from its accept to its end."""

    def __init__(self, sock: Any, protocol: Any, client: Any, *rest: Any) -> None:
        super().__init__(sock, protocol, client, *rest)
        self.is_idle = True
        self.network = network_of(str(client[0]))
        self.entrance: Entrance = self.server.entrance  # type: ignore[attr-defined]
        self.entrance.entered(self)

    def abort(self) -> None:
        """Cut it off at once, without a word."""
        self.abortConnection()  # type: ignore[no-untyped-call]

    def connectionLost(self, reason: Any) -> None:  # noqa: N802  twisted's name
        """Leave."""
        self.entrance.left(self)
        super().connectionLost(reason)


class GuardedPort(QuickPort):
    """Listens for such connections."""

    transport = Connection  # type: ignore[assignment]
    entrance: Entrance


class Doorkeeper:
    """A factory around another: asks the entrance before TLS or HTTP begin."""

    def __init__(self, entrance: Entrance, factory: Any) -> None:
        self._entrance, self._factory = entrance, factory

    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802
        """Return the protocol of one connection; None refuses it."""
        if not self._entrance.admits(str(addr.host)):
            return None
        return self._factory.buildProtocol(addr)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._factory, name)


def connection_of(channel: Any) -> Connection | None:
    """Return the connection below an HTTP channel and its TLS, if there is any."""
    transport = getattr(channel, "transport", None)
    below = getattr(transport, "transport", transport)
    return below if isinstance(below, Connection) else None
