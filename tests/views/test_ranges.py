"""Which part of a file a player asks for."""

import pytest

from dispatch.api.ranges import Span, Unsatisfiable, asked_span


@pytest.mark.parametrize(
    ("header", "span"),
    [
        (None, None),
        ("", None),
        ("bytes=0-", Span(0, 99)),
        ("bytes=0-0", Span(0, 0)),
        ("bytes=10-19", Span(10, 19)),
        ("bytes=90-500", Span(90, 99)),
        ("bytes=-10", Span(90, 99)),
        ("bytes=-500", Span(0, 99)),
        (" bytes=5-6 ", Span(5, 6)),
        ("bytes=20-10", None),
        ("bytes=-", None),
        ("bytes=0-1,5-6", None),
        ("bytes=0-1, -1", None),
        ("bytes=a-b", None),
        ("items=0-1", None),
        ("bytes=²-³", None),
        ("bytes=1e3-", None),
        ("bytes=" + "9" * 400 + "-", None),
    ],
    ids=repr,
)
def test_a_range(header, span):
    assert asked_span(header, 100) == span


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=999-1000", "bytes=-0"])
def test_what_lies_outside_cannot_be_had(header):
    with pytest.raises(Unsatisfiable):
        asked_span(header, 100)


def test_of_nothing_there_is_no_part():
    with pytest.raises(Unsatisfiable):
        asked_span("bytes=0-", 0)
    with pytest.raises(Unsatisfiable):
        asked_span("bytes=-5", 0)


def test_a_span_has_a_length():
    assert Span(10, 19).length == 10
