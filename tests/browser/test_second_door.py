"""Sockets fail, as behind some proxies: the second door carries a whole alarm."""

import re

from playwright.sync_api import expect

from tests.browser.people import OFFICER
from tests.browser.stage import DESK_FIRST, PHONE_FRAMES

SOCKET = re.compile("/ws/caller")
# Live video may be up before the first still came through this door: then none comes.
SEEN_AT_SEAT = (
    "caller-picture[data-shown=video] [data-part=live], "
    "caller-picture:not([data-shown=video]) [data-part=still]"
)


def test_a_whole_alarm_without_a_socket(stage, hall):
    operator = stage.operator(hall.operators[0])
    operator.takes_seat()
    operator.becomes("ready")
    caller = stage.caller(hall)
    caller.context.route_web_socket(SOCKET, lambda socket: socket.close())
    caller.open()
    caller.tap()

    operator.is_at("call")
    caller.is_at("talking")
    caller.is_told("connected")
    caller.writes("By the back door")
    caller.knows_kept("By the back door")
    operator.has_read("By the back door")
    operator.writes("It is open")
    caller.has_read("It is open")
    assert operator.frame_in(SEEN_AT_SEAT) < PHONE_FRAMES
    assert caller.frame_in(OFFICER) >= DESK_FIRST
    place = operator.page.locator("caller-place [data-part=area]")
    expect(place).to_have_text(f"Sea {hall.number}")

    caller.reloads()
    caller.is_at("talking")
    caller.is_told("connected")
    assert caller.said() == ["By the back door", "It is open"]
    operator.ends_call()
    caller.is_at("ended")


def test_a_socket_that_opens_and_stays_dumb_is_given_up(stage, hall):
    caller = stage.caller(hall)
    caller.context.route_web_socket(SOCKET, lambda socket: None)
    caller.open()
    caller.tap()
    caller.is_told("waiting")
    caller.writes("Anybody there?")
    caller.knows_kept("Anybody there?")
    caller.hangs_up()
    caller.is_at("ended")
