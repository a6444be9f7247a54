"""The old phone died: who proves its number at a new one goes on in its call."""

import re

import pytest

MINE = "**/api/v1/calls/mine"
NUMBER = "138 1234 5678"
# A number's codes come 30 s apart; this is about what follows them.
FORGET = "from accounts.models import PhoneCode; PhoneCode.objects.all().delete()"


def prove(caller, served):
    """Give one's number, and the code that came to it."""
    before = len(served.log())
    caller.page.get_by_text(caller.words("Give your phone number (optional)")).click()
    number = caller.words("Phone number, so that the police can call you back")
    caller.page.get_by_label(number).fill(NUMBER)
    caller.presses("Text me a code")
    field = caller.page.get_by_label(caller.words("The code from the text message"))
    field.wait_for()
    (code,) = re.findall(r"code for \S+ (\d+)", served.log()[before:])
    field.fill(code)
    caller.presses("Confirm")


@pytest.mark.deep
def test_the_alarm_goes_on_at_the_new_phone_though_the_network_blinks(stage, hall):
    old = stage.caller(hall)
    old.open()
    old.tap()
    old.is_at("waiting")
    prove(old, stage.served)
    old.sees("Phone number confirmed: %(phone)s", phone="138****5678")
    stage.served.manage("shell", "-c", FORGET)

    new = stage.caller(hall)
    new.open()
    new.tap()
    new.is_at("waiting")
    new.writes("My phone died")
    new.knows_kept("My phone died")
    assert new.number() != old.number()
    blinks = []

    def blink(route):
        blinks.append(route.request.url)
        if len(blinks) > 2:
            route.continue_()
        else:
            route.abort("internetdisconnected")

    new.page.route(MINE, blink)
    prove(new, stage.served)
    new.sees("Your call continues in another window.")
    assert len(blinks) == 3
    assert new.number() == old.number()

    new.presses("Continue here")
    new.is_told("waiting")
    old.is_told("watching")
    new.writes("It is me, on the other phone")
    old.has_read("It is me, on the other phone")
