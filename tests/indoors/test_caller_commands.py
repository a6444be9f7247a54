"""What a phone does besides talking: a nod to the officer, a tap as its call ends."""

from functools import partial
from uuid import UUID, uuid4

import msgspec
import pytest

from accounts.snapshots import forget_ground
from dispatch import commands
from dispatch.actions import caller_desk, calls, repeats
from dispatch.actions.caller_desk import CallerPlace
from dispatch.actions.regions.canary import CanaryKey, settle_canary
from dispatch.actions.regions.changes import Changes
from dispatch.models import Call
from reports.journal import Author, open_streams
from reports.models import StreamKind
from tests.house import device_cookie

KEY = "the key of the canary's own cage"


# --- The officer shown large ---------------------------------------------------------


@pytest.mark.parametrize(("accept", "state"), [(True, "shown"), (False, "refused")])
async def test_the_caller_decides_whether_the_officer_is_shown(house, accept, state):
    chen, lin = await house.connected()
    asked = lin.expect("call.warning")
    await chen.command("warn_offender", on=True)
    assert (await asked)["data"]["state"] == "asked"
    answered = chen.expect("call.warning")
    await lin.command("answer_warning", accept=accept)
    assert (await answered)["data"]["state"] == state


async def test_a_phone_does_nothing_that_is_a_seats(house):
    """No frame of a phone says so; a verb put there by mistake moves nothing."""
    chen, lin = await house.connected()
    call = UUID(lin.call["call"])
    place = CallerPlace(0, call, UUID(lin.stream), uuid4(), None)
    with pytest.raises(TypeError, match="EndCall is not a caller's command"):
        await caller_desk.perform(place, commands.EndCall(id=uuid4(), call=call))
    assert "call.ended" not in chen.kinds()


# --- A tap as the call ends ----------------------------------------------------------


def hung_up(world, call: UUID) -> None:
    row = Call.objects.get(uuid=call)
    author = Author("caller", str(row.signer))
    calls.hang_up(call_id=row.pk, epoch=1, author=author, client_id=uuid4())


async def test_a_tap_that_meets_the_end_of_the_call_is_an_alarm_of_its_own(
    house, monkeypatch
):
    """It was merged into a live call; before it is told there, the caller hangs up."""
    first = await house.tap("lin")

    def ends_first(item, uuid):
        monkeypatch.setattr(caller_desk, "note_repeated", repeats.note_repeated)
        hung_up(house.world, uuid)
        return repeats.note_repeated(item, uuid)

    monkeypatch.setattr(caller_desk, "note_repeated", ends_first)
    again = await house.tap("lin", text="He is back.")
    assert again["call"] != first["call"]
    assert (again["merged"], again["state"]) == (False, "waiting")
    before = await house.db(Call.objects.get, uuid=first["call"])
    assert before.state == "ended"


# --- The canary ----------------------------------------------------------------------


async def knock(house, key: str):
    """Tap with the canary's key."""
    return await house.request(
        "POST",
        "/api/v1/calls",
        msgspec.json.encode({"id": str(uuid4())}),
        headers={"Alarm110-Canary": key},
        cookies=device_cookie("lin"),
    )


async def test_a_tap_with_a_key_rings_at_no_real_seat_where_there_is_no_canary(house):
    chen = await house.console("chen")
    answer = await knock(house, KEY)
    assert (answer.status, answer.json()["code"]) == (404, "not_found")
    assert not await house.db(Call.objects.exists)
    assert "line.updated" not in chen.kinds()


async def test_the_canarys_tap_goes_to_its_own_line_and_a_wrong_key_nowhere(house):
    await house.db(_cage)
    chen = await house.console("chen")
    answer = await knock(house, KEY)
    assert answer.status == 201
    row = await house.db(
        partial(Call.objects.select_related("agency").get, uuid=answer.json()["call"])
    )
    assert row.agency.is_synthetic
    assert (await knock(house, "another key")).status == 404
    assert await house.db(Call.objects.count) == 1
    assert "line.updated" not in chen.kinds()


def _cage() -> None:
    """Make the canary's agency, operator and caller, as onboarding does."""
    agency = settle_canary(CanaryKey(KEY, False, None), Changes())
    open_streams([agency.uuid], StreamKind.AGENCY)
    forget_ground()
