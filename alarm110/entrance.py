"""Who may connect, below TLS and HTTP: so many of one address, and nobody idle.

Each connection holds a descriptor of the process, and alarms need some of them. One
address has a fixed share. Where that is used up, a newcomer takes the place of a
connection that asks nothing at the moment, and is refused only if there is none: a
flood of idle connections takes nothing from a caller behind the same address. Where
descriptors are few a WebSocket takes the place of an idle connection in the same way.
"""

import fcntl
import logging
import resource
import struct
import termios
from collections.abc import Callable
from enum import IntEnum
from itertools import islice
from typing import Any

from accounts.api.addresses import network_of
from alarm110.counted import connection_refusals
from alarm110.lines import QuickPort, QuickTransport

FIRST_REQUEST_SECONDS = 15.0  # TLS included; a slow mobile line takes three
ENDING_SECONDS = 5.0  # for whoever was told to go; over TLS he may never say goodbye
QUIET_SECONDS = 60.0  # between two warnings that an address used its share up
# Of all descriptors. What is left is for taps over HTTP, the database and files.
MOST_SHARE = 0.8
NO_LIMIT = 1024 * 1024  # what "no limit" is taken for
LOOKS = 16  # how many are asked whether they have read their answer; a system call each

log = logging.getLogger(__name__)


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


class State(IntEnum):
    """What a connection is doing."""

    SILENT = 0  # no byte has come since the accept
    BEGUN = 1  # a handshake or a request's head is on its way
    BUSY = 2  # in a request, or a socket
    ANSWERED = 3  # kept alive, and asks nothing
    ENDING = 4  # refused, and told to go


class Crowd:
    """The connections of one network, by what they do; who does it longest is first."""

    __slots__ = ("doing",)

    def __init__(self) -> None:
        self.doing: tuple[dict[Connection, None], ...] = tuple({} for _ in State)

    def __len__(self) -> int:
        return sum(map(len, self.doing))

    @property
    def idle(self) -> tuple[int, int]:
        """Return how many may give way, and how many only if there is nobody else."""
        silent, begun, _, answered, ending = self.doing
        return len(silent) + len(answered) + len(ending), len(begun)

    def first_to_go(self) -> "Connection | None":
        """Return the idle one that loses least; None if there is none.

        Last are those whose answer is still under way, then those in whose request's
        head there may be an alarm.
        """
        for state in State.ENDING, State.ANSWERED:
            same = self.doing[state]
            for one in list(islice(same, LOOKS)):
                if one.is_read:
                    return one
                del same[one]
                same[one] = None  # so that the next look is at others
        for state in State.SILENT, State.ENDING, State.ANSWERED, State.BEGUN:
            if self.doing[state]:
                return next(iter(self.doing[state]))
        return None


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
        self._crowds: dict[str, Crowd] = {}
        self._deadlines: dict[Connection, Any] = {}
        self._count = 0
        self._has_warned = False

    @property
    def is_crowded(self) -> bool:
        """Return whether a socket must take the place of an idle connection now."""
        return self._count >= self._most

    def admits(self, host: str) -> bool:
        """Make room for one more connection of an address; False if there is none."""
        crowd = self._crowds.get(network_of(host))
        if not crowd or self._per_address is None or len(crowd) < self._per_address:
            return True
        if self._gave_way(crowd):
            return True
        connection_refusals.labels("address").inc()
        self._warn()
        return False

    def admits_socket(self) -> bool:
        """Make room for a connection that is to stay; False if there is none.

        A console has no other way in, so where descriptors are few an idle connection
        of the network that has most of them gives way.
        """
        if not self.is_crowded:
            return True
        if self._gave_way(max(self._crowds.values(), key=lambda crowd: crowd.idle)):
            return True
        connection_refusals.labels("few descriptors").inc()
        return False

    def entered(self, connection: "Connection") -> None:
        """Note a new connection; it has 15 s to ask for something."""
        crowd = self._crowds.setdefault(connection.network, Crowd())
        crowd.doing[connection.state][connection] = None
        self._count += 1
        self._deadlines[connection] = self._call_later(
            FIRST_REQUEST_SECONDS, self._asked_nothing, connection
        )

    def spoke(self, connection: "Connection") -> None:
        """Note that bytes have come."""
        if connection.state in {State.SILENT, State.ANSWERED}:
            self._move(connection, State.BEGUN)

    def asked(self, connection: "Connection") -> None:
        """Note that a whole request's head has come."""
        if connection.state is not State.ENDING:
            self._move(connection, State.BUSY)
            self._forget_deadline(connection)

    def answered(self, connection: "Connection") -> None:
        """Note that nothing is asked any more; it is the last that must give way."""
        if connection.state is not State.ENDING:
            self._move(connection, State.ANSWERED)

    def ending(self, connection: "Connection") -> None:
        """Note that it was told to go; it has 5 s to do so."""
        if connection.state is State.ENDING:  # whatever it sends, it gains no time
            return
        self._move(connection, State.ENDING)
        self._forget_deadline(connection)
        if connection in self._doing(connection):
            self._deadlines[connection] = self._call_later(
                ENDING_SECONDS, self._stayed, connection
            )

    def left(self, connection: "Connection") -> None:
        """Forget a connection; more than once does no harm."""
        self._forget_deadline(connection)
        doing = self._doing(connection)
        if connection in doing:
            del doing[connection]
            self._count -= 1
            if not self._crowds[connection.network]:
                del self._crowds[connection.network]

    def _doing(self, connection: "Connection") -> "dict[Connection, None]":
        """Return those of its network that do the same."""
        crowd = self._crowds.get(connection.network)
        return {} if crowd is None else crowd.doing[connection.state]

    def _move(self, connection: "Connection", state: State) -> None:
        doing = self._doing(connection)
        if connection in doing:  # else it has left already
            del doing[connection]
            connection.state = state
            self._doing(connection)[connection] = None

    def _gave_way(self, crowd: Crowd) -> bool:
        idle = crowd.first_to_go()
        if idle is None:
            return False
        connection_refusals.labels("gave way").inc()
        self.left(idle)
        idle.abort()
        return True

    def _asked_nothing(self, connection: "Connection") -> None:
        connection_refusals.labels("no request").inc()
        self._stayed(connection)

    def _stayed(self, connection: "Connection") -> None:
        del self._deadlines[connection]
        connection.abort()

    def _forget_deadline(self, connection: "Connection") -> None:
        deadline = self._deadlines.pop(connection, None)
        if deadline is not None:
            deadline.cancel()

    def _warn(self) -> None:
        """Say it once a minute: the refused one may be a tap. The address is secret."""
        if self._has_warned:
            return
        self._has_warned = True
        self._call_later(QUIET_SECONDS, self._may_warn)
        log.warning(
            "connections refused: an address has all %s that one may have, each in a "
            "request or a socket; many callers behind one address need more "
            "(ALARM110_CONNECTIONS_PER_ADDRESS)",
            self._per_address,
        )

    def _may_warn(self) -> None:
        self._has_warned = False


class Connection(QuickTransport):
    """One TCP connection, counted from its accept to its end."""

    def __init__(self, sock: Any, protocol: Any, client: Any, *rest: Any) -> None:
        super().__init__(sock, protocol, client, *rest)
        self.state = State.SILENT
        self.network = network_of(str(client[0]))
        self.entrance: Entrance = self.server.entrance  # type: ignore[attr-defined]
        self.entrance.entered(self)

    @property
    def is_read(self) -> bool:
        """Return whether the other side has all that was written.

        An abort throws away what the kernel still holds for a slow line, too.
        """
        # What was written under TLS waits there for the reactor's next turn.
        gathering = getattr(self.protocol, "_aggregator", None)
        if held_bytes(self) or getattr(gathering, "_buffer", None):
            return False
        try:
            unsent = fcntl.ioctl(self.socket, termios.TIOCOUTQ, bytes(4))
        except OSError:  # not every system can tell
            return True
        return struct.unpack("i", unsent) == (0,)

    def abort(self) -> None:
        """Cut it off at once, without a word."""
        self.abortConnection()  # type: ignore[no-untyped-call]

    def connectionLost(self, reason: Any) -> None:  # noqa: N802  twisted's name
        """Leave."""
        self.entrance.left(self)
        super().connectionLost(reason)

    def _dataReceived(self, data: bytes | None) -> Any:  # noqa: N802
        if data and self.state is not State.BUSY:
            self.entrance.spoke(self)
        return super()._dataReceived(data)


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


def held_bytes(transport: Any) -> int:
    """Return what the kernel has not taken yet of what is to be sent."""
    tcp = getattr(transport, "transport", transport)  # below TLS
    return len(tcp.dataBuffer) - int(tcp.offset) + int(tcp._tempDataLen)
