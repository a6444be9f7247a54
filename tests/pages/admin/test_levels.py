"""The pages of figures at the desk, and the public ones."""

import csv
import io
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone, translation

from accounts.models import Agency
from dispatch.statistics.chart import draw
from reports.clock import now
from tests.pages.admin.world import desk, look, text
from tests.past import Past

pytestmark = pytest.mark.django_db
LEVELS, STAFFING = "service-levels/", "staffing/"


@pytest.fixture
def past(cast):
    """Eight calls in Zhifu three days ago, one of them lost; two in Laizhou."""
    noon = timezone.localtime(now()).replace(hour=12, minute=0) - timedelta(days=3)
    zhifu, laizhou = Past("1"), Past("2")
    zhifu.agency, laizhou.agency = cast.zhifu, cast.laizhou
    type(zhifu.seat).objects.filter(pk=zhifu.seat.pk).update(agency=cast.zhifu)
    type(zhifu.seat).objects.filter(pk=laizhou.seat.pk).update(agency=cast.laizhou)
    Agency.objects.filter(code__in="12").delete()
    for n in range(7):
        zhifu.call(noon + timedelta(minutes=n * 5), wait=4 + 2 * n, talk=90)
    zhifu.call(noon, lasts=50, end="caller_ended", source="partner")
    for _ in range(2):
        laizhou.call(noon, wait=30)
    return noon


def table(browser, door, **asked) -> list[dict[str, str]]:
    answer = browser.get(f"/admin/{door}", {**asked, "format": "csv"}, secure=True)
    assert answer["Content-Type"].startswith("text/csv")
    text_ = answer.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text_, newline="")))


@pytest.mark.parametrize("door", [LEVELS, STAFFING])
def test_who_opens_the_pages_of_figures(cast, door):
    for name in ("zhao", "han", "yuan", "tang"):
        assert look(desk(getattr(cast, name)), door) == 200
    for name in ("chen", "nobody"):
        assert look(desk(getattr(cast, name)), door) in (302, 403)


def _only(rows):
    """Return the one row of which something is told."""
    [row] = [row for row in rows if row["calls"] != "0"]
    return row


def test_one_sees_ones_own_agencies_only(past, cast):
    mine = _only(table(desk(cast.zhao), LEVELS))
    assert (mine["calls"], mine["gave up before an answer"]) == ("8", "1")
    assert mine["in 15 s"] == "75.0 %"  # 6 of 8
    both = _only(table(desk(cast.tang), LEVELS))
    assert both["calls"] == "10"
    foreign = desk(cast.zhao).get(
        f"/admin/{LEVELS}", {"agency": cast.laizhou.pk}, secure=True
    )
    assert "agency" in foreign.context["form"].errors
    assert foreign.context["rows"] == []


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        ("agency", {"Zhifu", "Laizhou"}),
        ("source", {"the alarm page", "a partner's application"}),
        ("seat", {"Zhifu 1", "Laizhou 1", "nobody answered"}),
    ],
)
def test_figures_are_cut_by_agency_channel_and_seat(past, cast, by, keys):
    rows = table(desk(cast.tang), LEVELS, by=by, interval="whole")
    name = {"source": "channel"}.get(by, by)
    assert {row[name] for row in rows} == keys
    assert sum(int(row["calls"]) for row in rows) == 10


def test_the_page_marks_what_misses_its_target_and_tells_the_chart_in_words(past, cast):
    shown = text(desk(cast.zhao), LEVELS)
    assert '<td class="missed">75.0 %</td>' in shown
    assert "8 calls from" in shown
    assert 'role="img" aria-labelledby="chart-title chart-summary"' in shown
    assert "format=csv" in shown


def test_a_day_without_calls_is_seen_in_table_and_chart(past, cast):
    rows = table(desk(cast.zhao), LEVELS)
    assert [row["calls"] for row in rows] == ["0", "0", "0", "8", "0", "0", "0"]
    assert (rows[0]["answered"], rows[0]["in 15 s"]) == ("0", "–")
    assert rows[0]["average wait, answered only, s"] == "–"
    assert rows[0]["longest wait, all calls, s"] == "–"
    zhifu = Past("3")
    zhifu.agency = cast.zhifu
    zhifu.call(past - timedelta(days=2), wait=1)
    zhifu.call(past + timedelta(days=1), wait=1)
    answer = desk(cast.zhao).get(f"/admin/{LEVELS}", secure=True)
    chart = answer.context["chart"]
    assert len(chart.bars) == len(answer.context["rows"]) == 7
    [line] = chart.lines  # of the two days that follow on each other
    assert len(line.split()) == 2
    assert len(chart.dots) == 3
    seats = table(desk(cast.zhao), LEVELS, by="seat")
    assert [row["calls"] for row in seats if row["seat"] == "–"] == ["0"] * 4


def test_a_lone_day_is_a_dot_however_long_the_chart():
    whole: Any = SimpleNamespace(offered=1, answered=1, share_15=1.0)
    none: Any = SimpleNamespace(offered=0, answered=0, share_15=None)
    points = [(now(), "then", one) for one in (*[whole] * 70, none, whole)]
    with translation.override("en"):
        chart = draw(points)
    assert (len(chart.lines), len(chart.dots)) == (1, 1)
    assert chart.bars[70].title == "then: no calls"


def test_the_page_says_which_figures_leave_out_who_gave_up(past, cast):
    shown = text(desk(cast.zhao), LEVELS)
    assert "Average wait, answered only, s" in shown
    assert "Longest wait, all calls, s" in shown
    assert "Where nobody accepted, it ends with the call." in shown
    assert "The longest wait is of all calls, with who gave up" in shown


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"first": "2026-11-03", "last": "2026-11-02"}, "last"),
        (
            {"first": "2026-11-01", "last": "2026-11-08", "interval": "quarter"},
            "interval",
        ),
        ({"first": "yesterday"}, "first"),
        ({"by": "name"}, "by"),
        ({"seat": "0"}, "seat"),
        ({"agency": "x"}, "agency"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_on_the_form(cast, asked, field):
    answer = desk(cast.zhao).get(f"/admin/{LEVELS}", asked, secure=True)
    assert field in answer.context["form"].errors


def test_a_plan_is_made_from_the_weeks_before(past, cast):
    day = str(past.date() + timedelta(weeks=1))
    rows = table(desk(cast.zhao), STAFFING, day=day)
    assert len(rows) == 24
    assert rows[12]["calls expected"] == "8.0"
    assert int(rows[12]["seats needed"]) >= 2
    assert rows[3]["seats needed"] == "1"
    assert rows[3]["answered in 15 s"] == "–", "nobody called then"
    assert "the last week" in text(desk(cast.zhao), f"{STAFFING}?day={day}")


def test_a_new_city_is_told_that_its_plan_means_nothing(cast):
    assert "the figures mean nothing yet" in text(desk(cast.zhao), STAFFING)
    row = table(desk(cast.zhao), STAFFING)[0]
    assert row.pop("from")
    assert row.pop("seats needed") == "1"
    assert set(row.values()) == {"–"}


def test_the_middle_of_the_axis_is_half_of_its_top():
    axes = {3: ["0", "3"], 8: ["0", "4", "8"], 25: ["0", "13", "26"]}
    for most, axis in axes.items():
        figures: Any = SimpleNamespace(offered=most, answered=most, share_15=1.0)
        chart = draw([(now(), "then", figures)])
        assert [label.text for label in chart.counts] == axis


# --- The public ----------------------------------------------------------------------


def public(path="", language="en"):
    return Client(headers={"accept-language": language}).get(
        f"/service-levels/{path}", secure=True
    )


def test_only_who_publishes_is_shown_to_the_public(past, cast):
    assert public("370602/").status_code == 404
    assert "No agency here publishes" in public().content.decode()
    Agency.objects.filter(pk=cast.zhifu.pk).update(publishes_figures=True)
    assert "Zhifu" in public().content.decode()
    assert "Laizhou" not in public().content.decode()
    assert public("370683/").status_code == 404
    assert public("nowhere/").status_code == 404
    page = public("370602/")
    shown = page.content.decode()
    assert "75.0 %" in shown
    assert "NENA-STA-020.1 (2020)" in shown
    assert page["Cache-Control"] == "public, max-age=300"
    assert not page.cookies
    assert "<script" not in shown


def test_the_public_page_says_of_when_its_shares_are_and_which_are_too_low(past, cast):
    Agency.objects.filter(pk=cast.zhifu.pk).update(publishes_figures=True)
    zhifu = Past("3")
    zhifu.agency = cast.zhifu
    zhifu.call(past - timedelta(days=1), wait=1)
    for n in range(61):  # 95.7 % in 20 s, and less in 10 and 15
        zhifu.call(past, wait=4 if n < 40 else 17)
    shown = public("370602/").content.decode()
    last = timezone.localtime(now()).date() - timedelta(days=1)
    days = f"Last 30 days: {last - timedelta(days=29)} to {last}"
    heads = shown[shown.index(days) : shown.index("<figure")]
    low = [one for one in heads.split("<li")[1:] if "Below the target" in one]
    assert len(low) == 2
    assert not any("within 20 s" in one for one in low)
    assert shown.count('<td class="missed">') == 4  # of the month, and of the day
    assert "fewer than 5 calls" in shown
    assert "no calls" not in shown
    assert "70 calls from" in shown  # the one of the day that is not told, too
    assert '<td class="missed">' in public().content.decode()


def test_a_day_of_few_calls_is_not_told(past, cast):
    Agency.objects.update(publishes_figures=True)
    shown = public("370683/").content.decode()
    assert "Too few calls to tell." in shown
    assert "30.0" not in shown
    assert "too few calls to tell" in public().content.decode()


def test_the_public_asks_the_database_once_in_ten_minutes(
    past, cast, django_assert_num_queries
):
    Agency.objects.filter(pk=cast.zhifu.pk).update(publishes_figures=True)
    public("370602/")
    with django_assert_num_queries(1):  # whether it is still published
        public("370602/")
    Agency.objects.update(publishes_figures=False)
    assert public("370602/").status_code == 404


def test_the_public_page_speaks_both_languages(cast):
    cache.clear()
    Agency.objects.filter(pk=cast.zhifu.pk).update(publishes_figures=True)
    assert '<html lang="en"' in public("370602/", "en").content.decode()
    assert '<html lang="zh-Hans"' in public("370602/", "zh-hans").content.decode()
    asked = public("370602/?language=zh-hans", "en").content.decode()
    assert '<html lang="zh-Hans"' in asked
    assert "芝罘" in asked
