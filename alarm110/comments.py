"""Scripts and styles without their comments: what a phone does not need to fetch.

A third of the page that a phone loads before the alarm button works was comments and
types for whoever reads the code. Lines keep their numbers, so an error in a browser's
log still points at the line of the source.
"""

import re

# At the start of a line nothing is open: no string of ours goes over a line's end
# (tests/test_static_comments.py reads every file's tokens with and without).
_BLOCK = re.compile(r"(?ms)^[ \t]*/\*.*?\*/")
_LINE = re.compile(r"(?m)^[ \t]*//.*$")
_TYPE = re.compile(r"/\*\* @[^\n]*?\*/")  # in the middle of one: a type
_STYLE = re.compile(r"(?s)/\*.*?\*/")


def without_comments(name: str, text: str) -> str:
    """Return a file's text with its comments blank; others than .js, .css unchanged."""
    if name.endswith(".css"):
        return _STYLE.sub(_line_ends, text)
    if name.endswith(".js"):
        return _TYPE.sub(" ", _LINE.sub("", _BLOCK.sub(_line_ends, text)))
    return text


def _line_ends(comment: re.Match[str]) -> str:
    return "\n" * comment[0].count("\n")
