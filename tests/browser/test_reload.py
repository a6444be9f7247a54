"""A page loaded again in mid call stands where it stood."""

from playwright.sync_api import expect


def test_a_reload_on_either_side_is_the_same_call_with_all_its_words(talking, hall):
    caller, operator = talking(hall)
    number, serial, seat = caller.number(), operator.number(), operator.seat()
    words = ["Help", "Where are you?", "Pier 3"]
    caller.writes(words[0])
    operator.has_read(words[0])
    operator.writes(words[1])
    caller.has_read(words[1])
    caller.writes(words[2])
    operator.has_read(words[2])

    caller.reloads()
    caller.is_at("talking")
    caller.is_told("connected")
    assert caller.number() == number
    expect(caller.messages()).to_have_count(3)
    assert caller.said() == words

    operator.reloads()
    operator.is_at("call")
    assert (operator.number(), operator.seat()) == (serial, seat)
    expect(operator.messages()).to_have_count(3)
    assert operator.said() == words

    caller.writes("Still here")
    operator.has_read("Still here")
    operator.writes("So am I")
    caller.has_read("So am I")


def test_the_last_page_outlives_a_reload_too(talking, hall):
    caller, operator = talking(hall)
    number = caller.number()
    operator.ends_call()
    caller.is_at("ended")
    caller.reloads()
    caller.is_at("ended")
    assert caller.end_number() == number

    caller.presses("Back to the alarm button")  # and no question between
    caller.is_at("idle")


def test_words_half_written_at_the_seat_are_not_lost(talking, hall):
    _, operator = talking(hall)
    field = operator.page.get_by_label("Write to the caller", exact=True)
    field.fill("Officers are on")
    operator.reloads()
    operator.is_at("call")
    expect(field).to_have_value("Officers are on")
