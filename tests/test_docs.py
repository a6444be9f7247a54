"""The documents say what the code does: nothing that is public goes unwritten."""

import ast
import re
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

from alarm110 import protocol
from alarm110.protocol import refusals
from alarm110.protocol.markdown import own, tag
from dispatch import commands
from dispatch.actions.tap import tap_answer, tapped_call
from dispatch.commands import words
from dispatch.consumers import base
from dispatch.events import entries, frames, views
from dispatch.snapshots import agency_snapshot, incident_snapshot
from reports import events as evidence
from reports.events import KINDS
from tests.world import World

ROOT: Path = settings.BASE_DIR
OURS = ("alarm110", "accounts", "reports", "dispatch")
# Readers of the environment (alarm110/env.py); the first argument is the variable.
READERS = {
    *("text", "one_of", "flag", "port", "names", "origins"),
    *("count", "data_folder", "secret", "db_url", "get"),
    *("time_zone", "country", "tiles"),
}
INTERNAL = {"DJANGO_SETTINGS_MODULE", "PYTHONPATH"}
# Where pip keeps its settings; ``./run`` fetches pip by them (fetch_pip.py).
INTERNAL |= {"PIP_CONFIG_FILE", "XDG_CONFIG_HOME"}


def read(name: str) -> str:
    """Return a document."""
    return (ROOT / name).read_text(encoding="utf-8")


def chapter(title: str) -> str:
    """Return a chapter of PROTOCOL.md, its sub-chapters included."""
    _head, _, rest = read("PROTOCOL.md").partition(f"\n{title}\n")
    assert rest, f"PROTOCOL.md has no chapter {title!r}"
    level = len(title) - len(title.lstrip("#"))
    return re.split(rf"\n#{{1,{level}}} ", rest)[0]


# --- PROTOCOL.md ---------------------------------------------------------------------


def test_protocol_is_what_the_declarations_say():
    assert read("PROTOCOL.md") == protocol.render(), "run: ./run manage write_protocol"


def test_protocol_has_no_place_left_open():
    assert protocol.PLACE.findall(read("PROTOCOL.md")) == []


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_protocol_names_each_kind_of_entry(kind):
    assert f"`{kind}`" in chapter("## 17. Entries")


def client_types() -> set[str]:
    """Return the ``type`` of each frame that any of the three doors reads."""
    doors = (commands.CallerFrame, commands.SeatFrame, commands.BoardFrame)
    return {tag(kind) for door in doors for kind in get_args(door)}


def server_types() -> set[str]:
    """Return the ``type`` of each frame the server sends."""
    kinds = own(frames, frames.ServerFrame)
    return {tag(kind) for kind in kinds if kind is not frames.ServerFrame}


def test_protocol_names_each_frame_of_a_client():
    said = chapter("## 15. Frames a client sends")
    types = client_types()

    assert len(types) > 15
    assert [t for t in types if f"#### `{t}`" not in said] == []


def test_protocol_names_each_frame_of_the_server():
    said = chapter("## 16. Frames the server sends")
    types = server_types()

    assert len(types) > 10
    assert [t for t in types if f"#### `{t}` " not in said] == []


def test_protocol_names_each_error():
    said = read("PROTOCOL.md")
    codes = [kind.code for kind in refusals.door_errors()]
    codes += [kind.code for kind in refusals.verification_errors()]

    assert len(codes) > 15
    assert [code for code in codes if f"| `{code}` |" not in said] == []


def test_protocol_names_each_close_code():
    said = chapter("## 20. Close codes")
    closes = [str(v) for name, v in vars(base).items() if name.startswith("CLOSE_")]

    assert len(closes) > 3
    assert [close for close in closes if f"| {close} |" not in said] == []


def test_protocol_names_each_address():
    said = read("PROTOCOL.md")

    for address in (
        "/api/v1/calls/mine",
        "/commands",
        "/inbox",
        "/ws/caller",
        "/ws/seat",
    ):
        assert address in said
    for header in ("Alarm110-Capability", "Alarm110-Epoch", "Alarm110-Canary"):
        assert header in said


def named(text: str) -> set[str]:
    """Return the words set as code."""
    return set(re.findall(r"`([a-z_]+)`", text))


def test_protocol_names_each_field_of_the_tap_s_answer(world: World):
    tapped = world.tap()
    answer = tap_answer(tapped_call(world.call(tapped), epoch=1))

    said = named(chapter("## 4. The tap"))
    assert answer.keys() <= said
    agency: Any = answer["agency"]
    assert agency.keys() <= said


def test_protocol_names_each_field_of_the_snapshots(world: World):
    tapped = world.tap(text="Help.")
    _, for_seat = incident_snapshot(tapped.incident, for_caller=False)
    _, for_caller = incident_snapshot(tapped.incident, for_caller=True)
    _, agency = agency_snapshot(world.zhifu.uuid)

    said = named(chapter("### Snapshots"))
    assert for_seat.keys() <= said
    assert for_seat["messages"][0].keys() <= said
    assert agency.keys() <= said
    assert agency["agency"].keys() <= said
    # What the caller gets is said by exception, so it is compared itself.
    assert for_caller.keys() == for_seat.keys() - {
        *("trail", "clips", "clips_older", "invitations"),
    }
    assert for_caller["incident"].keys() == {"incident", "number", "opened_at"}
    assert for_caller["caller"].keys() == {"assurance", "phone_masked"}
    seen = {name.removeprefix("call.") for name in entries.FOR_CALLER}
    assert for_caller["call"].keys() == seen


# --- Settings ------------------------------------------------------------------------


def variables() -> set[str]:
    """Return each environment variable that our code reads."""
    found = set()
    for path in [p for app in OURS for p in (ROOT / app).rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in READERS
                and node.args
                and isinstance(node.args[0], ast.Constant)
                and re.fullmatch(r"[A-Z][A-Z0-9_]+", str(node.args[0].value))
                and ast.unparse(node.func.value) in {"env", "env.env", "os.environ"}
            ):
                found.add(str(node.args[0].value))
    script = (ROOT / "run").read_text(encoding="utf-8")
    return found | set(re.findall(r"\$\{?(ALARM110_[A-Z0-9_]+|PYTHON|CI)\b", script))


def test_each_setting_is_written_down():
    found = variables() - INTERNAL
    said = read("docs/settings.md")

    assert {"HOST", "DATABASE_URL", "ALARM110_REGION", "ALARM110_HOME"} <= found
    assert sorted(name for name in found if f"`{name}`" not in said) == []


def test_no_setting_is_written_down_that_nobody_reads():
    told = set(
        re.findall(r"^\| `([A-Z0-9_]+)`", read("docs/settings.md"), re.MULTILINE)
    )
    told |= set(re.findall(r"`(ALARM110_[A-Z0-9_]+)`", read("README.md")))

    assert sorted(told - variables()) == []


def test_each_deployment_check_is_written_down():
    ids = set(re.findall(r'id="alarm110\.([EW]\d+)"', read("alarm110/checks.py")))
    said = read("docs/settings.md")

    assert ids
    assert sorted(name for name in ids if name not in said) == []


# --- Words ---------------------------------------------------------------------------


def our_models() -> list[Any]:
    return [
        model
        for app in OURS[1:]
        for model in apps.get_app_config(app).get_models()
        if not model.__name__.startswith("Historical")
    ]


def test_each_model_is_in_the_glossary():
    said = read("GLOSSARY.md")

    missing = [m.__name__ for m in our_models() if m.__name__ not in said]
    assert missing == []


def test_each_word_of_the_wire_is_in_the_glossary():
    said = read("GLOSSARY.md")
    types = {*KINDS, *client_types(), *server_types()}

    assert sorted(kind for kind in types if f"`{kind}`" not in said) == []


def declared_choices() -> list[type[models.TextChoices]]:
    found = models.TextChoices.__subclasses__()
    return [kind for kind in found if kind.__module__.partition(".")[0] in OURS]


def test_each_state_role_and_kind_is_in_the_glossary():
    said = read("GLOSSARY.md")
    states = {
        f"{kind.__name__}.{w}": w for kind in declared_choices() for w in kind.values
    }
    for name in ("Rung", "RungReason", "Device", "Recording"):
        states |= {f"{name}.{w}": w for w in get_args(getattr(words, name)) if w}

    assert len(states) > 80
    assert [name for name, word in states.items() if f"`{word}`" not in said] == []


def test_each_view_is_in_the_glossary():
    said = read("GLOSSARY.md")
    names = [v.__name__ for m in (views, evidence) for v in own(m, msgspec.Struct)]

    assert [n for n in names if n.endswith("View") and f"`{n}`" not in said] == []


def test_each_figure_of_the_machine_is_in_the_glossary():
    said = read("GLOSSARY.md")
    declared = set()
    for path in [p for app in OURS for p in (ROOT / app).rglob("*.py")]:
        text = path.read_text(encoding="utf-8")
        if "prometheus_client" in text:
            declared |= set(re.findall(r'"alarm110_([a-z_]+)"', text))

    assert len(declared) > 30
    assert sorted(name for name in declared if f"`{name}`" not in said) == []


def test_each_constraint_is_in_the_architecture():
    said = read("ARCHITECTURE.md")
    names = [c.name for m in our_models() for c in m._meta.constraints]

    assert len(names) > 30
    assert sorted(name for name in names if f"`{name}`" not in said) == []


# --- The whole shelf -----------------------------------------------------------------

SHELF = [
    *("README.md", "ARCHITECTURE.md", "GLOSSARY.md", "PROTOCOL.md", "THREAT_MODEL.md"),
    *("CHANGELOG.md", "LICENSE"),
    *("docs/settings.md", "docs/operator.md", "docs/region-file.md"),
]


@pytest.mark.parametrize("name", SHELF)
def test_the_document_is_there(name):
    assert len(read(name)) > 1000


def test_the_changelog_tells_what_is_not_released_yet():
    assert "## Unreleased" in read("CHANGELOG.md")


def documents() -> list[Path]:
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    text = path.read_text(encoding="utf-8")
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        name, _, anchor = target.partition("#")
        if name.startswith("http"):
            continue
        file = (path.parent / name) if name else path
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(target)
    if path.name == "protocol.template.md":  # its sections are made
        broken = [t for t in broken if not t.startswith("#")]
    assert broken == []


def anchors(path: Path) -> set[str]:
    """Return the anchors of a document's headings, as most viewers make them."""
    heads = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize(
    "path",
    # Its addresses are of doors; that each is one, tests/proof knows.
    [path for path in documents() if path.name != "permissions.md"],
    ids=lambda path: path.name,
)
def test_files_that_are_named_exist(path):
    """A path in code marks, such as `reports/journal.py`, must be one."""
    text = path.read_text(encoding="utf-8")
    if path.name == "ARCHITECTURE.md":  # its last chapter names what is not built
        text = text.partition("## What is drawn but not built")[0]
    named_files = re.findall(
        r"`((?:alarm110|accounts|reports|dispatch|tests|templates|docs)/[\w./-]+)`",
        text,
    )
    assert [name for name in named_files if not (ROOT / name).exists()] == []
