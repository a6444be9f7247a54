"""Fixtures of the desk: the cast, and an alarm in each of two agencies."""

import pytest
from django.core.cache import cache

from accounts.models import Tier
from tests.accounts.cast import PLAIN_STATIC, Cast, assemble
from tests.pages.admin.world import Matter, happen


@pytest.fixture(autouse=True)
def quick(settings):
    """Hash fast, need no collected files, count nothing of former tests."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = PLAIN_STATIC
    cache.clear()


@pytest.fixture
def cast() -> Cast:
    """Two agencies, and somebody of every role."""
    return assemble()


@pytest.fixture
def here(cast) -> Matter:
    """An alarm in Zhifu."""
    Tier.objects.create(agency=cast.zhifu, neighbour=cast.laizhou)
    return happen(cast.zhifu, cast.chen, "+8613800138000")


@pytest.fixture
def there(cast) -> Matter:
    """An alarm in Laizhou."""
    return happen(cast.laizhou, cast.ma, "+8613900139000")
