"""The permission table as a document: ``python -m tests.proof.document`` writes it."""

import re
from itertools import groupby
from pathlib import Path

from tests.proof.table import FILE, OBJECTS, PEOPLE, Row, models_by_kind, rows

PATH = "docs/permissions.md"
HEAD = """# Who may open which door

Made from `tests/proof/matrix.toml` by `python -m tests.proof.document`; do not edit it.
Every address, socket and frame of the project has a row, and the tests knock at each as
everybody, about a thing of the own agency (*here*), of another one (*there*) and one
that does not exist (*none*). What is not named is answered alike: *else*.

Numbers are HTTP statuses. At the desk *sign_in* is the way to the sign-in, *absent* the
way back to the desk with "there is no such row", *302* the way on. A socket *holds* a
place, *shows* the thing, only *opens*, or is closed with 4401. A frame is done (*ack*),
has *passed* to the room, was *dropped*, or is refused with a code; *closed*: that one
has no such socket. Of *ack|called_back* the first one gets the one, who comes later the
other.

"""
# Who the things of a place belong to, so that a refusal may say more than "not there".
OF = {
    "here": {"caller", "same_device", "operator_with_call", "second_seat", "operator",
             "supervisor", "auditor", "administrator"},
    "there": {"foreign_capability", "operator_elsewhere", "supervisor_elsewhere",
              "auditor_elsewhere", "administrator_elsewhere"},
}  # fmt: skip
EVERYWHERE = {"administrator_of_all", "superuser"}


def entitled(one: str) -> set[str]:
    """Return who has something to do with a thing of a place."""
    return OF[one] | EVERYWHERE


def render() -> str:
    """Return the document."""
    people = "".join(f"| `{who}` | {what} |\n" for who, what in PEOPLE.items())
    chapters = "".join(
        f"\n## {title}\n\n| Door | About | Answers |\n| --- | --- | --- |\n{body}"
        for title, body in _chapters()
    )
    kinds = "".join(
        f"| `<model:{kind}>` | {', '.join(f'`{model}`' for model in models)} |\n"
        for kind, models in models_by_kind().items()
    )
    return (
        f"{HEAD}| Who | Is |\n| --- | --- |\n{people}"
        f"\n| At the desk | Is each of |\n| --- | --- |\n{kinds}{chapters}"
    )


def _chapters() -> list[tuple[str, str]]:
    """Return (title, rows), as the file has its chapters."""
    text = FILE.read_text(encoding="utf-8")
    titles = iter(re.findall(r"^# --- (.+?) -+$", text, re.MULTILINE))
    bounds = re.split(r"^# --- .+$", text, flags=re.MULTILINE)[1:]
    names = [set(re.findall(r'^\["(.+)"\]', part, re.MULTILINE)) for part in bounds]
    by_chapter = zip(titles, names, strict=True)
    shown: dict[str, Row] = {}
    for row in rows().values():
        shown.setdefault(row.name, row)
    return [
        (title, "".join(_lines(row) for row in shown.values() if row.name in named))
        for title, named in by_chapter
    ]


def _lines(row: Row) -> str:
    """Return a door's lines: what is alike for several objects stands once."""
    told = [(one, _told(row.cells[one])) for one in row.objects]
    lines, door = [], f"`{row.name}`".replace("|", "\\|")
    if len(told) == 1:
        return f"| {door} | | {told[0][1]} |\n"
    for said, group in groupby(told, key=lambda pair: pair[1]):
        about = ", ".join(one for one, _ in group)
        lines.append(f"| {door} | {about} | {said} |\n")
        door = ""
    return "".join(lines)


def _told(cells: dict[str, str]) -> str:
    """Return who is answered what, the most common answer last."""
    by: dict[str, list[str]] = {}
    for person, said in cells.items():
        by.setdefault(said, []).append(person)
    most = max(by, key=lambda said: len(by[said]))
    parts = [f"**{said}** {', '.join(who)}" for said, who in by.items() if said != most]
    rest = f"**{most}** {'else' if parts else 'everybody'}"
    return "; ".join([*parts, rest]).replace("|", "\\|")


def main() -> None:
    """Write the document."""
    root = Path(__file__).resolve().parents[2]
    (root / PATH).write_text(render(), encoding="utf-8")


assert OF.keys() < set(OBJECTS)

if __name__ == "__main__":
    main()
