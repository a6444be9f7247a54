"""The table of all figures in docs/metrics.md, made from their declarations."""

from collections.abc import Iterator
from types import ModuleType
from typing import NamedTuple

from django.conf import settings
from prometheus_client.metrics import MetricWrapperBase

import accounts.metrics
import dispatch.metrics
import reports.metrics
from alarm110 import counted, metrics
from dispatch.media.relay import counting
from dispatch.statistics import gauges

DOCUMENT = settings.BASE_DIR / "docs" / "metrics.md"
BEGIN, END = "<!-- the table: manage.py write_metrics -->\n", "<!-- end -->\n"
SUFFIX = {"counter": "_total"}
# Whose figures a module declares; ``process`` is a label of all but the database's.
MODULES: tuple[tuple[str, ModuleType], ...] = (
    ("web, worker, relay", accounts.metrics),
    ("web", counted),
    ("web", dispatch.metrics),
    ("web, worker", reports.metrics),
    ("relay", counting),
)


class Figure(NamedTuple):
    """One metric as it is declared."""

    name: str
    kind: str
    labels: tuple[str, ...]
    says: str
    source: str


def figures() -> list[Figure]:
    """Return every metric of ours, by its name."""
    return sorted([*_counted(), *_found_out()])


def _counted() -> Iterator[Figure]:
    for source, module in MODULES:
        for declared in vars(module).values():
            if not isinstance(declared, MetricWrapperBase):
                continue
            [family] = declared.describe()
            name = family.name + SUFFIX.get(family.type, "")
            labels = (*declared._labelnames, "process")
            yield Figure(name, family.type, labels, family.documentation, source)


def _found_out() -> Iterator[Figure]:
    for source, table in (("database", gauges.DECLARED), ("web", metrics.DECLARED)):
        for name, (says, labels) in table.items():
            yield Figure(name, "gauge", labels, says, source)


def render() -> str:
    """Return the table in Markdown."""
    lines = [
        "| Metric | Kind | Labels | Told by | Says |",
        "| --- | --- | --- | --- | --- |",
    ]
    for figure in figures():
        labels = ", ".join(f"`{label}`" for label in figure.labels) or "none"
        lines.append(
            f"| `{figure.name}` | {figure.kind} | {labels} | {figure.source} "
            f"| {figure.says} |"
        )
    return "\n".join(lines) + "\n"


def with_table(text: str) -> str:
    """Return the document with the table as it is now."""
    head, _, rest = text.partition(BEGIN)
    _former, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n{render()}\n{END}{tail}"
