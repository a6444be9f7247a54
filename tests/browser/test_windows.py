"""Two windows of one person: one holds, the other watches or waits, never both."""

import pytest
from playwright.sync_api import expect


def holders(*callers):
    """Return the windows in which one could write."""
    return [one for one in callers if one.page.locator("form.compose").is_visible()]


def test_the_callers_second_tab_watches_until_it_takes_over(talking, hall):
    first, operator = talking(hall)
    first.writes("From the first")
    operator.has_read("From the first")

    second = first.another_window()
    second.open()
    second.is_at("talking")
    second.sees("Your call continues in another window.")
    second.is_told("watching")
    second.has_read("From the first")
    expect(second.button("End", exact=True)).to_be_hidden()
    assert second.number() == first.number()
    assert holders(first, second) == [first]

    second.presses("Continue here")
    second.is_told("connected")
    first.sees("Your call continues in another window.")
    first.is_told("watching")
    assert holders(first, second) == [second]
    second.writes("From the second")
    operator.has_read("From the second")
    first.has_read("From the second")

    first.presses("Continue here")
    first.is_told("connected")
    second.is_told("watching")
    assert holders(first, second) == [first]
    assert operator.said() == ["From the first", "From the second"]


@pytest.mark.deep
def test_a_seat_moves_to_the_window_or_computer_that_takes_it(stage, talking, hall):
    caller, first = talking(hall)
    serial = first.number()
    caller.writes("Pier 3")
    first.has_read("Pier 3")

    second_tab = first.another_window()
    second_tab.open()
    second_pc = stage.operator(hall.operators[0])
    for fresh, former in [(second_tab, first), (second_pc, second_tab)]:
        fresh.is_at("choose")
        card = fresh.seat_card(1)
        expect(card).to_contain_text("You, in another window")
        former.is_at("call")
        card.click()
        fresh.is_at("call")
        former.is_at("elsewhere")
        assert fresh.number() == serial
        fresh.has_read("Pier 3")
        caller.is_told("connected")

    second_pc.writes("Officers are on their way")
    caller.has_read("Officers are on their way")
    first.button("Use here").click()
    first.is_at("call")
    second_pc.is_at("elsewhere")
    second_tab.is_at("elsewhere")
    assert first.said() == ["Pier 3", "Officers are on their way"]


def test_a_second_phone_of_nobody_in_particular_is_another_call(stage, talking, hall):
    first, operator = talking(hall)
    other = stage.caller(hall)
    other.open()
    other.tap()
    other.is_at("waiting")
    assert other.number() != first.number()
    other.hangs_up()
    other.is_at("ended")
    operator.is_at("call")
