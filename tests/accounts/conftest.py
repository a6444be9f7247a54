"""Fixtures of the tests of people and ground."""

import json
from pathlib import Path

import pytest
from django.core.cache import cache

from accounts.snapshots import forget_ground
from tests.accounts.cast import PLAIN_STATIC, Cast, assemble
from tests.accounts.region import SMALL


@pytest.fixture(autouse=True)
def fresh_caches(settings, tmp_path):
    """Start each test with empty limits, no remembered ground, a home of its own."""
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # what onboarding writes
    ]
    settings.ALLOWED_ORIGINS = ["https://testserver"]
    settings.HOME = tmp_path
    settings.STORAGES = PLAIN_STATIC
    cache.clear()
    forget_ground()
    yield
    forget_ground()


@pytest.fixture
def cast(db) -> Cast:
    """Two agencies, and somebody of every role."""
    return assemble()


@pytest.fixture
def region(tmp_path) -> Path:
    """A small region file, with a polygon beside it."""
    ring = [[121.0, 37.0], [121.1, 37.0], [121.1, 37.1], [121.0, 37.0]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {}, "geometry": geometry}
    (tmp_path / "own.geojson").write_text(json.dumps(feature))
    path = tmp_path / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    return path
