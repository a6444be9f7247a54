"""One race, and where the tests are that own it."""

from dataclasses import dataclass

ACTIONS, RULES, RACES = "tests/actions/test_", "tests/rules/test_", "tests/races/test_"
SOCKETS, INDOORS, FAULTS = "tests/sockets/test_", "tests/indoors/test_", "tests/faults/"
PAIRS = f"{RACES}any_two.py::test_any_two_at_once"
MODEL = "tests/model/test_model.py::test_the_laws_hold_in_every_state"
MACHINE = f"{RULES}machine.py::test_whatever_they_do_the_laws_hold"
LIMITS = f"{RULES}constraints.py::"


@dataclass(frozen=True)
class Race:
    """One race; without ``tests`` it cannot happen here, and ``here`` says why."""

    bite: str
    here: str
    tests: tuple[str, ...] = ()
