"""A skip is a failure where it was asked for (``CI=true ./run test``).

What a test goes without on a developer's machine, the proof must have. Imports nothing
of the project: ``-p tests.no_skip`` works anywhere.
"""

import os
from typing import Any

import pytest

NO_SKIP = os.environ.get("ALARM110_NO_SKIP") == "1"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Any:
    """Turn a skipped test into a failed one, with its reason."""
    return _unskipped((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Any:
    """Turn a skipped module into a failed one, with its reason."""
    return _unskipped((yield))


def _unskipped(report: Any) -> Any:
    if NO_SKIP and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr
        words = reason[2] if isinstance(reason, tuple) else reason
        report.outcome = "failed"
        report.longrepr = f"A skip is a failure here (ALARM110_NO_SKIP=1): {words}"
    return report
