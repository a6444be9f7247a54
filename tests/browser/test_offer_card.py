"""What an operator reads while it rings, before the hand goes to Accept."""

import re

from playwright.sync_api import expect

from tests.browser.look import look
from tests.browser.words import both_languages

SIZES = {"small": (1280, 720), "large": (1920, 1080)}
# A colleague asks, the phone is lost, the tone is kept back: all of it at once.
EVERYTHING = """at => {
  const hidden = [...at.querySelectorAll("[hidden]")];
  for (const part of hidden) part.hidden = false;
  const why = at.querySelector("[data-part=why]");
  why.textContent = "She speaks Korean and is afraid. ".repeat(6);
  const box = at.querySelector("[data-part=accept]").getBoundingClientRect();
  const top = document.elementFromPoint(box.left + 20, box.bottom - 2);
  for (const part of hidden) part.hidden = true;
  why.textContent = "";
  return box.top > 0 && box.bottom <= innerHeight && Boolean(top.closest("[data-act]"));
}"""
RING = "at => document.activeElement === at && getComputedStyle(at).outlineStyle"
WORDS = "Two men are at the door, one has a knife, I am alone with my daughter"


@both_languages
def test_the_callers_words_and_phone_stand_on_the_card_before_one_accepts(
    stage, ring_hall, language
):
    operator = stage.operator(ring_hall.operators[0], language)
    page = operator.page
    operator.takes_seat()
    operator.becomes("ready")
    # It has the focus at rest, and wears no ring.
    operator.until(lambda: page.locator("waiting-line h2").evaluate(RING) == "none")

    caller = stage.caller(ring_hall, language)
    caller.open()
    caller.tap(silently=True)
    caller.is_at("waiting")
    card = page.locator("call-offer")
    accept = page.locator("[data-part=accept]")
    expect(accept).to_be_visible()
    operator.sees("Nothing written yet.")
    before = accept.bounding_box()
    caller.writes(WORDS)
    written = card.locator("[data-part=words]")
    expect(written).to_contain_text(WORDS)
    expect(card.locator("[data-part=silent]")).to_be_visible()
    phone = card.locator("[data-part=phone]")
    unsaid = operator.words("The phone has not said yet what it can give.")
    expect(phone).not_to_have_text(unsaid)
    caller.writes("Please hurry")
    expect(written.locator("p").nth(1)).to_have_text("Please hurry")
    assert accept.bounding_box() == before, "it moved under the hand"
    described = re.compile(f"{WORDS} Please hurry$")
    expect(accept).to_have_accessible_description(described)
    for size, theme in (("small", "dark"), ("large", "light")):
        page.evaluate(
            "theme => (document.documentElement.dataset.theme = theme)", theme
        )
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        look(page, f"console-ringing-{size}-{theme}-{language}")
        assert card.locator(".offer-card").evaluate(
            "at => at.getBoundingClientRect().bottom <= innerHeight"
            " && at.scrollWidth <= at.clientWidth"
        )
        assert card.evaluate(EVERYTHING), "Accept is off the screen"
