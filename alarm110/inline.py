"""The one script that stands in the page itself, and what the policy says of it.

What must run before the first paint costs a thin line a second connection, some 450 ms,
if it is a file of its own. The policy names it by its hash (CSP3, "hash-source"), so no
other inline script runs, an injected one least of all.
"""

import base64
import hashlib
from functools import cache
from pathlib import Path

DARK_FIRST = (
    Path(__file__).resolve().parent.parent
    / "dispatch/static/dispatch/caller/dark_first.js"
)


@cache
def dark_first() -> str:
    """Return the script that keeps a silent call dark, as it stands in the page."""
    return DARK_FIRST.read_text(encoding="utf-8")


def dark_first_source() -> str:
    """Return its source expression for ``script-src``, quotes included."""
    digest = hashlib.sha256(dark_first().encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
