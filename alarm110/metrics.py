"""``/metrics``: what this process, the worker and the relay have counted.

In the text format of Prometheus or as OpenMetrics, whichever is asked for, to whoever
shows the token; without a token there is no such address. Each series of a process says
which (``process``); those that the database knows say nothing of the kind, and are the
same from every web process.
"""

import asyncio
import hmac
import logging
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.parser import text_string_to_metric_families

from alarm110 import loops, processes
from reports.clock import monotonic
from reports.errors import Busy

log = logging.getLogger(__name__)

KEPT_SECONDS = 2.0  # what the database and the relay say
DATABASE_SECONDS = 2.0  # then the figures come without it

# What is found out at the moment of asking: name, what it says, its labels.
DECLARED: dict[str, tuple[str, tuple[str, ...]]] = {
    "alarm110_database_up": ("1 while the database answers.", ()),
    "alarm110_loop_age_seconds": (
        "Time since a loop of the web process last turned.",
        ("loop",),
    ),
    "alarm110_process_up": (
        "1 while a process beside the web process does its work.",
        ("process",),
    ),
    "alarm110_process_age_seconds": (
        "Time since it gave a sign of life; a worker's job may take two minutes.",
        ("process",),
    ),
}


async def metrics(request: HttpRequest) -> HttpResponse:
    """Give the figures; 404 where there is no token, 401 where it is not shown."""
    if not settings.METRICS_TOKEN:
        return HttpResponseNotFound()
    if not _is_shown(request.headers.get("Authorization", "")):
        response = HttpResponse(status=401)
        response["WWW-Authenticate"] = 'Bearer realm="alarm110"'
        return response
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    families = await _everything()
    response = HttpResponse(encode(_Families(families)), content_type=content_type)
    response["Cache-Control"] = "no-store"
    return response


def _is_shown(header: str) -> bool:
    kind, _, token = header.partition(" ")
    shown, wanted = token.strip().encode(), settings.METRICS_TOKEN.encode()
    return hmac.compare_digest(shown, wanted) and kind.lower() == "bearer"


class _Families(CollectorRegistry):
    """Families that are there already, as an encoder wants them."""

    def __init__(self, families: list[Metric]) -> None:
        super().__init__()
        self._families = families

    def collect(self) -> Iterator[Metric]:
        """Return them."""
        yield from self._families


async def _everything() -> list[Metric]:
    """Return all families, each once, whichever processes have it."""
    kept = await _keeper.ask()
    merged: dict[str, Metric] = {}
    for process, families in (
        ("web", REGISTRY.collect()),
        ("worker", text_string_to_metric_families(kept.worker)),
        ("relay", text_string_to_metric_families(kept.relay)),
    ):
        _merge(merged, families, process)
    return [*merged.values(), *kept.database, *_now(kept.is_database_up)]


def _merge(merged: dict[str, Metric], families: Iterable[Metric], process: str) -> None:
    for family in families:
        known = merged.setdefault(
            family.name, Metric(family.name, family.documentation, family.type)
        )
        known.samples += [
            sample._replace(labels={**sample.labels, "process": process})
            for sample in family.samples
        ]


def _now(is_database_up: bool) -> list[Metric]:
    found = {
        name: GaugeMetricFamily(name, says, labels=labels)
        for name, (says, labels) in DECLARED.items()
    }
    found["alarm110_database_up"].add_metric([], is_database_up)
    for loop, age in sorted(loops.ticks().items()):
        found["alarm110_loop_age_seconds"].add_metric([loop], age)
    for name, state in neighbours().items():
        found["alarm110_process_up"].add_metric([name], not state.is_late)
        if state.age is not None:
            found["alarm110_process_age_seconds"].add_metric([name], state.age)
    return list(found.values())


def neighbours() -> dict[str, processes.Neighbour]:
    """Return the processes beside this one that should be there."""
    found = {"relay": loops.relay(), "worker": processes.worker(settings.HOME)}
    return {name: state for name, state in found.items() if state is not None}


# --- What costs something to find out ------------------------------------------------


class _Kept:
    """What the database and the other processes said, and when."""

    def __init__(self) -> None:
        self.database: list[Metric] = []
        self.is_database_up = False
        self.worker = self.relay = ""
        self.asked_at = -KEPT_SECONDS


class _Keeper:
    """Asks at most each 2 s, however many ask for it."""

    def __init__(self) -> None:
        self._kept = _Kept()
        self._asking: asyncio.Task[_Kept] | None = None

    async def ask(self) -> _Kept:
        """Return what is known, of 2 s ago at most."""
        if monotonic() - self._kept.asked_at < KEPT_SECONDS:
            return self._kept
        if self._asking is None or self._asking.done():
            self._asking = asyncio.get_running_loop().create_task(self._ask_all())
        return await asyncio.shield(self._asking)

    async def _ask_all(self) -> _Kept:
        fresh = _Kept()
        (
            (fresh.is_database_up, fresh.database),
            fresh.relay,
            fresh.worker,
        ) = await asyncio.gather(
            _ask_database(),
            loops.relay_figures(),
            asyncio.to_thread(processes.worker_text, settings.HOME),
        )
        fresh.asked_at = monotonic()
        self._kept = fresh
        return fresh

    def forget(self) -> None:
        """Ask anew; for tests."""
        self._kept, self._asking = _Kept(), None


_keeper = _Keeper()


async def _ask_database() -> tuple[bool, list[Metric]]:
    try:
        async with asyncio.timeout(DATABASE_SECONDS):
            return True, await loops.database_figures()
    except (Busy, DatabaseError, TimeoutError) as error:
        log.warning("no figures of the database: %s", type(error).__name__)
        return False, []
