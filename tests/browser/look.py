"""One look at a screen: axe finds nothing, and a picture is kept for people.

``ALARM110_PICTURES=FOLDER`` keeps the pictures.
"""

import os
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_axe = Axe()


def look(page: Page, name: str) -> None:
    """Keep a picture, then fail with a list if axe finds a violation."""
    picture(page, name)
    found = _axe.run(page).response["violations"]
    lines = [
        f"{rule['id']} ({rule['impact']}): {rule['help']}\n    "
        + "\n    ".join(node["html"][:200] for node in rule["nodes"][:5])
        for rule in found
    ]
    assert not lines, f"{name}:\n" + "\n".join(lines)


def picture(page: Page, name: str) -> None:
    """Keep a picture of the screen, if they are wanted."""
    if folder := os.environ.get("ALARM110_PICTURES"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}.png")
