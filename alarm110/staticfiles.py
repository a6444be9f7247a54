"""Static files: names with a hash of the content, and a way to serve them.

WhiteNoise is used as a library, outside Django. As Django middleware it is sync-only:
it would put a thread under every request, for as long as a long poll waits.
"""

import asyncio
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

from django.contrib.staticfiles.apps import StaticFilesConfig
from django.core.files.base import ContentFile
from whitenoise import WhiteNoise
from whitenoise.storage import CompressedManifestStaticFilesStorage

from alarm110.asgi_types import Application, Receive, Scope, Send
from alarm110.comments import without_comments

# The folders of our own apps; what others ship is not ours to rewrite.
OURS = ("alarm110/", "accounts/", "reports/", "dispatch/")
HASHED = re.compile(r"\.[0-9a-f]{12}\.")
# Import and export at the start of a line, with or without a closing semicolon.
STATIC_IMPORT = (
    r"""(?m)^(?P<matched>(?P<head>[ \t]*"""
    r"""(?:import\s*|(?:import|export)\b[^"';]*?\bfrom\s*))"""
    r"""["'](?P<url>\.{1,2}/[^"'\n]+)["'])"""
)
# Only after "await": import("./x.js") in a comment is a type, and types go in circles.
DYNAMIC_IMPORT = (
    r"""(?P<matched>(?P<head>\bawait\s+import\(\s*)"""
    r"""["'](?P<url>\.{1,2}/[^"'\n]+)["'])"""
)
TEMPLATE = """%(head)s"%(url)s\""""

# Styles that a page needs all of before its first paint go to it as one file: over a
# thin line each file more is a connection more, three round trips of 150 ms.
JOINED = {
    "dispatch/caller/phone.css": (
        "alarm110/base.css",
        "dispatch/caller/caller.css",
        "dispatch/caller/call.css",
        "dispatch/caller/talk.css",
        # After what it arranges.
        "dispatch/caller/screens.css",
        "dispatch/caller/turned.css",
    ),
}

# A page is a hundred small files. Those whose names tell their content stay in memory
# from their first reader on: when 200 tap at once nobody waits for a thread and a disk.
SMALL = 64 * 1024  # bytes of a file that is kept
ROOM = 4 * 1024 * 1024  # bytes of all

Converter = Callable[[re.Match[str]], str]


class Collected(StaticFilesConfig):
    """Django's app for static files; of the map's package not its sources, 3 MB."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "leaflet-src*",
        "leaflet.js.map",
    ]


class HashedStaticFilesStorage(
    CompressedManifestStaticFilesStorage  # type: ignore[misc]
):
    """Names files by their content, the modules that a module imports included.

    Without that a browser would go on using an old module under its plain name after an
    upgrade. Modules must not import each other in a circle: no hash could be right.
    """

    support_js_module_import_aggregation = True
    _js_module_import_aggregation_patterns = (
        "*.js",
        ((STATIC_IMPORT, TEMPLATE), (DYNAMIC_IMPORT, TEMPLATE)),
    )
    # One pass for each step of the longest chain of imports.
    max_post_process_passes = 12

    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[tuple[str, str | None, bool | Exception]]:
        """Blank comments, join what goes as one file, then name and compress all."""
        if not dry_run:
            for name, (source, path) in list(paths.items()):
                if name.startswith(OURS) and name.endswith((".js", ".css")):
                    with source.open(path) as file:
                        text = file.read().decode()
                    self._write(name, without_comments(name, text).encode())
                    paths[name] = (self, name)
            for name, parts in JOINED.items():
                if paths.keys() >= set(parts):
                    self._join(name, parts)
                    paths[name] = (self, name)
        yield from super().post_process(paths, dry_run=dry_run, **options)

    def _join(self, name: str, parts: tuple[str, ...]) -> None:
        text = []
        for part in parts:
            with self.open(part) as file:
                text.append(file.read())
        self._write(name, b"\n".join(text))

    def _write(self, name: str, content: bytes) -> None:
        self.delete(name)
        self.save(name, ContentFile(content))

    def url_converter(
        self, name: str, hashed_files: dict[str, str], template: str | None = None
    ) -> Converter:
        """Leave the scripts of others alone: their comments name missing files."""
        if name.endswith(".js") and not name.startswith(OURS):
            return lambda match: match["matched"]
        convert: Converter = super().url_converter(name, hashed_files, template)
        return convert


class StaticFiles:
    """Serves the collected files; all else goes to the application."""

    def __init__(self, application: Application, *, root: Path, prefix: str) -> None:
        self.application = application
        self.prefix = prefix
        self.whitenoise = WhiteNoise(
            None,
            # Nothing collected yet (a test, a command): every file is a 404.
            root=root if root.is_dir() else None,
            prefix=prefix,
            max_age=60,
            allow_all_origins=False,
            add_headers_function=_harden,
            immutable_file_test=lambda path, url: bool(HASHED.search(url)),
        )
        self._kept: dict[str, bytes] = {}  # by where it lies, as it is sent
        self._room = ROOM

    async def __call__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        """Answer what lies under the prefix."""
        if scope["type"] == "http" and scope["path"].startswith(self.prefix):
            await self._serve(scope, send)
        else:
            await self.application(scope, receive, send)

    async def _serve(self, scope: Scope, send: Send) -> None:
        file = self.whitenoise.files.get(scope["path"])
        status, headers, body = 404, [("Content-Length", "0")], b""
        if file is not None:
            status, headers, body = await self._answer(file, scope)
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [
                    (name.lower().encode("latin-1"), value.encode("latin-1"))
                    for name, value in headers
                ],
            }
        )
        await send({"type": "http.response.body", "body": body})

    async def _answer(
        self, file: Any, scope: Scope
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        asked = _wsgi_headers(scope)
        is_whole = (
            scope["method"] == "GET"
            and "HTTP_RANGE" not in asked
            and not file.is_not_modified(asked)
        )
        if is_whole:
            where, headers = file.get_path_and_headers(asked)
            if where in self._kept:
                return 200, headers, self._kept[where]
        # Off the loop: a file that is not in memory waits for the disk.
        answer = await asyncio.to_thread(_read, file, scope["method"], asked)
        if is_whole and HASHED.search(scope["path"]):
            self._keep(where, answer[2])
        return answer

    def _keep(self, where: str, body: bytes) -> None:
        if where not in self._kept and len(body) <= min(SMALL, self._room):
            self._kept[where] = body
            self._room -= len(body)


def _read(
    file: Any, method: str, asked: dict[str, str]
) -> tuple[int, list[tuple[str, str]], bytes]:
    response = file.get_response(method, asked)
    if response.file is None:
        return response.status, list(response.headers), b""
    with response.file as opened:
        return response.status, list(response.headers), opened.read()


def _wsgi_headers(scope: Scope) -> dict[str, str]:
    """Return the headers under the names that WhiteNoise looks for."""
    return {
        f"HTTP_{name.decode('latin-1').upper().replace('-', '_')}": value.decode(
            "latin-1"
        )
        for name, value in scope["headers"]
    }


def _harden(headers: Headers, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    # An SVG opened by itself is a document: it may run nothing inline.
    headers["Content-Security-Policy"] = "default-src 'self'"
