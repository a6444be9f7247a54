"""After a hand-over two seats write one form: neither loses a word unasked."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import city
from tests.browser.look import look
from tests.browser.words import both_languages
from tests.halls import CATEGORY

CLASH = "incident-form [data-part=clashes] li"


@pytest.mark.deep
@both_languages
def test_what_two_write_is_joined_or_asked_about(stage, talking, pair_hall, language):
    caller, former = talking(pair_hall, language)
    place = former.field("Place")
    place.fill("Pier 3")
    former.knows_saved()
    line = stage.line()
    next_one = stage.operator(pair_hall.operators[1], language, url=line.url)
    next_one.takes_seat(2)
    next_one.becomes("ready")
    hands_over(former, next_one)
    number = next_one.number()

    # Both type before either is saved: the notes of both stand in both forms.
    former.field("Notes").fill("Two men, one knife.")
    next_one.field("Notes").fill("They left by car.")
    for operator in (former, next_one):
        notes = operator.field("Notes")
        expect(notes).to_have_value(has("Two men, one knife.", "They left by car."))
        operator.knows_saved()
    same = former.field("Notes").input_value()
    expect(next_one.field("Notes")).to_have_value(same)

    # Of two places one can stand: who comes later is asked.
    line.hang()
    next_one.field("Place").fill("Pier 5")
    former.field("Place").fill("Pier 4")
    former.knows_saved()
    line.restore()
    row = next_one.page.locator(CLASH)
    expect(row).to_contain_text("Pier 4", timeout=20_000)
    expect(row).to_contain_text("Pier 5")
    next_one.sees("Not saved: decide below")
    look(next_one.page, f"console-two-writers-{language}")
    expect(former.field("Place")).to_have_value("Pier 4")
    next_one.button("Keep mine").click()
    expect(row).to_have_count(0)
    expect(former.field("Place")).to_have_value("Pier 5")
    next_one.knows_saved()

    # Whoever looked into the list of categories took nothing away by leaving it.
    next_one.field("Category").click()
    former.chooses_category(CATEGORY[0])
    former.knows_saved()
    next_one.waits(1)
    next_one.page.keyboard.press("Escape")
    next_one.waits(1.5)
    for operator in (former, next_one):
        expect(operator.field("Category")).to_have_value(re.compile(CATEGORY[0]))

    # Words that are no category are not taken for one in silence.
    next_one.field("Category").fill("zzz")
    next_one.page.keyboard.press("Enter")
    next_one.sees("Nothing found. Try another word or a number.")
    expect(next_one.field("Category")).to_have_value("zzz")
    look(next_one.page, f"console-no-category-{language}")
    next_one.page.keyboard.press("Tab")
    words = "No category chosen for “%(words)s”. Choose one of the list."
    next_one.sees(words, words="zzz")
    expect(next_one.field("Category")).to_have_value(re.compile(CATEGORY[0]))
    assert next_one.number() == number
    caller.is_told("connected")


@pytest.mark.deep
def test_done_stops_once_for_a_decision(stage, talking, pair_hall):
    line = stage.line()
    _, former = talking(pair_hall, operator_url=line.url)
    next_one = stage.operator(pair_hall.operators[1])
    next_one.takes_seat(2)
    next_one.becomes("ready")
    hands_over(former, next_one)

    line.hang()
    former.field("Place").fill("Pier 5")
    next_one.field("Place").fill("Pier 4")
    next_one.knows_saved()
    line.restore()
    row = former.page.locator(CLASH)
    expect(row).to_contain_text("Pier 4", timeout=20_000)
    former.button("Done").dblclick()  # a double click is one press
    former.waits(1.5)
    expect(row).to_be_visible()
    former.page.keyboard.press("Enter")  # nor does a second Enter decide
    expect(row).to_be_visible()
    former.button("Done").click()
    former.is_at("idle")
    left = former.page.locator("unsaved-words li")
    expect(left).to_contain_text("Pier 5")
    expect(left).to_contain_text("“Pier 4”")
    expect(next_one.field("Place")).to_have_value("Pier 4")
    left.get_by_role("button", name="Try again").click()
    expect(left).to_have_count(0)
    expect(next_one.field("Place")).to_have_value("Pier 5")


def hands_over(former, next_one):
    """Ask the other seat in and hand the call over; the former host wraps up."""
    desk_b = "乙席" if former.words.language == "zh" else "Desk B"
    city.invites(former, desk_b, to_hand_over=True, reason="Your district")
    next_one.button("Accept").click()
    next_one.is_at("call")
    former.page.locator("call-room [data-part=hand-over-now]").click()
    expect(former.page.locator("call-head [data-part=wrap-up]")).to_be_visible()
    expect(next_one.button("End call")).to_be_visible()


def has(*texts):
    """Return a pattern of all texts, in any order."""
    return re.compile("".join(f"(?=[^]*{re.escape(text)})" for text in texts))
