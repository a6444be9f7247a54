"""When frames were sent, told from their sender's clock."""

import pytest

from dispatch.media.relay.passthrough import EncodedFrame
from dispatch.media.relay.sending import SenderClock

DELTA = bytes([0x11]) + b"d" * 50
SOUND = b"\xfc\xff\xfe"


@pytest.mark.parametrize("still", [1.0, 4.0])
def test_a_line_that_stands_and_catches_up_moves_no_frame(still):
    """All come late, twice as fast as they were made, until the line is empty."""
    clock, at = SenderClock("audio"), 0.0
    for step in range(3000):
        made = step * 0.02
        at = max(made, at + 0.01, 20 + still if made > 20 else 0.0)
        frame = EncodedFrame("audio", SOUND, step * 960)
        clock.hear(frame, at)
        assert clock.moment(frame, at) == pytest.approx(made, abs=0.02)
    assert at == made


def test_a_line_that_is_slow_for_two_seconds_moves_no_frame():
    """All come a second late, and none catches up until the line is quick again."""
    clock = SenderClock("audio")
    for step in range(1500):
        made = step * 0.02
        at = made + (1.0 if 10 < made < 12 else 0.0)
        frame = EncodedFrame("audio", SOUND, step * 960)
        clock.hear(frame, at)
        assert clock.moment(frame, at) == pytest.approx(made, abs=0.02)


def test_a_late_frame_after_its_clock_began_anew_is_put_where_it_was_sent():
    """A timestamp has 32 bits: at most 13 hours of a picture, and begins anywhere."""
    clock, first = SenderClock("video"), 2**32 - 10 * 90_000
    for second in range(20):
        at = second + (1.5 if second == 10 else 0.0)
        frame = EncodedFrame("video", DELTA, (first + second * 90_000) % 2**32)
        clock.hear(frame, at)
        assert clock.moment(frame, at) == pytest.approx(second, abs=0.01)


def test_a_clock_that_goes_slow_is_not_ever_later():
    clock = SenderClock("video")
    for second in range(7200):
        frame = EncodedFrame("video", DELTA, round(second * 90_000 * 0.9999))
        clock.hear(frame, 1000.0 + second)
        sent = clock.moment(frame, 1000.0 + second)
        assert 1000.0 + second - 0.01 < sent <= 1000.0 + second
