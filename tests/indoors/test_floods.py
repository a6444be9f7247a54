"""A flood from one address: alarms behind the same address feel nothing of it."""

import time
from uuid import UUID, uuid4

import pytest

from accounts.api import addresses
from dispatch.actions.tap import capability
from tests.ground import IN_ZHIFU
from tests.house import Phone, Window, device_cookie

FLOODER = "192.0.2.7"  # as the house's requests come from
TAP = "/api/v1/calls"


@pytest.fixture
def flood(monkeypatch):
    """Let the address have nothing left, for as long as the test takes."""
    monkeypatch.setattr(addresses.buckets, "per_second", 0.0)
    while addresses.buckets.spend(FLOODER, time.monotonic()):
        pass


@pytest.fixture
def proxied(settings):
    """Sockets of the tests have no address but the one that our proxy tells."""
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
    return {"x-forwarded-for": FLOODER}


def refused(answer):
    assert (answer.status, answer.json()["code"]) == (429, "over_budget"), answer.body
    assert int(answer.headers["retry-after"]) >= 1


async def test_what_no_call_vouches_for_is_refused(house, flood):
    lin = await house.tap()
    cookies = device_cookie("lin")
    call = f"{TAP}/{lin['call']}"
    refused(await house.request("GET", f"{TAP}/mine", cookies=cookies))
    refused(await house.request("GET", f"{call}/inbox", cookies=cookies))
    for secret in ("", "x" * 43, "é", capability(uuid4())):
        headers = {"Alarm110-Capability": secret}
        refused(await house.request("GET", f"{call}/inbox", headers=headers))
        frame = {"type": "hang_up", "id": str(uuid4())}
        refused(await house.post(f"{call}/commands", frame, headers=headers))
    for path, body in (
        ("phone", {"phone": "13812345678"}),
        ("code", {"code": "123456"}),
    ):
        refused(await house.post(f"/api/v1/caller/{path}", body, cookies=cookies))


async def test_taps_and_what_belongs_to_them_never_are(house, flood):
    """The second tap is merged, the call is polled and spoken in, its socket opens."""
    for n in range(3):
        await house.tap(f"phone {n}")
    lin = await house.tap("lin", text="Help")
    await house.tap("lin", position=IN_ZHIFU)
    headers = {"Alarm110-Capability": lin["capability"], "Alarm110-Epoch": "1"}
    poll = await house.request(
        "GET", f"{TAP}/{lin['call']}/inbox?after=-1", headers=headers
    )
    assert poll.status == 200
    said = await house.post(
        f"{TAP}/{lin['call']}/commands",
        {"type": "post_message", "id": str(uuid4()), "text": "Quick"},
        headers=headers,
    )
    assert said.status == 200, said.body


async def test_a_hello_by_capability_is_welcome_and_others_wait(house, flood, proxied):
    lin = await house.tap()
    known = house.window(Phone(lin, "lin"))
    known.more = proxied
    assert (await known.open_line())["epoch"] == 1
    for door, cookie, hello in (
        ("/ws/caller", device_cookie("lin"), {}),
        ("/ws/caller", device_cookie("lin"), {"capability": "x" * 43}),
        ("/ws/seat", "__Host-session=" + "a" * 32, {}),
    ):
        window = house.window(Window(door, cookie, **proxied))
        await window.connect()
        await window.send("hello", **hello)
        assert (await window.wait_for("error"))["code"] == "over_budget"
        assert "welcome" not in window.kinds()


async def test_a_capability_opens_so_many_sockets_and_waits_for_the_next(
    house, flood, proxied
):
    """A hello costs queries, whoever says it; another call's window feels nothing."""
    lin, mei = await house.tap("lin"), await house.tap("mei")
    while addresses.may_come_back(UUID(lin["call"]), "hello"):
        pass
    window = house.window(Window("/ws/caller", device_cookie("lin"), **proxied))
    await window.connect()
    await window.send("hello", call=lin["call"], capability=lin["capability"])
    assert (await window.wait_for("error"))["code"] == "over_budget"
    other = house.window(Phone(mei, "mei"))
    other.more = proxied
    assert (await other.open_line())["epoch"] == 1


async def test_a_socket_that_waited_is_welcomed(house, flood, proxied):
    await house.tap("lin")
    window = house.window(Window("/ws/caller", device_cookie("lin"), **proxied))
    await window.connect()
    await window.send("hello")
    await window.wait_for("error")
    addresses.buckets.clear()  # time goes by

    assert (await window.hello())["you"]["side"] == "caller"


async def test_a_flood_of_guesses_stops_asking_the_database(house, monkeypatch):
    from dispatch.actions import guests

    asked = []
    find = guests.find_call

    def noted(**which):
        asked.append(which)
        return find(**which)

    monkeypatch.setattr(guests, "find_call", noted)
    monkeypatch.setattr(addresses.buckets, "burst", 10.0)
    answers = [
        await house.request(
            "GET",
            f"{TAP}/{uuid4()}/inbox",
            headers={"Alarm110-Capability": "x" * 43},
        )
        for _ in range(40)
    ]

    assert {answer.status for answer in answers} == {404, 429}
    assert len(asked) < 40
    assert addresses.refused["call"] > 0
