"""A test of which nothing may be logged as an error."""

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture
def errors(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Assert in the end that nothing was logged as an error, no traceback at all."""
    yield caplog
    loud = [
        record
        for record in caplog.get_records("call")
        # Django itself notes each 5xx it answers with; that is no failure of ours.
        if record.exc_info
        or (record.levelno >= logging.ERROR and record.name != "django.request")
    ]
    assert not loud, [record.getMessage() for record in loud]
