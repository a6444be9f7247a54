"""What the sweeper did is a sentence of the log, for whoever keeps the server."""

from dispatch import leases
from dispatch.loops.sweeper import SWEPT, in_words


def test_each_step_of_a_sweep_has_its_words():
    assert set(SWEPT) == set(leases._STEPS)


def test_one_and_several_are_told_and_nothing_of_nothing():
    done = {"offers": 0, "lost": 1, "seats": 2}
    assert in_words(done) == "1 caller without a sign of life, 2 seats lost"
