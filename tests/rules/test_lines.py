"""Frames read and written past autobahn are the frames of RFC 6455."""

import os

import pytest
from websockets.frames import Frame, Opcode

from alarm110.lines import text_frame, unmasked, whole_text_frame

SIZES = [1, 5, 125, 126, 127, 1000, 65_535]


def masked(payload: bytes, *, fin: bool = True, opcode: Opcode = Opcode.TEXT) -> bytes:
    """Return the frame as a browser sends it."""
    return Frame(opcode, payload, fin=fin).serialize(mask=True)


@pytest.mark.parametrize("size", SIZES)
def test_a_whole_frame_is_read_as_it_was_written(size):
    payload = os.urandom(size)
    data = masked(payload) + b"the next one"

    end = whole_text_frame(data)

    assert data[end:] == b"the next one"
    assert unmasked(data, end) == payload


@pytest.mark.parametrize("size", SIZES)
def test_a_frame_that_is_not_all_there_waits(size):
    data = masked(b"x" * size)

    assert all(
        whole_text_frame(data[:cut]) == 0
        for cut in {0, 1, 2, 3, 5, len(data) // 2, len(data) - 1}
        if cut < len(data)
    )


@pytest.mark.parametrize(
    "data",
    [
        masked(b"half", fin=False),
        masked(b"rest", opcode=Opcode.CONT),
        masked(b"\x01\x02", opcode=Opcode.BINARY),
        masked(b"", opcode=Opcode.PING),
        masked(b"\x03\xe8", opcode=Opcode.CLOSE),
        masked(b""),
        masked(b"x" * 65_536),
        Frame(Opcode.TEXT, b"no mask").serialize(mask=False),
        b"\xc1" + masked(b"compressed")[1:],
    ],
)
def test_everything_rarer_is_left_to_autobahn(data):
    assert whole_text_frame(data) == 0


@pytest.mark.parametrize("size", [0, *SIZES, 65_536, 70_000])
def test_what_we_write_is_a_plain_text_frame(size):
    payload = os.urandom(size)

    assert text_frame(payload) == Frame(Opcode.TEXT, payload).serialize(mask=False)
