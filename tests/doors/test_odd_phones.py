"""Phones as they are: strange languages, no scripts, pressed twice, odd writing."""

import html
import json
import re
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from tests.clients import Phone
from tests.sockets.stage import database, hang_up, joined, on_duty
from tests.wire import Http

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
# Hebrew with a number in it, an override that is never closed, a family of one sign,
# a flag, and letters under a pile of accents.
ODD = (
    "עזרה ברחוב 110 \u202e evil \U0001f468\u200d\U0001f469\u200d\U0001f467 "
    "\U0001f1e8\U0001f1f3 Z\u0351\u036b\u0300"
)


def found(pattern: str, text: str) -> str:
    """Return what the pattern's brackets hold, or all of it."""
    match = re.search(pattern, text, re.DOTALL)
    assert match, pattern
    return match[match.lastindex or 0]


@pytest.fixture
async def http(served):
    connection = Http(served.url, served.ssl_context())
    yield connection
    await connection.close()


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        ("xx, sw", "en"),
        ("fr-FR,fr;q=0.9", "en"),
        ("sw, zh;q=0.2", "zh-Hans"),
        ("zh-TW", "zh-Hans"),
        ("en-GB", "en"),
        ("*", "zh-Hans"),
        ("", "zh-Hans"),
        (";;,=,\u00e9", "zh-Hans"),
    ],
)
async def test_a_strange_language_gets_the_one_that_helps_most(http, asked, spoken):
    headers = {"Accept-Language": asked}
    page = (await http.request("GET", "/", headers=headers)).body.decode()
    assert found(r'<html lang="([\w-]+)"', page) == spoken
    assert 'href="tel:110"' in page
    code = "en" if spoken == "en" else "zh-hans"
    assert f"/jsi18n/phone/{code}/" in page
    assert f"/alarm.{code}.webmanifest" in page


async def test_who_chose_a_language_keeps_it_whatever_the_browser_asks_for(http):
    http.cookies["django_language"] = "zh-hans"
    page = await http.request("GET", "/", headers={"Accept-Language": "sw"})
    assert '<html lang="zh-Hans"' in page.body.decode()


@pytest.mark.parametrize(
    ("asked", "told"), [("en", "Alarm received"), ("zh-CN", "已收到报警")]
)
async def test_a_form_pressed_twice_without_scripts_is_one_alarm_in_words(
    served, http, asked, told
):
    language = {"Accept-Language": asked}
    page = (await http.request("GET", "/", headers=language)).body.decode()
    assert 'name="text"' in found(r"<noscript>\s*<p.*?</noscript>", page)
    assert "no_scripts" in found(r"<noscript><link.*?</noscript>", page)
    form = {"id": found(r'name="id" value="([^"]+)"', page), "mode": "silent"}
    body = urlencode({**form, "text": f"  {ODD}\x00\x0b\x1b "}).encode()
    numbers = set()
    for _ in range(2):
        answer = await http.request("POST", "/alarm/", body, {**FORM, **language})
        assert answer.status == 200
        shown = answer.body.decode()
        numbers.add(found(r"\d{6}-\d{8}-\d{4,}", shown))
        assert 'href="tel:110"' in shown
        assert html.unescape(found(r"<h1>(.*?)</h1>", shown)) == told
    # What is added there goes to the same alarm; a phone that can goes on with it.
    assert 'href="/"' in shown
    more = {"id": found(r'name="id" value="([^"]+)"', shown), "text": "He is leaving."}
    more["mode"] = found(r'name="mode" value="([^"]+)"', shown)
    body = urlencode(more).encode()
    added = await http.request("POST", "/alarm/", body, {**FORM, **language})
    numbers.add(found(r"\d{6}-\d{8}-\d{4,}", added.body.decode()))
    assert len(numbers) == 1
    mine = (await http.request("GET", "/api/v1/calls/mine")).json()["live"]
    assert mine["mode"] == "silent"
    with database(served) as connection:
        bodies = connection.execute(
            """SELECT b.text FROM reports_entrybody b
               JOIN reports_entry e ON e.id = b.entry_id
               JOIN reports_stream s ON s.id = e.stream_id WHERE s.uuid = ?""",
            [mine["stream"].replace("-", "")],
        ).fetchall()
    texts = [json.loads(body).get("text") for (body,) in bodies]
    assert [text for text in texts if text] == [ODD, "He is leaving."]
    taken = await command(http, mine, "take_over")
    await command(http, mine, "hang_up", str(taken["epoch"]))


async def command(http, mine, kind, epoch="") -> dict:
    """Act for the call that this phone's cookie names."""
    path = f"/api/v1/calls/{mine['call']}/commands"
    headers = {"Alarm110-Epoch": epoch} if epoch else {}
    body = {"type": kind, "id": str(uuid4())}
    answer = (await http.post_json(path, body, headers)).json()
    assert answer["type"] == "ack", answer
    return answer


async def test_odd_writing_arrives_as_it_was_written(served):
    async with on_duty(served, "li") as li, Phone(served) as lin:
        await lin.tap()
        try:
            await joined(li, lin)
            heard = li.line.expect("message.posted")
            await lin.command("post_message", text=ODD)
            assert (await heard)["data"]["text"] == ODD
        finally:
            await hang_up(lin)


async def test_what_a_phone_keeps_is_the_page_and_all_it_needs_and_no_more(http):
    code = (await http.request("GET", "/worker.js")).body.decode()
    kept = json.loads(found(r"^self\.SHELL = (\{[^\n]*\});\n", code))
    files = set(kept["files"])
    for language in ("en", "zh-CN"):
        page = await http.request("GET", "/", headers={"Accept-Language": language})
        linked = re.findall(r'="(/(?:static|jsi18n)/[^"#]+)"', page.body.decode())
        assert len(linked) > 40
        assert files.issuperset(linked)
    for needed in ("recorder", "live", "officer_frame", "media_leg"):
        assert [name for name in files if f"/{needed}." in name], needed
    ours = re.compile(r"^/static/(alarm110|dispatch/(caller|lib))/|^/jsi18n/phone/")
    assert [name for name in files if not ours.match(name)] == []
    for name in sorted(files):
        answer = await http.request("GET", name)
        assert answer.status == 200, name
        assert "immutable" in answer.headers["cache-control"], name


async def test_the_page_installs_in_both_languages(http):
    for language, name in (("en", "Alarm 110"), ("zh-hans", "报警 110")):
        answer = await http.request("GET", f"/alarm.{language}.webmanifest")
        facts = answer.json()
        assert answer.headers["content-type"] == "application/manifest+json"
        assert (facts["short_name"], facts["start_url"]) == (name, "/")
        for icon in facts["icons"]:
            shown = await http.request("GET", icon["src"])
            assert shown.headers["content-type"].split(";")[0] == icon["type"]
    assert (await http.request("GET", "/alarm.xx.webmanifest")).status == 404


async def test_words_of_another_version_are_not_kept(http):
    answer = await http.request("GET", f"/jsi18n/phone/en/{uuid4().hex[:12]}.js")
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
