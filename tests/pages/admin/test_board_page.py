"""The desk's first page: the live board for supervisors, for the others the menu."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext, override_settings

from accounts.actions.roles import give_role
from accounts.models import Agency
from accounts.states import RoleKind
from tests.indoors.test_query_budgets import check
from tests.pages.admin.world import desk

pytestmark = pytest.mark.django_db


def index(person, path: str = "/admin/") -> str:
    answer = desk(person).get(path, secure=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_supervisor_sees_the_board_and_nothing_below_it(cast):
    page = index(cast.zhao)
    assert "<live-board" in page
    assert 'class="app-' not in page
    assert "alarm110-start" not in page


@pytest.mark.parametrize("path", ["/admin/", "/admin/dispatch/seat/"])
def test_without_scripts_the_desk_says_that_it_needs_them(cast, path):
    """The theme hides the whole page until its own run."""
    page = index(cast.zhao, path)
    said = re.search(r"<noscript>(.*?)</noscript>", page, re.S)
    assert said
    assert "html[x-cloak] { display: block !important; }" in said[1]
    assert "The desk needs JavaScript" in said[1]


def test_the_board_is_a_line_of_the_menu_for_whoever_has_one(cast):
    line = re.compile(r'<a href="/admin/"[^>]*>(?:(?!</a>).)*Board', re.S)
    path = "/admin/dispatch/seat/"
    assert line.search(index(cast.zhao, path))
    assert not line.search(index(cast.han, path))


def test_the_board_says_whose_clock_it_shows(cast):
    with override_settings(TIME_ZONE="America/Halifax"):
        assert 'data-zone="America/Halifax"' in index(cast.zhao)


@pytest.mark.parametrize("name", ["han", "yuan", "tang"])
def test_who_does_not_supervise_sees_the_menu_in_the_menus_names(cast, name):
    page = index(getattr(cast, name))
    assert "live-board" not in page
    assert "board.js" not in page
    assert "Site administration" not in page
    links = page[page.index("alarm110-start") :]
    assert '<a href="/admin/reports/entry/">Journal</a>' in links
    for word in ("Entries", "Evidence chunks", "View copies", ">Board<"):
        assert word not in links


def test_a_supervisor_of_all_agencies_sees_the_board(cast):
    give_role(cast.nobody, RoleKind.SUPERVISOR, None)
    assert "<live-board" in index(cast.nobody)


def test_the_board_brings_no_script_of_its_own_into_the_page(cast):
    page = index(cast.zhao)
    board = page[page.index("<live-board") : page.index("</live-board>")]
    assert "<script" not in board
    assert not re.search(r"\son\w+=|\sstyle=", board)


def test_every_control_of_the_board_has_a_name(cast):
    page = index(cast.zhao)
    board = page[page.index("<live-board") : page.index("</live-board>")]
    for field in re.findall(r'<(?:input|select|textarea)[^>]* id="([^"]+)"', board):
        assert f'for="{field}"' in board


def test_the_page_costs_the_same_with_any_number_of_agencies(cast):
    browser = desk(cast.zhao)
    browser.get("/admin/", secure=True)  # what a process asks once, it has asked
    for number in range(20):
        agency = Agency.objects.create(code=f"37{number:04}", name=f"{number}")
        give_role(cast.zhao, RoleKind.SUPERVISOR, agency)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        browser.get("/admin/", secure=True)
    check("page of the board", [query["sql"] for query in asked])
