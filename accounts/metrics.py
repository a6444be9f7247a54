"""What every app counts: errors got over, things let fall, things refused.

Each app declares its own figures in its ``metrics.py``; ``alarm110/metrics.py`` serves
them all. Labels have few values, all of them written in the code: never an id, a name,
a number or an address. A count costs under a microsecond, so hot paths may.
"""

import logging

from prometheus_client import Counter, disable_created_metrics

# When a counter was made is nobody's question.
disable_created_metrics()  # type: ignore[no-untyped-call]

APPS = {"alarm110", "accounts", "reports", "dispatch", "django"}

failures = Counter(
    "alarm110_failures",
    "Errors nobody foresaw: logged with a traceback, and got over.",
    ["where"],
)
drops = Counter(
    "alarm110_drops",
    "Things let fall or replaced by newer ones, as designed.",
    ["what", "why"],
)
refusals = Counter(
    "alarm110_refusals",
    "Requests and frames refused, by the code their sender was told.",
    ["door", "code"],
)
log_records = Counter(
    "alarm110_log_records",
    "Lines of the log from WARNING up, by level and app.",
    ["level", "app"],
)
database_away = Counter(
    "alarm110_database_away",
    "Times the database was locked too long or could not be reached.",
    ["where"],
)


def failed(where: str) -> None:
    """Count an error that nobody foresaw; whoever caught it has logged it."""
    failures.labels(where).inc()


def dropped(what: str, why: str, count: int = 1) -> None:
    """Count what was let fall."""
    drops.labels(what, why).inc(count)


def refused(door: str, code: str) -> None:
    """Count a refusal."""
    refusals.labels(door, code).inc()


def is_away(where: str) -> None:
    """Count that the database did not answer in time."""
    database_away.labels(where).inc()


class Counting(logging.Handler):
    """Counts log records by level and the first part of the logger's name."""

    def emit(self, record: logging.LogRecord) -> None:
        """Count one."""
        app = record.name.partition(".")[0]
        log_records.labels(record.levelname, app if app in APPS else "other").inc()
