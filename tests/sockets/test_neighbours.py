"""Ma works for another agency: she sees nothing of ours and can move nothing of it."""

import json
from uuid import uuid4

from tests.sockets.stage import alarm, joined, on_duty, window


async def test_her_welcome_holds_her_agency_alone(served):
    async with window(served, "ma") as ma:
        (snapshot,) = ma.line.snapshots.values()
        assert snapshot["agency"]["code"] == "370683"
        assert ma.line.you["agencies"] == list(ma.line.snapshots)
        agency = snapshot["agency"]["agency"]
        assert {seat["agency"] for seat in snapshot["seats"].values()} == {agency}


def without_names(frame):
    """Leave out the names of other agencies: a call can be given to their lines."""
    frame = json.loads(json.dumps(frame))
    for snapshot in frame.get("snapshots", {}).values():
        for neighbour in snapshot["agency"].pop("neighbours", ()):
            assert neighbour.keys() == {"agency", "name", "name_en"}
    return frame


async def test_asking_for_a_foreign_stream_brings_nothing_of_it(served):
    async with (
        alarm(served) as lin,
        window(served, "li") as li,
        window(served, "ma") as ma,
    ):
        foreign = [lin.call["stream"], *li.line.you["agencies"]]
        welcome = await ma.line.hello(cursors=dict.fromkeys(foreign, 0))
        assert not set(foreign) & {*welcome["cursors"], *welcome["snapshots"]}
        heard = json.dumps([without_names(frame) for _, frame in ma.line.heard])
        for stream in foreign:
            assert stream not in heard


async def test_without_a_seat_nothing_can_be_done(served):
    async with alarm(served) as lin, window(served, "ma") as ma:
        nothing = str(uuid4())
        for kind, fields in (
            ("take_call", {"call": lin.call["call"]}),
            ("end_call", {"call": lin.call["call"]}),
            ("accept_offer", {"offer": nothing}),
            ("decline_offer", {"offer": nothing}),
            ("post_message", {"text": "Hello"}),
            ("update_incident", {"incident": lin.call["incident"], "notes": "x"}),
            ("set_availability", {"availability": "ready"}),
            ("extend_wrap_up", {}),
            ("finish_wrap_up", {}),
            ("leave_seat", {}),
        ):
            answer = await ma.line.ask(kind, **fields)
            assert answer["code"] == "no_seat", kind


async def test_at_her_own_seat_nothing_of_ours_can_be_reached(served):
    async with on_duty(served, "ma") as ma, on_duty(served, "li") as li:
        since = ma.line.mark()
        async with alarm(served) as lin:
            call, incident = lin.call["call"], lin.call["incident"]

            async def tries(**expected: str) -> None:
                for kind, fields in (
                    ("take_call", {"call": call}),
                    ("end_call", {"call": call}),
                    ("update_incident", {"incident": incident, "notes": "Ma"}),
                    ("post_message", {"text": "This is Ma."}),
                    ("take_seat", {"seat": li.seat}),
                    ("take_seat", {"seat": li.seat, "take_over": True}),
                ):
                    answer = await ma.line.ask(kind, **fields)
                    assert answer["code"] == expected.get(kind, "not_found"), kind

            await tries(post_message="no_seat")  # while it waits

            await li.ready()
            offer = await li.offer()
            for kind in ("accept_offer", "decline_offer"):  # while it is offered
                answer = await ma.line.ask(kind, offer=offer["offer"])
                assert answer["code"] == "not_found"
            await li.rest()
            if not any(e["type"] == "call.connected" for e in lin.line.entries()):
                await lin.wait_for("call.returned")  # nobody accepted within 2 s
                await joined(li, lin)

            await tries(post_message="no_seat")  # while it is ours
            await lin.command("post_message", text="Who is there?")
            heard = await li.wait_for("message.posted")
            assert heard["data"]["text"] == "Who is there?"
            shown = [f for _, f in li.line.heard if f.get("type") == "incident.updated"]
            assert shown == []
        told = json.dumps([frame for _, frame in ma.line.heard[since:]])
        assert call not in told
        assert incident not in told
        assert ma.line.you["seat"] == ma.seat


async def test_a_phone_reaches_no_other_phones_call(served):
    async with alarm(served) as lin, alarm(served) as other:
        since = other.line.mark()
        await lin.command("post_message", text="Only for the police.")
        await lin.wait_for("message.posted")
        await other.command("post_message", text="Mine.")
        await other.wait_for("message.posted")
        told = json.dumps([frame for _, frame in other.line.heard[since:]])
        assert "Only for the police." not in told
        assert lin.call["stream"] not in told
