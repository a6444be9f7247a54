"""Finds every sentence that is to be translated: in Python, templates and scripts.

Django's ``makemessages`` needs gettext's tools, which a fresh machine has not, and does
not look into installed packages: the supervisor's desk (Unfold) ships no translations.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import polib
import unfold
from django.apps import apps
from django.conf import settings
from django.utils.translation.template import templatize

OUR_APPS = ("alarm110", "accounts", "reports", "dispatch")
# Parts of Unfold that belong to packages we do not have.
FOREIGN = re.compile(r"/contrib/(constance|guardian|import_export|location_field)/")
SKIPPED = ("migrations", "__pycache__")

# A function's name → which of its arguments are context, one and many.
CALLS = {
    "gettext": (None, 0, None),
    "ngettext": (None, 0, 1),
    "pgettext": (0, 1, None),
    "npgettext": (0, 1, 2),
}
LITERAL = r"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
SCRIPT_CALL = re.compile(rf"\b(n?)gettext\(\s*{LITERAL}(?:\s*,\s*{LITERAL})?")
SCRIPT_COMMENT = re.compile(r"/\*.*?\*/|(?m:^\s*//[^\n]*$)", re.DOTALL)
TEMPLATE_CALL = re.compile(r"(?<![\w.])(n?p?gettext|_)\(")


class Message(NamedTuple):
    """A sentence, its plural if it has one, its context if it needs one."""

    one: str
    many: str = ""
    context: str = ""


Found = dict[Message, set[str]]  # where each message stands


def ours(domain: str) -> Found:
    """Return the messages of this project: of its pages' scripts, or of all else."""
    found: Found = {}
    if domain == "djangojs":
        for app in OUR_APPS:
            for path in _files(settings.BASE_DIR / app / "static", "*.js"):
                _note(found, in_script(_text(path)), path)
        return found
    for app in OUR_APPS:
        for path in _files(settings.BASE_DIR / app, "*.py"):
            _note(found, in_python(_text(path)), path)
    for path in _files(settings.BASE_DIR / "templates", "*"):
        _note(found, in_template(_text(path)), path)
    return found


def unfolds(domain: str) -> Found:
    """Return the messages of the supervisor's desk that nobody else translates."""
    folder = Path(unfold.__file__).parent
    found: Found = {}
    if domain == "djangojs":
        for path in _files(folder, "*.js"):
            if not path.name.endswith(".min.js"):
                _note(found, in_script(_text(path)), "unfold")
    else:
        for path in _files(folder, "*.py"):
            _note(found, in_python(_text(path)), "unfold")
        for path in _files(folder, "*.html"):
            _note(found, in_template(_text(path)), "unfold")
    known = _translated_by_others(domain)
    return {m: where for m, where in found.items() if (m.context, m.one) not in known}


# --- One file ------------------------------------------------------------------------


def in_python(source: str) -> Iterator[Message]:
    """Yield what a module hands to gettext, under whatever name it imported that."""
    tree = ast.parse(source)
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == (
            "django.utils.translation"
        ):
            for alias in node.names:
                plain = re.sub(r"_(lazy|noop)$", "", alias.name)
                if plain in CALLS:
                    names[alias.asname or alias.name] = plain
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in names:
            yield from _message(names[ast.unparse(node.func)], node)


def in_template(source: str) -> Iterator[Message]:
    """Yield what a template translates; Django turns its tags into calls first."""
    text = templatize(source)
    for match in TEMPLATE_CALL.finditer(text):
        call = _whole_call(text, match.start())
        if call is not None:
            kind = "gettext" if match[1] == "_" else match[1]
            yield from _message(kind, call)


def in_script(source: str) -> Iterator[Message]:
    """Yield what a script hands to gettext as plain strings."""
    for match in SCRIPT_CALL.finditer(SCRIPT_COMMENT.sub("", source)):
        one, many = (
            ast.literal_eval(part) if part else "" for part in match.group(2, 3)
        )
        yield Message(one, many if match[1] else "")


def _whole_call(text: str, start: int) -> ast.Call | None:
    """Return the call that begins there: the shortest text that is one."""
    end = text.find(")", start)
    while end != -1:
        try:
            node = ast.parse(text[start : end + 1].strip(), mode="eval").body
        except SyntaxError:
            end = text.find(")", end + 1)
            continue
        return node if isinstance(node, ast.Call) else None
    return None


def _message(kind: str, call: ast.Call) -> Iterator[Message]:
    """Yield the message of a call, if its words are written out."""
    context, one, many = (
        _words(call, position) if position is not None else ""
        for position in CALLS[kind]
    )
    if one:
        yield Message(one, many or "", context or "")


def _words(call: ast.Call, position: int) -> str | None:
    if position >= len(call.args):
        return None
    node = call.args[position]
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return str(node.value) if is_text and isinstance(node, ast.Constant) else None


# --- Files ---------------------------------------------------------------------------


def _files(folder: Path, pattern: str) -> Iterator[Path]:
    for path in sorted(folder.rglob(pattern)):
        is_wanted = path.is_file() and not FOREIGN.search(path.as_posix())
        if is_wanted and not any(part in SKIPPED for part in path.parts):
            yield path


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _note(found: Found, messages: Iterable[Message], where: Path | str) -> None:
    """Note where messages stand; by file only, so that a moved line changes nothing."""
    if isinstance(where, Path):
        where = where.relative_to(settings.BASE_DIR).as_posix()
    for message in messages:
        found.setdefault(message, set()).add(where)


def _translated_by_others(domain: str) -> set[tuple[str, str]]:
    """Return what Django and the packages translate themselves, as (context, words)."""
    folders = [Path(app.path) for app in apps.get_app_configs()]
    folders.append(Path(apps.get_app_config("auth").path).parent.parent / "conf")
    known = set()
    for folder in folders:
        path = folder / "locale" / "zh_Hans" / "LC_MESSAGES" / f"{domain}.po"
        if path.exists():
            catalogue = polib.pofile(str(path))
            known |= {(e.msgctxt or "", e.msgid) for e in catalogue if e.translated()}
    return known
