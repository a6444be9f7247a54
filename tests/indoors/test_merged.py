"""Two phones of one person, through the doors: the older call goes on in the newer."""

import pytest

from accounts import adapters
from accounts.models import PhoneCode
from tests.house import Phone, device_cookie

NUMBER = {"phone": "138 1234 5678"}


@pytest.fixture
def codes(monkeypatch):
    sent = []
    monkeypatch.setattr(
        adapters.ConsoleCodeSender, "send", lambda self, phone, code: sent.append(code)
    )
    return sent


async def prove(house, codes, device):
    await house.db(PhoneCode.objects.all().delete)  # a number's codes come 30 s apart
    cookie = device_cookie(device)
    asked = await house.post("/api/v1/caller/phone", NUMBER, cookies=cookie)
    assert asked.status == 202, asked.body
    proven = await house.post(
        "/api/v1/caller/code", {"code": codes[-1]}, cookies=cookie
    )
    assert proven.status == 200, proven.body


async def mine(house, device):
    path = "/api/v1/calls/mine"
    return (await house.request("GET", path, cookies=device_cookie(device))).json()[
        "live"
    ]


async def test_the_older_call_shows_on_the_new_phone_with_take_over(house, codes):
    old = await house.phone("old")
    await prove(house, codes, "old")
    new = await house.phone("new", text="I am at the back door")
    ended = new.expect("call.ended")
    await prove(house, codes, "new")

    assert (await ended)["data"]["call"]["end_reason"] == "merged"
    assert "links" not in str([frame for _, frame in new.heard])
    live = await mine(house, "new")
    assert (live["call"], live["held_elsewhere"]) == (old.call["call"], True)
    assert await mine(house, "old") is None
    here = house.window(Phone(live, "new"))
    welcome = await here.open_line()
    assert (welcome["epoch"], welcome["you"]["read_only"]) == (None, True)
    told = old.expect("welcome")
    await here.command("take_over")
    assert (await told)["epoch"] is None
    await here.command("post_message", text="It is me, on the other phone")
    await old.wait_for("message.posted")


async def test_a_tap_and_a_command_again_after_it_are_the_same(house, codes):
    old = await house.phone("old")
    await prove(house, codes, "old")
    tap = {"id": "6f1c1a52-98a1-4a2e-9a6d-0a3a64a3a111"}
    first = await house.post("/api/v1/calls", tap, cookies=device_cookie("new"))
    new = house.window(Phone(first.json(), "new"))
    await new.open_line()
    said = await new.command("post_message", text="Help", id=(command := tap["id"]))
    await prove(house, codes, "new")
    await new.close()

    again = await house.post("/api/v1/calls", tap, cookies=device_cookie("new"))
    assert (again.status, again.json()["call"]) == (200, first.json()["call"])
    assert (again.json()["state"], again.json()["merged"]) == ("ended", False)
    back = house.window(Phone(first.json(), "new"))
    await back.open_line()
    assert await back.command("post_message", text="Help", id=command) == said
    assert old.call["call"] != first.json()["call"]
