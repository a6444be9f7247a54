"""What the supervisor's desk shows, and what it keeps to itself."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localtime

from accounts.models import Agency, Role, Tier, User
from accounts.states import RoleKind
from dispatch.models import Seat, Shift
from reports.admin.timeline import rows_of
from reports.clock import now
from reports.events import ChunksStored, ChunkView, ClipOpened
from reports.journal import Author, record
from reports.models import Incident, Stream
from reports.snapshots import clip_view
from tests.pages.admin.world import CONFIGURED, LIVE, desk, happen, say, text

pytestmark = pytest.mark.django_db


def test_the_desk_names_its_icon(cast):
    """Or each page of it would make the browser ask for one that is not there."""
    shown = text(desk(cast.tang), "")
    assert re.search(r'<link rel="icon" href="/static/alarm110/icon[^"]*\.svg"', shown)


@pytest.mark.parametrize(
    ("door", "times"),
    [("accounts/caller", 2), ("reports/incident", 1), ("dispatch/call", 0)],
)
def test_a_number_is_masked_wherever_a_caller_is_shown(here, cast, door, times):
    row = here.rows()[door]
    browser = desk(cast.tang)
    shown = text(browser, f"{door}/") + text(browser, f"{door}/{row.pk}/change/")
    assert "13800138000" not in shown
    assert shown.count("138****8000") == times


def test_an_incident_shows_its_timeline(here, cast):
    say(here.incident, "second")
    shown = text(desk(cast.zhao), f"reports/incident/{here.incident.pk}/change/")
    assert "message.posted" in shown
    assert "words of 370602 &lt;b&gt;&amp;" in shown
    assert shown.index("words of 370602") < shown.index("second")


def test_codes_are_shown_by_their_names(here, cast):
    here.agency.categories = [
        {"code": "0101", "name": "抢劫", "name_en": "Robbery"},
    ]
    here.agency.save()
    flags = ["unverified", "position_missing"]
    Incident.objects.update(
        category="0101", priority=1, disposition="officers_sent", flags=flags
    )
    browser = desk(cast.zhao)
    listed = text(browser, "reports/incident/")
    page = text(browser, f"reports/incident/{here.incident.pk}/change/")
    for shown in (listed, page):
        assert "Robbery (0101)" in shown
        assert "Life in danger" in shown
    assert "Officers sent" in page
    assert "caller not verified · no position" in page
    for query, many in (("priority=1", 1), ("priority=2", 0), ("priority=x", 0)):
        found = browser.get(f"/admin/reports/incident/?{query}", secure=True)
        assert found.context["cl"].queryset.count() == many
    found = browser.get("/admin/reports/incident/?disposition=test", secure=True)
    assert found.context["cl"].queryset.count() == 0


@pytest.mark.parametrize(("name", "is_read"), [("han", True), ("tang", False)])
def test_a_number_leads_to_the_record_where_one_may_read_it(here, cast, name, is_read):
    record = f"/records/{here.incident.number}/"
    page = f"/admin/reports/incident/{here.incident.pk}/change/"
    shown = text(desk(getattr(cast, name)), "reports/incident/")
    assert (f'href="{record}"' in shown) == is_read
    assert (f'href="{page}"' in shown) != is_read


def test_receipts_are_one_row_a_clip_and_times_are_local(here, cast):
    clip = here.incident.clips.get()
    for index in range(3):
        connection.run_on_commit.clear()
        receipt = ChunkView(segment=0, index=index, sha256="b" * 64, bytes=1)
        stored = ChunksStored(clip=clip.uuid, chunks=[receipt], bytes=1, chunk_count=1)
        subject = ("clip", str(clip.uuid))
        record(here.incident.uuid, Author("system", ""), stored, subject=subject)
    connection.run_on_commit.clear()
    opened = ClipOpened(clip=clip_view(clip))
    record(here.incident.uuid, Author("system", ""), opened, subject=subject)

    shown = text(desk(cast.zhao), f"reports/incident/{here.incident.pk}/change/")
    assert shown.count("chunks.stored") == 1
    assert "Received in 3 parts, the last at" in shown
    assert "<td>2–4</td>" in shown
    assert "{&#x27;" not in shown
    assert not re.search(r"\d\dT\d\d:\d\d:\d\d\.\d{6}Z", shown)
    assert f"{localtime(clip.opened_at):%Y-%m-%d %H:%M:%S}" in shown

    connection.run_on_commit.clear()
    record(here.incident.uuid, Author("system", ""), stored, subject=subject)
    rows, is_cut = rows_of(here.incident.uuid, 1)
    assert is_cut
    # Of the time that is shown, though its clip began before.
    assert [row["kind"] for row in rows] == ["chunks.stored", "clip.opened"]


def test_an_erased_body_is_said_to_be_erased(here, cast):
    stream = Stream.objects.get(uuid=here.incident.uuid)
    stream.entries.create(seq=2, prev="0" * 64, at=now(), body_hash="0" * 64)
    shown = text(desk(cast.zhao), f"reports/incident/{here.incident.pk}/change/")
    assert "The content was erased" in shown


def test_a_long_timeline_shows_its_newest_end(here, cast, monkeypatch):
    monkeypatch.setattr("reports.admin.incidents.TIMELINE_ENTRIES", 2)
    for word in ("second", "third", "fourth"):
        say(here.incident, word)
    shown = text(desk(cast.zhao), f"reports/incident/{here.incident.pk}/change/")
    assert "second" not in shown
    assert shown.index("third") < shown.index("fourth")
    assert "Older entries are left out here." in shown


def test_secrets_of_a_call_are_not_shown(here, cast):
    shown = text(desk(cast.tang), f"dispatch/call/{here.call.pk}/change/")
    assert "f" * 64 not in shown
    assert "37.53300, 121.39000 (± 12 m)" in shown


@pytest.mark.parametrize("door", [*CONFIGURED, "accounts/user", *LIVE])
def test_a_longer_list_asks_no_more_queries(here, cast, door):
    browser = desk(cast.tang)
    text(browser, f"{door}/")  # content types and the like
    with CaptureQueriesContext(connection) as few:
        text(browser, f"{door}/")
    for n in range(1, 6):
        agency = Agency.objects.create(code=f"37070{n}", name=f"县{n}")
        Tier.objects.create(agency=agency, neighbour=cast.zhifu)
        operator = User.objects.create(username=f"operator{n}")
        Role.objects.create(user=operator, kind=RoleKind.OPERATOR, agency=agency)
        happen(agency, operator, f"+861380013801{n}")
    with CaptureQueriesContext(connection) as many:
        text(browser, f"{door}/")
    assert len(many) <= len(few) + 1, [q["sql"][:150] for q in many]
    assert len(few) <= 14


def test_an_incident_with_many_entries_asks_no_more_queries(here, cast):
    browser = desk(cast.zhao)
    door = f"reports/incident/{here.incident.pk}/change/"
    text(browser, door)
    with CaptureQueriesContext(connection) as few:
        text(browser, door)
    for n in range(10):
        say(here.incident, f"word {n}")
    with CaptureQueriesContext(connection) as many:
        text(browser, door)
    assert len(many) == len(few)


def test_the_desk_asks_no_other_host(here, cast):
    browser = desk(cast.tang)
    for door in ("", "dispatch/seat/", f"reports/incident/{here.incident.pk}/change/"):
        sources = re.findall(r'(?:src|href|action)="(https?:)?//', text(browser, door))
        assert sources == []


def test_the_list_of_seats_says_who_sits_where(here, cast):
    """An empty seat and a person who is off were written alike: off, idle."""
    browser = desk(cast.zhao)

    def told() -> dict[str, str]:
        page = text(browser, "dispatch/seat/")
        cells = r'<td class="field-(sits|readiness|doing|since_when) [^>]*>([^<]*)<'
        return dict(re.findall(cells, page))

    shift = here.shift
    assert told()["sits"] == str(shift.operator)
    assert told()["readiness"] not in ("", "–")
    Shift.objects.filter(pk=shift.pk).update(ended_at=now(), end_reason="left")
    Seat.objects.update(activity="idle", availability="off")
    assert told() == dict.fromkeys(["sits", "readiness", "doing", "since_when"], "–")


def test_a_mark_that_is_not_set_is_explained_as_one(here, cast):
    shown = text(desk(cast.tang), f"accounts/agency/{here.agency.pk}/change/")
    assert "if so, it is left out of statistics" in shown
