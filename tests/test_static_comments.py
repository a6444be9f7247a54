"""What a browser fetches says the same without its comments as with them."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from alarm110.comments import without_comments

ROOT = Path(__file__).parent.parent
OURS = [
    ROOT / app / "static" for app in ("alarm110", "accounts", "reports", "dispatch")
]

# Each text's tokens, with their lines, as acorn reads them: it knows a comment from a
# string, a template and a regular expression, which our own expressions only assume.
TOKENS = """
const { tokenizer } = require("acorn");
const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));
const as = { ecmaVersion: "latest", sourceType: "module", locations: true };
console.log(JSON.stringify(texts.map((text) =>
  [...tokenizer(text, as)].map(({ type, start, end, loc }) =>
    [type.label, text.slice(start, end), loc.start.line]))));
"""


def _files(kind: str) -> list[Path]:
    return sorted(path for root in OURS for path in root.rglob(f"*{kind}"))


def _tokens(texts: list[str]) -> list[list[list[object]]]:
    node = shutil.which("node", path=f"{os.environ['PATH']}:{ROOT / '.venv/bin'}")
    assert node is not None, "node is missing: ./run check installs it"
    assert (ROOT / "node_modules/acorn").is_dir(), "acorn is missing: ./run check"
    done = subprocess.run(
        [node, "-e", TOKENS],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    read: list[list[list[object]]] = json.loads(done.stdout)
    return read


def test_every_script_has_the_same_tokens_on_the_same_lines():
    files = _files(".js")
    assert len(files) > 100
    texts = [path.read_text() for path in files]
    bare = [
        without_comments(path.name, text)
        for path, text in zip(files, texts, strict=True)
    ]
    found = zip(files, _tokens(texts), _tokens(bare), strict=True)
    assert [str(path) for path, whole, less in found if whole != less] == []
    assert sum(map(len, bare)) < sum(map(len, texts)) * 0.9


def test_every_style_keeps_its_rules_on_the_same_lines():
    for path in _files(".css"):
        text = path.read_text()
        # A comment's sign in a string or an address would swallow rules.
        without = re.sub(r"(?s)/\*.*?\*/", "", text)
        assert not re.findall(r"""["'(][^"'()\n]*/\*""", text), path
        assert "/*" not in without, path
        lines = text.splitlines()
        bare = without_comments(path.name, path.read_text()).splitlines()
        assert len(bare) == len(lines), path
        assert "*/" not in "".join(bare), path
        for line, less in zip(lines, bare, strict=True):
            assert less.strip() in line, path


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("// why\na = 1;", "\na = 1;"),
        ("/**\n * @type {X}\n */\nlet b;", "\n\n\nlet b;"),
        ("  /** @type {X} */ #c = 1;", " #c = 1;"),
        ("d = /** @type {X} */ (e);", "d =   (e);"),
        ('f = "https://x"; // stays: it could be a string', None),
        ('g = "/* no comment */";', None),
    ],
)
def test_only_a_comment_is_blanked(text, bare):
    assert without_comments("x.js", text) == (text if bare is None else bare)


def test_what_is_no_script_is_left_alone():
    assert without_comments("x.svg", "<!-- /* */ -->") == "<!-- /* */ -->"
