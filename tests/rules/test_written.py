"""Sizes as the console's script writes them (console/models/evidence.js)."""

import pytest
from django.utils.translation import override

from accounts.states import RoleKind
from reports.written import size


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1 KB"),
        (14_500, "15 KB"),
        (840_400, "840 KB"),
        (1_250_000, "1.3 MB"),
        (6_150_000, "6.2 MB"),
        (12_500_000, "13 MB"),
    ],
)
def test_a_size_is_decimal_and_rounded_half_up(count, shown):
    assert size(count) == shown


@pytest.mark.parametrize("kind", RoleKind)
def test_a_role_has_one_name_in_the_region_file_and_at_the_desk(kind):
    with override("en"):
        assert kind.label == kind.value
