"""Every sentence has its Chinese, whole and in its place; none stands in the source."""

import ast
import gettext
import io
import re
from pathlib import Path

import polib
import pytest
from django.conf import settings

from alarm110 import messages
from alarm110.management.commands.collect_messages import (
    DOMAINS,
    catalogue_path,
    message_of,
    wanted,
)

ROOT: Path = settings.BASE_DIR
CJK = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}|<[^>]+>")
# A language is named in itself, whatever the page speaks.
OWN_NAMES = re.compile("简体中文|中文?")
# Where Chinese is data and not a sentence of ours.
CHINESE_IS_DATA = {
    "dispatch/actions/regions/canary.py": "the canary agency's name",
    "accounts/api/verification.py": "full-width digits that a keyboard may send",
    "reports/exports.py": "full-width signs that begin a formula",
}


@pytest.fixture(params=DOMAINS)
def domain(request) -> str:
    return request.param


@pytest.fixture
def catalogue(domain) -> polib.POFile:
    return polib.pofile(str(catalogue_path(domain)))


def translations(entry: polib.POEntry) -> list[str]:
    """Return what an entry says in Chinese; it has one form for every number."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_each_sentence_of_the_code_is_in_the_catalogue_and_no_other(domain, catalogue):
    found, kept = wanted(domain).keys(), {message_of(entry) for entry in catalogue}

    assert sorted(found - kept) == [], "run: ./run manage collect_messages"
    assert sorted(kept - found) == [], "run: ./run manage collect_messages"


def test_each_sentence_has_its_chinese(catalogue):
    assert [entry.msgid for entry in catalogue.untranslated_entries()] == []
    assert [entry.msgid for entry in catalogue.fuzzy_entries()] == []
    assert [entry.msgid for entry in catalogue.obsolete_entries()] == []


def test_what_is_filled_in_is_the_same_in_both(catalogue):
    wrong = []
    for entry in catalogue:
        given = sorted(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        for text in translations(entry):
            if sorted(PLACEHOLDER.findall(text)) != given:
                wrong.append((entry.msgid, text))
    assert wrong == []


def test_there_is_one_form_for_every_number(catalogue):
    assert catalogue.metadata["Plural-Forms"] == "nplurals=1; plural=0;"
    plurals = [entry for entry in catalogue if entry.msgid_plural]
    assert plurals
    assert [e.msgid for e in plurals if list(e.msgstr_plural) != [0]] == []

    compiled = gettext.GNUTranslations(io.BytesIO(catalogue.to_binary()))
    for entry in plurals:
        told = {compiled.ngettext(entry.msgid, entry.msgid_plural, n) for n in (1, 2)}
        assert told == {entry.msgstr_plural[0]}


def test_chinese_has_chinese_marks(catalogue):
    """A comma or a full stop after a Chinese character is a Chinese one."""
    half = re.compile(CJK.pattern + r"[,;:!?]|" + CJK.pattern + r"\.(?!\w)")
    texts = [text for entry in catalogue for text in translations(entry)]

    assert [text for text in texts if half.search(text)] == []
    assert [text for text in texts if "..." in text] == []


def test_edges_of_a_sentence_are_kept(catalogue):
    """Django refuses a translation that loses the line break it began with."""
    wrong = [
        entry.msgid
        for entry in catalogue
        for text in translations(entry)
        if entry.msgid.startswith("\n") != text.startswith("\n")
        or entry.msgid.endswith("\n") != text.endswith("\n")
    ]
    assert wrong == []


# --- The source ----------------------------------------------------------------------


def sources(*suffixes: str) -> list[Path]:
    folders = [ROOT / name for name in (*messages.OUR_APPS, "templates")]
    return [
        path
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.suffix in suffixes and "__pycache__" not in path.parts
    ]


def test_no_chinese_stands_in_the_source():
    found = {
        path.relative_to(ROOT).as_posix()
        for path in sources(".py", ".js", ".ts", ".html", ".txt", ".css", ".svg")
        if CJK.search(OWN_NAMES.sub("", path.read_text(encoding="utf-8")))
    }
    assert sorted(found - CHINESE_IS_DATA.keys()) == []


def test_scripts_translate_only_what_is_written_out():
    """A sentence put together from parts could not be found, nor translated."""
    call = re.compile(r"\bn?gettext\((?!\s*[\"'])")
    found = [
        path.name
        for path in sources(".js")
        if path.name != "words.js" and call.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_modules_translate_only_what_is_written_out():
    names = {"_", "gettext", "gettext_lazy", "ngettext"}
    found = []
    for path in sources(".py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in names
                and not isinstance(node.args[0], ast.Constant)
            ):
                found.append(f"{path.name}:{node.lineno}")
    assert found == []


def test_templates_translate_only_what_is_written_out():
    tag = re.compile(r"{%\s*trans(?:late)?\s+(?![\"'])")
    found = [
        path.name
        for path in sources(".html", ".txt")
        if tag.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


# --- The collector itself ------------------------------------------------------------


def test_python_is_read_under_whatever_name_gettext_has():
    source = (
        "from django.utils.translation import gettext as tell, ngettext, pgettext\n"
        "tell('One ' 'sentence.')\n"
        "ngettext('%(n)s call', '%(n)s calls', n)\n"
        "pgettext('of a seat', 'Free')\n"
        "other('Not ours')\n"
    )
    assert list(messages.in_python(source)) == [
        ("One sentence.", "", ""),
        ("%(n)s call", "%(n)s calls", ""),
        ("Free", "", "of a seat"),
    ]


def test_templates_are_read_as_django_reads_them():
    source = (
        '{% load i18n %}{% translate "Don\'t" %}{% trans "Go (on)" context \'door\' %}'
        "{% blocktranslate with n=x %}Call {{ n }}{% endblocktranslate %}"
        "{% blocktranslate count n=x %}{{ n }} call{% plural %}{{ n }} calls"
        "{% endblocktranslate %}{% include 'a.html' with b=_('Inside') %}"
    )
    assert set(messages.in_template(source)) == {
        ("Don't", "", ""),
        ("Go (on)", "", "door"),
        ("Call %(n)s", "", ""),
        ("%(n)s call", "%(n)s calls", ""),
        ("Inside", "", ""),
    }


def test_scripts_are_read_without_their_comments():
    source = (
        "// gettext(\"Not this\")\n/** gettext('Nor this') */\n"
        'write(gettext("He said \\"no\\"."));\n'
        'ngettext(\n  "%(n)s call",\n  "%(n)s calls",\n  n)'
    )
    assert list(messages.in_script(source)) == [
        ('He said "no".', "", ""),
        ("%(n)s call", "%(n)s calls", ""),
    ]
