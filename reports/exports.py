"""Tables that leave the house: cells that no spreadsheet takes for a formula.

A caller can type ``=HYPERLINK(…)`` into the alarm's first words. Whoever opens the
exported table would run it, so such a cell gets an apostrophe before it, which
spreadsheets take as "this is text". import-export's own setting takes the sign away,
which alters the record, and lets ``+``, ``-`` and ``@`` through.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence

# Full-width forms too: Chinese and Japanese Excel read them as the plain ones.
SIGNS = frozenset("=+-@\t\r\n＝＋－＠")
# What no XLSX can hold; a spreadsheet that meets it calls the whole file damaged.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
MAX_CELL = 32_000  # characters; Excel holds 32,767 in a cell
BOM = "\ufeff"  # without it, Excel reads a Chinese CSV as the local code page


def safe_cell(value: object) -> object:
    """Return a value as a cell may hold it; numbers, times and nothing stay as is.

    A sign that hides behind spaces or invisible characters counts, too.
    """
    if not isinstance(value, str):
        return value
    text = UNWRITABLE.sub("\ufffd", value)
    if len(text) > MAX_CELL:
        text = text[: MAX_CELL - 1] + "…"
    return f"'{text}" if _may_be_formula(text) else text


def _may_be_formula(text: str) -> bool:
    for sign in text:
        if sign in SIGNS:
            return True
        if not (sign.isspace() or unicodedata.category(sign) in ("Cf", "Mn")):
            return False
    return False


def csv_text(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as RFC 4180 text with a byte order mark, each cell made safe."""
    out = io.StringIO()
    out.write(BOM)
    writer = csv.writer(out)
    writer.writerow([safe_cell(header) for header in headers])
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return out.getvalue()
