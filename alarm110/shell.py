"""The caller's page on a phone without a network: what is kept, and how it installs.

The list of what the page needs is read off the page itself and the modules it imports,
so it cannot be forgotten; its hash is the version, under which a phone keeps it. The
worker that does so is ``dispatch/caller/shell_worker.js``.
"""

import asyncio
import hashlib
import json
import posixpath
import re
from functools import cache, lru_cache

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from accounts.models import Agency
from alarm110.staticfiles import DYNAMIC_IMPORT, STATIC_IMPORT
from dispatch.actions.running import run
from dispatch.snapshots import ground

WORKER = "dispatch/caller/shell_worker.js"
# What a page links to and a phone keeps; the worker looks for the same.
LINKED = re.compile(r'(?:href|src)="((?:/static/|/jsi18n/phone/)[^"#]+)"')
IMPORTS = (re.compile(STATIC_IMPORT), re.compile(DYNAMIC_IMPORT))
PAPER = "#f4f6f9"


@gzip_page
@require_safe
async def worker(request: HttpRequest) -> HttpResponse:
    """Give the worker its list and its code; without a list it removes itself.

    A browser compares every byte at each visit, so a changed list is a new worker.
    """
    kept = None
    if settings.OFFLINE_SHELL:
        agency = await run(ground.default_agency)
        kept = await asyncio.to_thread(shell, agency)
    body = f"self.SHELL = {json.dumps(kept)};\n{_code()}"
    answer = HttpResponse(body, content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer


@require_safe
async def manifest(request: HttpRequest, language: str) -> HttpResponse:
    """Say how the page looks among a phone's apps, in one of our languages."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    agency = await run(ground.default_agency)
    with translation.override(language):
        phone = {"phone": agency.phone_number}
        name = gettext("Alarm to the police") + f" · {agency.label()}"
        facts = {
            "id": "/",
            "name": name,
            "short_name": gettext("Alarm %(phone)s") % phone,
            "description": gettext(
                "One tap brings the police, by video, voice or text."
            ),
            "lang": "en" if language == "en" else "zh-Hans",
            "dir": "ltr",
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": PAPER,
            "theme_color": PAPER,
            "icons": [
                _icon("icon.svg", "any", "any"),
                _icon("icon-192.png", "192x192", "any"),
                _icon("icon-512.png", "512x512", "any"),
                _icon("icon-maskable.svg", "any", "maskable"),
            ],
        }
    answer = HttpResponse(
        json.dumps(facts, ensure_ascii=False), content_type="application/manifest+json"
    )
    answer["Cache-Control"] = "no-cache"
    return answer


@require_safe
async def favicon(request: HttpRequest) -> HttpResponse:
    """Send whoever asks without having read a page on to the icon.

    For a day, not for ever: its name changes with its content.
    """
    answer = HttpResponseRedirect(static("alarm110/icon-192.png"))
    answer["Cache-Control"] = "public, max-age=86400"
    return answer


def _icon(name: str, sizes: str, purpose: str) -> dict[str, str]:
    kind = "image/svg+xml" if name.endswith(".svg") else "image/png"
    source = static(f"alarm110/{name}")
    return {"src": source, "sizes": sizes, "type": kind, "purpose": purpose}


def shell(agency: Agency) -> dict[str, object]:
    """Return what a phone keeps: the addresses, and the version of all of it.

    The page's own text counts too: another phone number is another version.
    """
    return _shell(agency.name, agency.name_en, agency.phone_number)


@lru_cache(maxsize=8)
def _shell(name: str, name_en: str, phone_number: str) -> dict[str, object]:
    agency = Agency(name=name, name_en=name_en, phone_number=phone_number)
    pages = []
    for language, _ in settings.LANGUAGES:
        with translation.override(language):
            pages.append(render_to_string("caller/page.html", {"agency": agency}))
    linked = {address for page in pages for address in LINKED.findall(page)}
    files = with_imports(frozenset(linked))
    digest = hashlib.sha256("\n".join([*files, *pages]).encode())
    return {"version": digest.hexdigest()[:16], "files": list(files)}


@cache
def with_imports(linked: frozenset[str]) -> tuple[str, ...]:
    """Return these files and every module that they import, at once or later."""
    found, unread = set(linked), set(linked)
    while unread:
        address = unread.pop()
        if address.startswith(settings.STATIC_URL) and address.endswith(".js"):
            fresh = _imports(address) - found
            found |= fresh
            unread |= fresh
    return tuple(sorted(found))


def _imports(address: str) -> set[str]:
    name = address.removeprefix(settings.STATIC_URL)
    with staticfiles_storage.open(name) as file:
        code = file.read().decode("utf-8")
    folder = posixpath.dirname(address)
    return {
        posixpath.normpath(posixpath.join(folder, match["url"]))
        for pattern in IMPORTS
        for match in pattern.finditer(code)
    }


@cache
def _code() -> str:
    """Return the worker's code as it stands in the house: under no hashed name."""
    path = finders.find(WORKER)
    assert isinstance(path, str)
    with open(path, encoding="utf-8") as file:
        return file.read()
