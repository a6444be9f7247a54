"""What each page of the desk costs in statements, as committed numbers.

Every list that is registered is measured, so a new one fails here until it has a budget
in ``tests/query_budgets.json`` (``ALARM110_RECORD_QUERIES=1`` writes it).
"""

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Agency
from tests.indoors.test_query_budgets import check
from tests.pages.admin.world import desk, text

pytestmark = pytest.mark.django_db

CLOSED = {"django_tasks_database/dbtaskresult"}  # no role opens it
LISTS = sorted(
    {m._meta.label_lower.replace(".", "/") for m in admin.site._registry} - CLOSED
)
ROWS = [
    "accounts/agency",
    "accounts/area",
    "dispatch/seat",
    "dispatch/call",
    "reports/incident",
    "reports/evidenceclip",
]
PAGES = [  # the index page is the board, which has a budget of its own
    "service-levels/",
    "service-levels/?by=seat&interval=hour",
    "staffing/",
    "reports/incident/export/",
]


def measure(act: str, door: str, user) -> None:
    browser = desk(user)
    text(browser, door)  # content types and the like are asked once a process
    cache.clear()
    with CaptureQueriesContext(connection) as sent:
        text(browser, door)
    check(act, [query["sql"] for query in sent])


@pytest.mark.parametrize("name", LISTS)
def test_a_list_keeps_its_budget(here, there, cast, name):
    measure(f"desk list {name}", f"{name}/", cast.tang)


@pytest.mark.parametrize("name", ROWS)
def test_a_row_keeps_its_budget(here, there, cast, name):
    row = here.rows()[name]
    measure(f"desk row {name}", f"{name}/{row.pk}/change/", cast.tang)


@pytest.mark.parametrize("door", PAGES)
def test_a_page_keeps_its_budget(here, there, cast, door):
    measure(f"desk page {door}", door, cast.tang)


@pytest.mark.parametrize("path", ["", "370602/"])
def test_a_public_page_keeps_its_budget(here, there, cast, path):
    Agency.objects.update(publishes_figures=True)
    ContentType.objects.clear_cache()
    with CaptureQueriesContext(connection) as sent:
        answer = Client().get(f"/service-levels/{path}", secure=True)
    assert answer.status_code == 200
    act = "public levels of one agency" if path else "public levels"
    check(act, [query["sql"] for query in sent])
