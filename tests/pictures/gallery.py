"""The gallery: docs/pictures/README.md, made of the captions and of what is there."""

from tests.pictures.captions import CAPTIONS, SECTIONS
from tests.pictures.studio import FOLDER

HEAD = """# Pictures

Screens and their states, taken by `./run pictures` from a running system: real
browsers, and a real call each time. What the cameras see is drawn
(`tests/pictures/`): there is nobody's face in it, and nobody's data. A name
brings one scene back, `./run pictures console-call zh`; `PICTURE_FONTS=FOLDER` brings
fonts of your own.

![One call: the phone and the seat side by side](film-en.webp)
"""
TABLE = "\n\n| | English | 中文 |\n| --- | --- | --- |\n"
PHONE_WIDTH, DESK_WIDTH = 195, 400  # pixels, as the page shows them
LANGUAGES = ("en", "zh")
ON_A_DESK = ("console-", "board-", "desk-")


def write() -> None:
    """Write the gallery anew."""
    (FOLDER / "README.md").write_text(text(), encoding="utf-8")


def text() -> str:
    """Return the gallery's page."""
    page = HEAD
    for title, rows in SECTIONS.items():
        if table := "".join(_row(name, said) for name, said in rows.items()):
            page += f"\n## {title}{TABLE}{table}"
    return page


def missing() -> list[str]:
    """Return the files that the gallery has a place for, and that are not there."""
    files = [f"{name}-{one}.webp" for name in CAPTIONS for one in LANGUAGES]
    return [file for file in files if not (FOLDER / file).exists()]


def _row(name: str, said: str) -> str:
    files = [f"{name}-{one}.webp" for one in LANGUAGES]
    if not any((FOLDER / file).exists() for file in files):
        return ""
    width = DESK_WIDTH if _is_wide(name) else PHONE_WIDTH
    cells = [
        f'<img src="{file}" width="{width}" alt="">'
        if (FOLDER / file).exists()
        else "–"
        for file in files
    ]
    return f"| {said} | {cells[0]} | {cells[1]} |\n"


def _is_wide(name: str) -> bool:
    if name.endswith(("-seat", "-landscape")):
        return True
    return name.startswith(ON_A_DESK) and name != "desk-record-small"
