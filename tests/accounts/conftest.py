"""Fixtures of the tests of people and ground."""

import pytest
from django.core.cache import cache

from accounts.snapshots import forget_ground
from tests.accounts.cast import Cast, assemble


@pytest.fixture(autouse=True)
def fresh_caches(settings, tmp_path):
    """Start each test with empty limits, no remembered ground, a home of its own."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.ALLOWED_ORIGINS = ["https://testserver"]
    settings.HOME = tmp_path
    cache.clear()
    forget_ground()
    yield
    forget_ground()


@pytest.fixture
def cast(db) -> Cast:
    """Two agencies, and somebody of every role."""
    return assemble()
