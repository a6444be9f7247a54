"""Fetches pip's own wheel, for a Python that has neither pip nor ensurepip.

Run by ``./run`` as a file, before any package is there: only the standard library, from
the index that pip is set up to use, and by its hash.

    python fetch_pip.py FOLDER WHEEL SHA256
"""

import base64
import configparser
import hashlib
import html.parser
import os
import ssl
import sys
import urllib.parse
import urllib.request
from pathlib import Path

PATIENCE = 60  # seconds for an answer


def settings_files() -> configparser.RawConfigParser:
    """Read pip's settings from wherever pip itself looks; a faulty one is passed by."""
    home = Path.home()
    config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    files = configparser.RawConfigParser(strict=False)
    for path in (
        Path("/etc/xdg/pip/pip.conf"),
        Path("/etc/pip.conf"),
        home / ".pip" / "pip.conf",
        home / "Library" / "Application Support" / "pip" / "pip.conf",
        config / "pip" / "pip.conf",
        Path(os.environ.get("PIP_CONFIG_FILE") or os.devnull),
    ):
        try:
            files.read(path, encoding="utf-8")
        except configparser.Error:
            continue
    return files


def setting(files: configparser.RawConfigParser, name: str) -> str | None:
    """Return one of pip's settings: the environment's, else the files'."""
    value = os.environ.get("PIP_" + name.upper().replace("-", "_"))
    return value or files.get("global", name, fallback=None)


class Links(html.parser.HTMLParser):
    """Finds a file's address on its page of the index (PEP 503)."""

    def __init__(self, wheel: str) -> None:
        super().__init__()
        self.found = ""
        self._wheel = wheel

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the address of the file that is wanted."""
        href = dict(attrs).get("href") or ""
        path = urllib.parse.unquote(urllib.parse.urlsplit(href).path)
        if tag == "a" and path.rpartition("/")[2] == self._wheel:
            self.found = href


def fetch(address: str, authority: str | None) -> tuple[bytes, str]:
    """Return what lies at an address, and where it lay in the end."""
    parts = urllib.parse.urlsplit(address)
    headers = {"Accept": "text/html, application/octet-stream"}
    if parts.username:
        both = (parts.username, parts.password or "")
        word = ":".join(map(urllib.parse.unquote, both))
        headers["Authorization"] = "Basic " + base64.b64encode(word.encode()).decode()
        parts = parts._replace(netloc=parts.netloc.rpartition("@")[2])
    place = urllib.parse.urlunsplit(parts)
    request = urllib.request.Request(place, headers=headers)  # noqa: S310  pip's index
    context = ssl.create_default_context(cafile=authority)
    with urllib.request.urlopen(  # noqa: S310
        request, timeout=PATIENCE, context=context
    ) as answer:
        return bytes(answer.read()), str(answer.url)


def main(folder: str, wheel: str, digest: str) -> None:
    """Put the wheel into the folder, or leave with a sentence that says why not."""
    files = settings_files()
    index = (setting(files, "index-url") or "https://pypi.org/simple").rstrip("/")
    authority = setting(files, "cert")
    try:
        page, address = fetch(index + "/pip/", authority)
        links = Links(wheel)
        links.feed(page.decode("utf-8", "replace"))
        if not links.found:
            sys.exit(f"alarm110: the package index has no {wheel}.")
        file = urllib.parse.urljoin(address, links.found.partition("#")[0])
        content, _ = fetch(file, authority)
    except (OSError, ValueError) as error:
        sys.exit(f"alarm110: pip cannot be fetched ({error}).")
    if hashlib.sha256(content).hexdigest() != digest:
        sys.exit(f"alarm110: {wheel} is not the file that was tested.")
    (Path(folder) / wheel).write_bytes(content)


if __name__ == "__main__":
    main(*sys.argv[1:])
