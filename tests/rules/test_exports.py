"""No cell of a table is taken for a formula, and nothing of it is lost."""

import csv
import io

import openpyxl
import tablib
from hypothesis import given
from hypothesis import strategies as st
from import_export.formats.base_formats import XLSX

from reports.exports import BOM, MAX_CELL, SIGNS, UNWRITABLE, csv_text, safe_cell

hostile = st.one_of(
    st.text(),
    st.builds("".join, st.tuples(st.sampled_from(sorted(SIGNS)), st.text())),
    st.builds(
        "".join,
        st.tuples(
            st.text(st.sampled_from(" \u00a0\u3000\u200b\ufeff\x00\x0b\t\r\n")),
            st.sampled_from("=+-@＝＋－＠"),
            st.text(),
        ),
    ),
)


@given(hostile)
def test_no_cell_begins_with_a_sign_and_a_sound_one_is_unchanged(text):
    cell = str(safe_cell(text))
    assert cell[:1] not in SIGNS
    assert cell.strip()[:1] not in SIGNS
    assert not UNWRITABLE.search(cell)
    assert len(cell) <= MAX_CELL + 1
    if len(text) <= MAX_CELL and not UNWRITABLE.search(text):
        assert cell.removeprefix("'") == text.removeprefix("'") or cell == text


def test_signs_that_hide_are_found_and_words_are_left_alone():
    for text in ("=1", "＝1", " =1", "\u200b@x", "\t=1", "\n+1", "\u3000－1", "\x00=1"):
        assert str(safe_cell(text)).startswith(("'", "\ufffd")), text
    for text in ("", "a=b", "110", "盗窃", "'quoted", "🚔=1", "37.5, -121"):
        assert safe_cell(text) == text
    for value in (0, -3, 1.5, None, True):
        assert safe_cell(value) is value


@given(st.lists(st.tuples(hostile, hostile), max_size=6))
def test_a_csv_reads_back_as_it_was_written(rows):
    text = csv_text(["a", "b"], rows)
    assert text.startswith(BOM)
    read = list(csv.reader(io.StringIO(text.removeprefix(BOM), newline="")))
    assert read == [["a", "b"], *([safe_cell(cell) for cell in row] for row in rows)]
    for row in read:
        assert not any(cell[:1] in SIGNS for cell in row if cell)


@given(st.lists(hostile, min_size=1, max_size=6))
def test_a_workbook_holds_no_formula(texts):
    table = tablib.Dataset(*[[safe_cell(text)] for text in texts], headers=["a"])
    book = openpyxl.load_workbook(io.BytesIO(XLSX().export_data(table)))
    cells = [row[0] for row in book.active.iter_rows(min_row=2)]
    assert all(cell.data_type != "f" for cell in cells)
    assert all((cell.value or "")[:1] not in SIGNS for cell in cells)
