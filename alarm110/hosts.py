"""Our own names and addresses: what a phone on the LAN may call this machine.

The certificate, ``ALLOWED_HOSTS``, the accepted ``Origin`` values and the addresses
that ``./run`` prints all come from here, so they cannot disagree. Nothing is sent
anywhere: without a network the answer is simply shorter.
"""

import ipaddress
import re
import socket
import threading
from collections.abc import Iterable
from functools import cache
from pathlib import Path

# How long the resolver may take over our own hostname, in seconds: on a machine whose
# DNS server is out of reach it would hold up every start for as long as it tries.
RESOLVER_PATIENCE = 0.5
HOSTNAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.(?!-)[a-z0-9-]{1,63})*", re.IGNORECASE)
LOCAL_ROUTE = re.compile(r"\|-- (\S+)\s+/32 host LOCAL")
WILDCARDS = {"", "0.0.0.0", "::"}  # noqa: S104  compared with, not bound to


@cache
def addresses() -> tuple[str, ...]:
    """Return this machine's IPv4 addresses, the one that leads out first."""
    found = [_outward_address(), *_resolved_addresses(), *_routed_addresses()]
    return tuple(
        dict.fromkeys(item for item in found if item and not _is_loopback(item))
    )


@cache
def names() -> tuple[str, ...]:
    """Return the hostnames of this machine, without ``localhost``."""
    hostname = socket.gethostname().strip().rstrip(".").lower()
    if not HOSTNAME.fullmatch(hostname) or hostname == "localhost":
        return ()
    # Phones find a plain hostname by multicast DNS under this suffix.
    return (hostname,) if "." in hostname else (hostname, f"{hostname}.local")


def own_hosts(bound_to: str = "") -> list[str]:
    """Return every name and address we answer to, IPv6 without brackets."""
    bound = [] if bound_to in WILDCARDS else [bound_to.strip("[]")]
    every = ["localhost", "127.0.0.1", "::1", *names(), *addresses(), *bound]
    return list(dict.fromkeys(every))


def reachable_hosts(bound_to: str) -> list[str]:
    """Return the hosts to print for a person: the LAN's first, else this machine's."""
    if bound_to in WILDCARDS:
        return [*addresses(), "localhost"]
    return [bound_to.strip("[]")]


def in_address(host: str) -> str:
    """Return the host as it is written in an address: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def origins(hosts: Iterable[str], port: int, *, scheme: str = "https") -> list[str]:
    """Return full origins, as browsers send them: the default port is left out."""
    suffix = "" if port == {"https": 443, "http": 80}[scheme] else f":{port}"
    return [f"{scheme}://{in_address(host)}{suffix}" for host in hosts]


def host_of(origin: str) -> str:
    """Return the host of an origin, as it is written there."""
    return re.sub(r":[0-9]+$", "", origin.partition("://")[2])


def _outward_address() -> str:
    """Return the address of the default route; "connecting" UDP sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address kept for documentation
        except OSError:
            return ""
        return str(probe.getsockname()[0])


def _resolved_addresses() -> list[str]:
    """Return what our own hostname resolves to, or nothing if that takes long."""
    found: list[str] = []

    def resolve() -> None:
        try:
            answers = socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
        except (OSError, UnicodeError):
            return
        found.extend(str(answer[4][0]) for answer in answers)

    # A daemon: a resolver that hangs must not keep the program from ending.
    thread = threading.Thread(target=resolve, name="own-hostname", daemon=True)
    thread.start()
    thread.join(RESOLVER_PATIENCE)
    return list(found)


def _routed_addresses() -> list[str]:
    """Return the addresses of all interfaces, where the kernel lists them (Linux)."""
    try:
        table = Path("/proc/net/fib_trie").read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return []
    return LOCAL_ROUTE.findall(table)


def _is_loopback(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return True
    return parsed.is_loopback or parsed.is_unspecified
