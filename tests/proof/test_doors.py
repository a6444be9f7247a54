"""No door without a row, no row without a door, and the table as people read it."""

import re
from pathlib import Path

from django.conf import settings

from tests.proof import document, doors, table


def test_every_door_has_a_row_and_every_row_a_door():
    """A new address, socket or frame: say in matrix.toml who is answered what."""
    known = {doors.door_of(row) for row in table.rows()}
    assert sorted(doors.all_doors() - known) == [], "doors without a row"
    assert sorted(known - doors.all_doors()) == [], "rows without a door"


def test_a_door_is_an_oracle_nowhere_but_where_the_table_says():
    """Who is refused a thing of others is told what is told of one that is not there.

    Unless it is theirs as well: whoever is told something else must be let in.
    """
    wrong = []
    for row in table.rows().values():
        if "none" not in row.cells or "oracle" in row.more:
            continue
        for one in ("here", "there"):
            for person, said in row.cells.get(one, {}).items():
                unknown = row.cells["none"][person]
                if said != unknown and person not in document.entitled(one):
                    wrong.append(f"{row.door}: {person}, {one}: {said}, not {unknown}")
    assert not wrong, "\n".join(wrong)


def test_the_document_is_what_the_table_says():
    path = settings.BASE_DIR / document.PATH
    said = path.read_text(encoding="utf-8")
    assert said == document.render(), "run: python -m tests.proof.document"


def test_the_threat_model_names_tests_that_exist():
    said = (settings.BASE_DIR / "THREAT_MODEL.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", said)
    assert len(named) > 40
    missing = [
        f"{file}::{test}"
        for file, test in named
        if f"def {test}(" not in _text(settings.BASE_DIR / file)
    ]
    assert missing == []


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
