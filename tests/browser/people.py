"""A caller with a phone and an operator at a desk, as the tests speak of them.

They find everything by what a person sees: roles, labels, words; and by the few
``data-`` attributes in which a page says what state it is in.
"""

import re
import time
from collections.abc import Callable
from typing import Self

from playwright.sync_api import BrowserContext, Locator, expect

from tests.browser.camera import number_in
from tests.browser.words import Words

SETTLED = 0.45  # seconds: a press that comes sooner was meant for what was there before


class Person:
    """Somebody before a page."""

    def __init__(self, context: BrowserContext, url: str, words: Words) -> None:
        self.context, self.url, self.words = context, url, words
        self.page = context.new_page()

    def another_window(self) -> Self:
        """Return the same person before one more window of the same browser."""
        return type(self)(self.context, self.url, self.words)

    def reloads(self) -> None:
        """Load the page again."""
        self.page.reload()

    def waits(self, seconds: float) -> None:
        """Let a fault last; never used to hope that something has happened."""
        self.page.wait_for_timeout(seconds * 1000)

    def until(
        self,
        holds: Callable[[], bool],
        *,
        seconds: float = 10,
        seen: Callable[[], object] = lambda: "",
    ) -> None:
        """Wait until something holds, while the pages go on; else say what was seen."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, f"not within {seconds} s: {seen()}"
            self.page.wait_for_timeout(50)

    def frame_in(self, picture: str) -> int:
        """Wait until a picture shows a frame of a camera; return its number."""
        self.until(lambda: number_in(self.page, picture) is not None)
        number = number_in(self.page, picture)
        assert number is not None
        return number

    def button(self, english: str, *, exact: bool = False) -> Locator:
        """Return the button that begins with these words (its key may follow)."""
        name = re.escape(self.words(english))
        pattern = re.compile(rf"^\s*{name}" + (r"\s*$" if exact else r"(\s|$)"))
        return self.page.get_by_role("button", name=pattern)

    def sees(self, english: str, *, seconds: float = 10, **values: object) -> None:
        """Wait until these words stand somewhere on the screen."""
        text = self.words(english, **values) if values else self.words.like(english)
        shown = self.page.get_by_text(text).filter(visible=True)
        expect(shown.first).to_be_visible(timeout=seconds * 1000)

    def messages(self) -> Locator:
        """Return the lines of the conversation."""
        log = self.page.get_by_role("log", name=self.words("Messages"))
        return log.get_by_role("listitem")

    def has_read(self, text: str, *, seconds: float = 10) -> None:
        """Wait until a message stands in the conversation, and only once."""
        line = self.messages().filter(has_text=text)
        expect(line).to_have_count(1, timeout=seconds * 1000)

    def said(self) -> list[str]:
        """Return the conversation so far, without times and ticks."""
        return self.messages().locator("p:first-of-type").all_inner_texts()


# Live video stands on the still once it moves, and then no more stills come.
OFFICER = (
    "officer-frame:has(video.theirs[data-moving]) video.theirs, "
    "officer-frame:not(:has(video.theirs[data-moving])) img.theirs"
)


class Caller(Person):
    """Somebody with a phone."""

    def open(self, path: str = "/") -> None:
        """Open the alarm page."""
        self.page.goto(f"{self.url}{path}")
        expect(self.page.locator("alarm-page")).to_be_attached()

    @property
    def alarm(self) -> Locator:
        """The whole page, which says what phase it is in."""
        return self.page.locator("alarm-page")

    def tap(self, *, silently: bool = False) -> None:
        """Raise the alarm."""
        self.button("Silent alarm" if silently else "Alarm").click()

    def is_at(self, phase: str, *, seconds: float = 15) -> None:
        """Wait for a phase: idle, sending, waiting, talking, ended."""
        expect(self.alarm).to_have_attribute(
            "data-phase", phase, timeout=seconds * 1000
        )

    def number(self) -> str:
        """Return the number of the alarm."""
        shown = self.page.locator("[data-part=number]")
        expect(shown).to_have_text(re.compile(r"^\d{6}-\d{8}-\d{4,}$"))
        return shown.text_content() or ""

    def presses(self, english: str) -> None:
        """Press a button, having looked: a new screen ignores its first 0.4 s."""
        self.button(english, exact=True).wait_for()
        self.waits(SETTLED)
        self.button(english, exact=True).click()

    def sees_officer(self) -> None:
        """Look for the officer's face: whichever came, a still or the live picture."""
        expect(self.page.locator(OFFICER)).to_be_visible()
        expect(self.page.locator("officer-frame .no-picture")).to_be_hidden()

    def writes(self, text: str) -> None:
        """Write and send; it may still be on its way afterwards."""
        field = self.page.get_by_label(self.words("Write to the police"), exact=True)
        field.fill(text)
        self.button("Send", exact=True).click()

    def knows_kept(self, text: str, *, seconds: float = 10) -> None:
        """Wait for the tick that says the server has it."""
        line = self.messages().filter(has_text=text)
        expect(line.locator("small")).to_have_text(
            re.compile("✓"), timeout=seconds * 1000
        )

    def is_told(self, truth: str, *, seconds: float = 10) -> None:
        """Wait for what the page says of the line: waiting, connected, silent …"""
        line = self.page.locator("[data-part=truth]")
        expect(line).to_have_attribute("data-is", truth, timeout=seconds * 1000)

    def answers_warning(self, *, accept: bool) -> None:
        """Read whether to show the officer to whoever threatens, then say yes or no."""
        answer = self.button("Yes, show and speak" if accept else "No, do not show")
        answer.wait_for()
        self.waits(SETTLED)
        answer.click()

    def hangs_up(self) -> None:
        """End the alarm, and confirm it."""
        self.presses("End")
        self.button("Yes, end").click()

    def end_number(self) -> str:
        """Return the number on the last page."""
        return self.page.locator("[data-part=end-number]").inner_text()


class Operator(Person):
    """Somebody at a desk."""

    def open(self) -> None:
        """Open the console; who has signed in stands before the seats."""
        self.page.goto(f"{self.url}/console/")

    def signs_in(self, user: str, password: str) -> None:
        """Go through the log-in page to the console."""
        self.open()
        self.page.get_by_label(self.words("User name")).fill(user)
        self.page.get_by_label(self.words("Password")).fill(password)
        self.button("Sign in").click()
        self.is_at("choose")

    @property
    def console(self) -> Locator:
        """The whole page, which says which view it shows."""
        return self.page.locator("seat-console")

    def is_at(self, view: str, *, seconds: float = 15) -> None:
        """Wait for a view: choose, elsewhere, signed_out, idle, call."""
        expect(self.console).to_have_attribute(
            "data-view", view, timeout=seconds * 1000
        )

    def takes_seat(self, number: int = 1) -> None:
        """Take a seat from the list."""
        self.seat_card(number).click()
        self.is_at("idle")

    def seat_card(self, number: int) -> Locator:
        """Return a seat of the list."""
        return self.page.locator("seat-chooser .seat-card").nth(number - 1)

    def becomes(self, availability: str) -> None:
        """Choose an availability, and wait until the server has it."""
        menu = self.page.get_by_label(self.words("Availability"), exact=True)
        menu.select_option(availability)
        expect(menu).to_have_attribute("data-availability", availability.split(":")[0])

    def seat(self) -> str:
        """Return which seat the bar names."""
        return self.page.locator("console-bar [data-part=seat]").inner_text()

    def number(self) -> str:
        """Return the serial of the call at the seat."""
        shown = self.page.locator("call-head [data-part=number]")
        expect(shown).to_have_text(re.compile(r"\d{4}"))
        return shown.inner_text()

    def writes(self, text: str) -> None:
        """Write and send."""
        field = self.page.get_by_label(self.words("Write to the caller"), exact=True)
        field.fill(text)
        self.button("Send", exact=True).click()

    def knows_kept(self, text: str, *, seconds: float = 10) -> None:
        """Wait for the tick that says the server has it."""
        line = self.messages().filter(has_text=text)
        expect(line).to_contain_text(self.words("✓ kept"), timeout=seconds * 1000)

    def field(self, english: str) -> Locator:
        """Return a field of the incident form by its label."""
        form = self.page.locator("incident-form")
        label = re.compile(rf"^{re.escape(self.words(english))}(\s|$)")
        fields = form.locator("input, textarea, select")
        return fields.and_(form.get_by_label(label))

    def chooses_category(self, code: str) -> None:
        """Search for a category, and choose the only one found."""
        self.field("Category").fill(code)
        self.page.get_by_role("listbox").get_by_role("option").click()

    def knows_saved(self) -> None:
        """Wait until the form says that the server has all of it."""
        saved = self.page.locator("incident-form [data-part=saved]")
        expect(saved).to_have_attribute("data-tone", "ok")

    def ends_call(self) -> None:
        """End the call, and confirm it."""
        self.button("End call").click()
        self.button("Yes, end").click()
        expect(self.page.locator("call-head [data-part=wrap-up]")).to_be_visible()

    def finishes(self) -> None:
        """Be done with the wrap-up."""
        self.button("Done").click()
        self.is_at("idle")
