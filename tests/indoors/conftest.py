"""Fixtures of the doors from inside."""

from collections.abc import AsyncIterator

import pytest

from dispatch.actions import media
from dispatch.actions.media import MediaDesk
from tests.house import House
from tests.indoors.fake_media import FakeMedia
from tests.quiet import errors

__all__ = ["errors", "fake"]


@pytest.fixture
async def fake(house: House) -> AsyncIterator[FakeMedia]:
    """A desk of this process with the tests' own media server behind it."""
    fake = FakeMedia()
    media.attach(MediaDesk(fake))
    yield fake
    media.attach(None)
