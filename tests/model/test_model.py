"""What may never happen at the switchboard, in every order in which things can happen.

``switchboard.pml`` and what it includes are the model, README.md says how it stands to
the code. Each seeded bug is found by the law it breaks, so the laws are not empty.
"""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from tests import services
from tests.model import spin
from tests.model.spin import Variant, Verdict

ROOT = Path(__file__).resolve().parents[2]
README = Path(__file__).with_name("README.md").read_text(encoding="utf-8")

SERVED = "waiting_calls_are_offered"
MOVES_ON = "seats_move_on"
SOUND = [
    Variant(),
    Variant(
        calls=1, seats=3
    ),  # a room with a guest too many, or a third in line for it
    # That something comes about in the end is looked for along all ways: longer.
    pytest.param(Variant(claim=SERVED), marks=pytest.mark.deep),
    pytest.param(Variant(claim=MOVES_ON), marks=pytest.mark.deep),
]
# Bug → the law that it breaks.
BROKEN = {
    "SEAT_NOT_LOOKED_AT_AGAIN": "one_offer_a_seat",
    "EPOCH_NOT_COMPARED": "an_old_epoch_never_acts",
    "CALL_NOT_LOCKED": "no_orphan",
    "TWO_TRANSACTIONS": "one_host_a_call",
    "TIMER_WITHOUT_VERSION": "a_timer_acts_on_what_it_was_set_for",
    "CALLER_COMES_IN": "a_caller_evicts_nobody",
    "OFFER_NOT_CHECKED": "one_host_a_call",
    "SECOND_LEFT_BEHIND": "no_orphan",
    "MISS_WITHOUT_END": SERVED,
    "REFUSAL_FORGOTTEN": SERVED,
}
SEEDED = [
    Variant(bug=bug, claim=law if law in (SERVED, MOVES_ON) else "")
    for bug, law in BROKEN.items()
]


@pytest.fixture(scope="module")
def verdicts(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[Variant, Verdict]:
    """Check what this run's tests ask for, once, two at a time."""
    services.require("spin")
    headers = subprocess.run(
        ["gcc", "-E", "-"],
        input=b"#include <stdio.h>",
        capture_output=True,
        check=False,
    )
    if headers.returncode:
        pytest.skip("no headers of the C library (libc6-dev)")
    asked = [
        item.callspec.params["variant"]
        for item in request.session.items
        if isinstance(item, pytest.Function)
        and item.path == request.path
        and "verdicts" in item.fixturenames
    ]
    return spin.check_all(asked, tmp_path_factory.mktemp("model"))


@pytest.mark.slow
@pytest.mark.parametrize("variant", SOUND, ids=lambda variant: variant.name)
def test_the_laws_hold_in_every_state(variant: Variant, verdicts):
    verdict = verdicts[variant]

    assert not verdict.broken, f"{verdict.broken}:\n{verdict.way}"
    assert verdict.states > 10_000, "this is not the whole model"


@pytest.mark.deep
@pytest.mark.slow
@pytest.mark.parametrize("variant", SEEDED, ids=lambda variant: variant.name)
def test_a_seeded_bug_is_found_by_its_law(variant: Variant, verdicts, capsys):
    verdict = verdicts[variant]

    assert verdict.broken == BROKEN[variant.bug], verdict.way
    assert verdict.way, "no way to it is shown"
    with capsys.disabled():
        print(f"\n{variant.bug}: {verdict.broken} after {verdict.states} states")


def test_every_bug_of_the_model_is_looked_for():
    assert set(spin.bugs()) == set(BROKEN)
    assert all(f"`{bug}`" in README for bug in BROKEN)


# --- The model is of this code --------------------------------------------------------


def whole() -> str:
    """Return the text of all parts of the model."""
    return "\n".join(part.read_text(encoding="utf-8") for part in spin.PARTS)


def named() -> list[str]:
    """Return ``file: function`` of the comments in the model."""
    return re.findall(r"/\* = (\S+: \w+) \*/", whole())


@pytest.mark.parametrize("name", sorted(set(named())))
def test_what_the_model_names_is_in_the_code(name: str):
    path, function = name.split(": ")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    defined = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }

    assert function in defined, f"{path} has no {function}; the model is of other code"


def test_every_verb_of_the_model_names_its_function():
    verbs = {
        *("tap", "take_seat", "leave_seat", "accept_offer", "decline_offer", "renew"),
        *("take_call", "invite_seat", "transfer_call", "hand_over", "leave_room"),
        *("take_over_call", "assign", "withdraw_offer", "drop", "connect", "end_it"),
        *("return_to_line", "change_host", "empty_room", "settle_offer", "free"),
    }
    tied = re.findall(r"/\* = \S+: \w+ \*/\ninline (\w+)\(", whole())

    assert set(tied) == verbs
