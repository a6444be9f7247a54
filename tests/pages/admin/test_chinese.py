"""The desk in Chinese: nothing that a supervisor reads there is left in English."""

import re
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.utils.timezone import localtime

pytestmark = pytest.mark.django_db
READ_ALOUD = ("title", "aria-label", "placeholder", "alt")
# Names, ids and codes: data, or words that both languages write alike.
DATA = re.compile(
    r"alarm110|English|esc|CSV|SHA-256|zh-hans|null|UTC[+-]\d\d:\d\d"
    r"|[0-9A-Fa-f][0-9a-f-]{35}|[0-9a-f]{64}"  # ids (also first in a line), hashes
    r"|[a-z_]+\.[a-z_]+|(M)essage\.posted #1|side|text|caller"  # as the chain has them
    r"|[Cc]hen|tang|yuan|zhao|han|nobody|door\.jpg|words of 370602 <b>&"
    r"|(NENA|NFPA)[\w .()-]+"  # a standard's name
)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
WORD = re.compile(r"[A-Za-z]{3,}")


class Visible(HTMLParser):
    """Collects what a page shows or reads aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._hidden = 0  # inside scripts, styles, drawings
        self._is_icon = False  # a font draws its name as a picture

    def handle_starttag(self, tag, attrs):
        facts = dict(attrs)
        self._hidden += tag in ("script", "style", "svg")
        self._is_icon = "material-symbols" in (facts.get("class") or "")
        self.texts += [facts[name] for name in READ_ALOUD if facts.get(name)]
        if tag == "input" and facts.get("type") == "submit":
            self.texts.append(facts.get("value") or "")

    def handle_endtag(self, tag):
        self._hidden -= tag in ("script", "style", "svg")
        self._is_icon = False

    def handle_data(self, data):
        if not self._hidden and not self._is_icon:
            self.texts.append(" ".join(data.split()))


def leftovers(html: str) -> set[str]:
    page = Visible()
    page.feed(html)
    return {
        text
        for text in page.texts
        if WORD.search(text) and not CHINESE.search(text) and not DATA.fullmatch(text)
    }


def test_no_english_is_left_on_the_desk_in_chinese(here, cast):
    browser = Client(headers={"accept-language": "zh-hans"})
    browser.force_login(cast.tang)
    rows = here.rows()
    listed = ["accounts/agency", "accounts/user", "dispatch/seat", "reports/entry"]
    shown = ["accounts/agency", "dispatch/call", "dispatch/offer", "reports/entry"]
    doors = [
        "/admin/",
        *(f"/admin/{name}/" for name in listed),
        *(f"/admin/{name}/{rows[name].pk}/change/" for name in shown),
        f"/admin/accounts/agency/{here.agency.pk}/history/",
        f"/admin/accounts/user/{cast.chen.pk}/change/",
        "/admin/accounts/area/add/",
    ]
    english = {}
    for door in doors:
        answer = browser.get(door, secure=True)
        assert answer.status_code == 200, door
        if left := leftovers(answer.content.decode()):
            english[door] = left
    assert english == {}


def test_times_are_written_to_the_second_and_the_same_in_every_language(here, cast):
    door = f"/admin/dispatch/call/{here.call.pk}/change/"
    said = {}
    for language in ("zh-hans", "en"):
        browser = Client(headers={"accept-language": language})
        browser.force_login(cast.zhao)
        said[language] = browser.get(door, secure=True).content.decode()
    queued = f"{localtime(here.call.queued_at):%Y-%m-%d %H:%M:%S}"
    for page in said.values():
        assert queued in page
        assert not re.search(r"\d [ap]\.m\.|\d年", page)


def test_a_leftover_would_be_found():
    page = '<p>已保存</p><button title="Save">存</button><script>let English</script>'
    assert leftovers(page) == {"Save"}
