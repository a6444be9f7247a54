"""The gallery is what the script makes: no picture unexplained, none too heavy.

Whether one is missing is said by the script, which takes minutes and real browsers.
"""

import re

from tests.pictures import gallery
from tests.pictures.captions import CAPTIONS
from tests.pictures.film import MOST
from tests.pictures.studio import FOLDER
from tests.served import ROOT

ALL = 12_000_000  # bytes: a clone fetches them all


def test_no_picture_is_kept_that_nobody_explains():
    names = [*CAPTIONS, "film"]
    explained = {f"{name}-{one}.webp" for name in names for one in gallery.LANGUAGES}
    assert {file.name for file in FOLDER.glob("*.webp")} - explained == set()


def test_the_gallery_is_what_the_script_writes():
    assert (FOLDER / "README.md").read_text(encoding="utf-8") == gallery.text()


def test_the_pictures_are_light():
    sizes = {file.name: file.stat().st_size for file in FOLDER.rglob("*.webp")}
    assert sum(sizes.values()) <= ALL
    assert all(size <= MOST for size in sizes.values())


def test_the_readme_shows_pictures_that_are_there():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"docs/pictures/[\w-]+\.webp", text))
    assert len(shown) >= 3
    assert [path for path in shown if not (ROOT / path).is_file()] == []
