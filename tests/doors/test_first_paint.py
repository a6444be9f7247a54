"""What a phone on a thin line waits for before it shows the button: page and styles."""

import base64
import hashlib
import re
from pathlib import Path

import pytest

from alarm110.staticfiles import JOINED
from tests.wire import Http

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "dispatch/static/dispatch"
PRELOAD = ROOT / "templates/caller/preload.html"
MAIN = "caller/main.js"


@pytest.fixture
async def answer(served):
    connection = Http(served.url, served.ssl_context())
    yield await connection.request("GET", "/")
    await connection.close()


def tags(answer, name: str) -> list[str]:
    """Return the opening tags of the head; what only no scripts see is left out."""
    head = answer.body.decode().partition("</head>")[0]
    head = re.sub(r"<noscript>.*?</noscript>", "", head, flags=re.DOTALL)
    return re.findall(rf"<{name}\b[^>]*>", head)


async def test_one_file_is_waited_for(answer):
    styles = [tag for tag in tags(answer, "link") if 'rel="stylesheet"' in tag]
    scripts = tags(answer, "script")
    modules = [tag for tag in tags(answer, "link") if "modulepreload" in tag]

    assert [re.findall(r"/phone\.\w+\.css", tag) != [] for tag in styles] == [True]
    for tag in scripts:
        assert tag == "<script>" or "defer" in tag or 'type="module"' in tag
    assert len(modules) > 30
    # Beside these the styles would share the line, and come a second later.
    assert all('fetchpriority="low"' in tag for tag in modules)


def test_all_modules_that_the_button_needs_are_asked_for_at_once():
    wanted, found = [STATIC / MAIN], set()
    while wanted:
        module = wanted.pop()
        for address in re.findall(
            r'^import [^;]*?"(\.[^"]+)";', module.read_text(), re.M
        ):
            needed = (module.parent / address).resolve()
            if needed not in found:
                found.add(needed)
                wanted.append(needed)

    listed = re.findall(r"static 'dispatch/([^']+\.js)'", PRELOAD.read_text())

    assert {str(one.relative_to(STATIC)) for one in found} == set(listed) - {MAIN}


async def test_the_file_holds_all_styles_in_their_order(served, answer):
    parts = JOINED["dispatch/caller/phone.css"]
    static = served.home / "static"
    (address,) = re.findall(r"/static/(\S+?/phone\.\w+\.css)", answer.body.decode())

    text = (static / address).read_text()

    at = [text.index((static / part).read_text()) for part in parts]
    assert at == sorted(at)


async def test_only_the_script_that_keeps_the_dark_may_stand_in_the_page(answer):
    policy = answer.headers["content-security-policy"]
    (allowed,) = re.findall(r"script-src ([^;]*)", policy)
    inside = re.findall(r"<script>(.*?)</script>", answer.body.decode(), re.DOTALL)

    hashes = {hashlib.sha256(script.encode()).digest() for script in inside}

    assert len(inside) == 1
    assert "toggleAttribute" in inside[0]
    assert set(allowed.split()) == {"'self'"} | {
        f"'sha256-{base64.b64encode(digest).decode()}'" for digest in hashes
    }


async def test_who_only_asks_whether_the_page_is_there_is_told(served):
    """Monitors and balancers ask with HEAD (RFC 9110, 9.3.2)."""
    connection = Http(served.url, served.ssl_context())
    for path in ("/", "/worker.js", "/alarm.en.webmanifest"):
        answer = await connection.request("HEAD", path)
        assert (answer.status, answer.body) == (200, b"")
    await connection.close()
