"""When recordings ran: what is reckoned from receipts, claims and segments."""

from dataclasses import replace

from dispatch.snapshots.record.clock import (
    CLOCK_SET,
    Gap,
    Piece,
    Receipt,
    Recording,
    Segment,
    clock_offset,
    lane_of,
)

T = 1_700_000_000_000  # when the alarm was raised
S = 1000


def run(number, start, seconds, *, late=0, delay=200, copy=0, gaps=()):
    """Return a segment that ran for so long, a chunk a second; ``late``: sent later."""
    missing = {n for first, last in gaps for n in range(first, last + 1)}
    receipts = [
        Receipt(n, late + n * 20 if late else start + (n + 1) * S + delay)
        for n in range(seconds)
        if n not in missing
    ]
    return Segment(number, seconds * S, seconds, copy, receipts, gaps)


def phone(*segments, opened=None, claimed=None):
    first = min((r.at for s in segments for r in s.receipts), default=T)
    return Recording(segments, opened or first, claimed)


def lane(recording, offset=None):
    return lane_of(recording, offset=offset, earliest=T)


def test_pieces_that_came_at_once_tell_the_begin():
    [piece] = lane(phone(run(0, T + 5 * S, 60))).pieces
    assert piece == Piece(T + 5 * S + 200, 60 * S, 0)


def test_the_promptest_piece_decides():
    slow = run(0, T, 10, delay=4000)
    one = replace(slow.receipts[4], at=T + 5 * S + 100)
    mixed = replace(slow, receipts=[*slow.receipts[:4], one, *slow.receipts[5:]])
    assert lane(phone(mixed)).pieces[0].at == T + 100


def test_segments_follow_each_other_without_a_gap():
    found = lane(phone(run(0, T, 60), run(1, T + 60 * S, 60, delay=900, copy=60_040)))
    assert [piece.at - T for piece in found.pieces] == [200, 60_200]
    assert [piece.copy for piece in found.pieces] == [0, 60_040]
    assert found.gaps == []


def test_a_recorder_that_stood_still_leaves_a_gap():
    """The copy shows none of it: played by the copy alone, all after it came early."""
    found = lane(phone(run(0, T, 20), run(1, T + 60 * S, 20, copy=20_000)))
    assert found.gaps == [Gap(T + 20_200, 40 * S, "pause")]
    assert found.pieces[1] == Piece(T + 60_200, 20 * S, 20_000)


def test_what_was_held_back_on_a_thin_line_is_no_gap():
    """The second segment came long afterwards; the third says where both belong."""
    late = run(1, 0, 60, late=T + 300 * S, copy=60_000)
    found = lane(phone(run(0, T, 60), late, run(2, T + 120 * S, 60, copy=120_000)))
    assert [piece.at - T for piece in found.pieces] == [200, 60_200, 120_200]
    assert found.gaps == []


def test_a_recording_sent_later_is_laid_by_the_phone_s_clock_set_right():
    day = 86_400 * S  # the phone's clock is a day ahead
    prompt = phone(run(0, T, 30), claimed=T + day)
    later = phone(run(0, 0, 30, late=T + 900 * S), claimed=T + 60 * S + day)
    offset = clock_offset([prompt, later])

    assert offset == -day + 200
    found = lane(later, offset)
    assert (found.anchor, found.pieces[0].at) == ("claim", T + 60_200)


def test_without_anything_to_compare_a_late_one_is_called_late():
    later = phone(run(0, 0, 30, late=T + 900 * S), claimed=T + 60 * S)
    assert clock_offset([later]) is None
    assert lane(later).anchor == "late"


def test_a_clock_that_was_set_while_it_recorded_is_not_believed():
    first = phone(run(0, T, 30), claimed=T)
    jumped = phone(run(0, T + 60 * S, 30), claimed=T + 60 * S - 3600 * S)
    offset = clock_offset([first, jumped])
    assert lane(jumped, offset).pieces[0].at == T + 60_200
    assert lane(first, offset).pieces[0].at == T + 200


def test_a_claim_before_the_alarm_is_not_believed():
    later = phone(run(0, 0, 30, late=T + 900 * S), claimed=T - 3600 * S)
    assert lane(later, 0).anchor == "late"


def test_the_relay_s_recording_begins_when_the_server_says():
    """Its pieces come a minute later, when the file is closed."""
    segment = Segment(0, 60 * S, 1, 0, [Receipt(0, T + 63 * S)])
    found = lane(Recording([segment], T + 63 * S, T + 2 * S, is_relay=True))
    assert found.anchor == "relay"
    assert found.pieces == [Piece(T + 2 * S, 60 * S, 0)]


def test_a_later_segment_of_the_relay_ended_before_it_came():
    """Two segments share a moment: laid end to end, the second would run too long."""
    first = Segment(0, 62 * S, 1, 0, [Receipt(0, T + 63 * S)])
    second = Segment(1, 60 * S, 1, 62 * S, [Receipt(0, T + 121 * S)])
    found = lane(Recording([first, second], T + 63 * S, T, is_relay=True))
    assert [piece.at - T for piece in found.pieces] == [0, 61 * S]
    assert found.pieces[-1].end == T + 121 * S


def test_chunks_that_never_came_are_a_gap_where_they_were():
    found = lane(phone(run(0, T, 60, gaps=((10, 14),))))
    assert found.gaps == [Gap(T + 200 + 10 * S, 5 * S, "missing", 5)]
    assert len(found.pieces) == 1


def test_a_segment_of_which_nothing_came_holds_its_place():
    lost = run(1, 0, 60, gaps=((0, 59),), copy=None)
    found = lane(phone(run(0, T, 60), lost, run(2, T + 120 * S, 60, copy=60_000)))
    assert [piece.at - T for piece in found.pieces] == [200, 120_200]
    assert found.gaps == [Gap(T + 60_200, 60 * S, "missing", 60)]


def test_what_the_copy_could_not_take_is_kept_and_said():
    found = lane(phone(run(0, T, 60), run(1, T + 60 * S, 10, copy=None)))
    assert found.gaps == [Gap(T + 60_200, 10 * S, "left_out")]


def test_a_chunk_of_a_number_far_off_moves_no_begin_before_the_alarm():
    last = Receipt(19_999, T + 10 * S)
    lone = Segment(0, 20_000 * S, 20_000, 0, [last])
    whole = run(0, T, 60)
    odd = replace(whole, receipts=[*whole.receipts, last])
    for segment in (lone, odd):
        for offset, claimed in ((None, None), (0, T - 3600 * S)):
            [piece] = lane(phone(segment, claimed=claimed), offset).pieces
            assert piece.at == T - CLOCK_SET


def test_an_empty_recording_is_nowhere():
    assert lane(Recording([], T, None)).pieces == []
