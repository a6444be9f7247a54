"""Live media when something comes at an odd moment, and what is then not done."""

from uuid import uuid4

from dispatch.actions import media
from dispatch.actions.media import MediaDesk
from dispatch.media.interface import MediaAway, RoomPolicy
from reports.broadcast import Published
from reports.clock import now
from reports.errors import Busy
from tests.indoors.fake_media import FakeMedia
from tests.indoors.signals import (
    answered,
    call_of,
    offer,
    send_offer,
    settle,
    until,
)


async def test_a_former_leg_is_forgotten_whatever_the_media_server_says(house, fake):
    """It says nothing of the leg that it put out for the new one."""
    _, lin = await house.connected()
    former = await offer(lin)
    fake._hear = lambda event: None
    leg = await offer(lin)
    assert list(media._desk._legs) == [leg]
    await lin.send("signal", leg=str(former), candidate={"candidate": "late"})
    await settle(house)
    assert not fake.kinds("candidate")


async def test_candidates_of_an_offer_that_was_refused_go_nowhere(house, fake):
    _, lin = await house.connected()
    fake.gate.clear()
    await send_offer(lin, leg := uuid4())
    await until(lambda: bool(fake.kinds("offer")))
    await lin.send("signal", leg=str(leg), candidate={"candidate": "early"})
    await settle(house)
    fake.error = MediaAway()
    fake.gate.set()
    assert (await answered(lin, leg))["state"] == "refused"
    await settle(house)
    assert not fake.kinds("candidate")
    assert leg not in media._desk._legs


async def test_an_entry_of_an_incident_that_is_not_followed_moves_nothing(house, fake):
    _, lin = await house.connected()
    await offer(lin)
    await settle(house)
    before = list(fake.told)
    at = now()
    entry = Published(uuid4(), 1, at, "call.mode_changed", "system", "{}", None)
    media._desk.deliver(entry)
    await settle(house)
    assert fake.told == before


async def test_a_database_that_stays_busy_is_not_asked_for_ever(
    house, fake, monkeypatch, caplog
):
    chen, lin = await house.connected()
    await offer(lin)
    await settle(house)
    monkeypatch.setattr(media, "BUSY_SECONDS", 0.01)
    looks = []

    def busy(call):
        looks.append(call)
        raise Busy

    monkeypatch.setattr(media, "standing_of", busy)
    with caplog.at_level("INFO", logger=media.__name__):
        await chen.command("set_muted", who="host", track="video", is_muted=True)
        await until(lambda: f"media: {Busy.code}" in caplog.messages)
    assert looks == [call_of(lin)] * media.MOST_LOOKS
    assert fake.policies[call_of(lin)] == RoomPolicy(is_silent=False)


async def test_a_desk_without_its_loop_looks_at_nothing():
    """The process goes down: nobody waits for it, and nothing is raised."""
    fake = FakeMedia()
    MediaDesk(fake).look_again(uuid4())
    assert fake.told == []
