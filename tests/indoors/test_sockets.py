"""Sockets: join first, read second; fenced by the database; quiet about nonsense."""

import asyncio
import json
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db.backends.utils import CursorWrapper

from accounts.models import Agency
from accounts.states import RoleKind
from alarm110.routing import websocket_application
from dispatch.actions import guests
from dispatch.consumers import following
from dispatch.models import Call, Offer
from reports import broadcast
from reports.models import Entry
from tests.house import ORIGIN, AsgiSocket, Phone, Window
from tests.rights import disable_staff, take_role
from tests.wire import Frame

HOSTILE = [
    "",
    "null",
    "none",
    "http://127.0.0.1:8443",
    "https://127.0.0.1:8444",
    "https://127.0.0.1",
    "https://127.0.0.1:8443.evil.example",
    "https://evil.example",
    "https://evil.example/https://127.0.0.1:8443",
    "https://127.0.0.1:8443@evil.example",
    "https://xn--127-0-0-1.example:8443",
    "file://",
    "HTTPS://127.0.0.1:8443/",
]


@pytest.fixture
def queries(monkeypatch):
    """Every statement that any thread sends to the database."""
    sent = []
    execute = CursorWrapper.execute

    def noted(self, sql, params=None):
        sent.append(sql)
        return execute(self, sql, params)

    monkeypatch.setattr(CursorWrapper, "execute", noted)
    return sent


# --- Origins -------------------------------------------------------------------------


@pytest.mark.parametrize("door", ["/ws/caller", "/ws/seat"])
@pytest.mark.parametrize("origin", HOSTILE)
async def test_a_foreign_page_is_refused_before_any_query(queries, door, origin):
    """No loop runs here, so each statement would be this socket's own."""
    assert ORIGIN in settings.ALLOWED_ORIGINS
    cookie = b"__Host-session=" + b"a" * 32
    headers = [(b"origin", origin.encode())] if origin else []

    with pytest.raises(ConnectionRefusedError):
        await AsgiSocket.connect(
            websocket_application, door, [*headers, (b"cookie", cookie)]
        )
    assert queries == []


async def test_an_unknown_path_or_sub_protocol_is_refused_quietly(errors):
    headers = [(b"origin", ORIGIN.encode())]
    for path in ("/", "/ws/", "/ws/caller/", "/ws/admin", "/ws/seat%00"):
        with pytest.raises(ConnectionRefusedError):
            await AsgiSocket.connect(websocket_application, path, headers)


# --- Join first, read second ---------------------------------------------------------


async def test_what_is_committed_during_the_read_is_shown_once(house, monkeypatch):
    """The snapshot was read, the welcome not yet sent; and then somebody writes."""
    lin = await house.phone()
    read, written = following.read, list[Frame]()

    async def read_slowly(stream, cursor, snapshot):
        found = await read(stream, cursor, snapshot)
        if not written:
            written.append(await lin.command("post_message", text="meanwhile"))
        return found

    second = house.window(Phone(lin.call, "lin"))
    monkeypatch.setattr("dispatch.consumers.caller.read", read_slowly)
    welcome = await second.open_line(epoch=None)
    await second.wait_for("message.posted")

    assert welcome["cursors"][lin.stream] == written[0]["seq"] - 1
    assert [e["seq"] for e in second.entries()] == [written[0]["seq"]]


async def test_what_is_committed_before_the_read_is_not_shown_again(house, monkeypatch):
    """Joined, not yet read; and then somebody writes."""
    lin = await house.phone()
    read, written = following.read, list[Frame]()

    async def read_late(stream, cursor, snapshot):
        if not written:
            written.append(await lin.command("post_message", text="before"))
        return await read(stream, cursor, snapshot)

    second = house.window(Phone(lin.call, "lin"))
    monkeypatch.setattr("dispatch.consumers.caller.read", read_late)
    welcome = await second.open_line(epoch=None)
    await lin.command("post_message", text="after")
    await second.wait_for("message.posted")

    messages = welcome["snapshots"][lin.stream]["messages"]
    assert [m["text"] for m in messages] == ["before"]
    assert [e["data"]["text"] for e in second.entries()] == ["after"]


async def test_a_window_that_was_away_gets_exactly_what_it_missed(house):
    lin = await house.phone()
    epoch, cursors = lin.epoch, dict(lin.cursors)
    await lin.close()
    other = house.window(Phone(lin.call, "lin"))
    await other.open_line(epoch=epoch)
    for text in ("first", "second"):
        await other.command("post_message", text=text)
    back = house.window(Phone(lin.call, "lin"))
    welcome = await back.open_line(epoch=epoch, cursors=cursors)
    await back.wait_for(lambda f: f.get("data", {}).get("text") == "second")

    assert welcome["snapshots"] == {}
    assert [e["data"]["text"] for e in back.entries()] == ["first", "second"]


async def test_a_publish_that_is_lost_is_found_within_a_poll(house, monkeypatch):
    """Losing a publish costs time, never an entry."""
    lin = await house.phone()
    publish, lost = broadcast.publish, list[object]()
    monkeypatch.setattr(broadcast, "publish", lost.append)
    await lin.command("post_message", text="nobody was told")
    monkeypatch.setattr(broadcast, "publish", publish)
    assert lost

    heard = await lin.wait_for("message.posted", 5)
    assert heard["data"]["text"] == "nobody was told"


async def test_who_is_far_behind_gets_a_fresh_snapshot(house, monkeypatch):
    monkeypatch.setattr(following, "FAR_BEHIND", 3)
    lin = await house.phone()
    for n in range(5):
        await lin.command("post_message", text=str(n))
    for cursor, is_fresh in ((1, True), (lin.cursors[lin.stream] - 2, False)):
        welcome = await lin.hello(
            call=lin.call["call"],
            capability=lin.call["capability"],
            epoch=lin.epoch,
            cursors={lin.stream: cursor},
        )
        assert (lin.stream in welcome["snapshots"]) is is_fresh


# --- The fence is the database -------------------------------------------------------


async def test_a_place_taken_over_on_another_process_fences_this_window(house):
    """Another web process gave the place to another window; nobody told this one."""
    lin = await house.phone()
    call = await house.db(Call.objects.get)
    await house.db(guests.take_place, call.pk)

    for kind, more in (
        ("post_message", {"text": "late"}),
        ("report_position", {"position": {"lat_e7": 1, "lon_e7": 1, "accuracy_mm": 1}}),
        ("set_mode", {"mode": "silent"}),
        ("set_needs", {"sign_language": True}),
        ("hang_up", {}),
    ):
        refused = await lin.refused(kind, **more)
        assert refused.code in ("epoch_stale", "read_only"), kind
    assert lin.epoch is None
    assert (await house.db(Call.objects.get)).state == "waiting"


async def test_a_seat_that_lapsed_elsewhere_fences_this_console(house):
    from dispatch.actions.dropping import drop_seats
    from dispatch.states import ShiftEnd

    chen = await house.console("chen", ready=False)
    seat = house.world.seats["chen"].pk
    await house.db(drop_seats, [seat], ShiftEnd.LAPSED)

    welcome = await chen.wait_for(
        lambda f: f.get("type") == "welcome" and f["you"]["notice"]
    )
    assert welcome["epoch"] is None
    assert welcome["you"]["notice"]["facts"]["why"] == "lapsed"
    assert (await chen.refused("set_availability", availability="ready")).code == (
        "no_seat"
    )


# --- Ma sees nothing and may do nothing ----------------------------------------------


async def test_for_ma_nothing_of_another_agency_exists(house):
    chen, lin = await house.connected()
    await lin.command("post_message", text="He is at the door.")
    mei = await house.phone("mei")
    ma = await house.console("ma")
    wu = await house.console("wu", seat=False)
    offer = (await house.db(Offer.objects.get)).uuid
    mine, hers = str(house.world.zhifu.uuid), str(house.world.laizhou.uuid)

    assert set(ma.snapshots) == {hers}
    for kind, more in {
        "take_seat": {"seat": str(house.world.seats["wu"].uuid)},
        "accept_offer": {"offer": str(offer)},
        "decline_offer": {"offer": str(offer)},
        "take_call": {"call": mei.call["call"]},
        "end_call": {"call": lin.call["call"]},
        "update_incident": {"incident": lin.stream, "notes": "mine"},
    }.items():
        assert (await ma.refused(kind, **more)).code == "not_found", kind
        unknown = {key: str(uuid4()) for key in more if key != "notes"}
        assert (await ma.refused(kind, **unknown)).code == "not_found", kind
    assert (await ma.refused("post_message", text="hello")).code == "no_seat"

    cursors = {mine: 0, lin.stream: 0, mei.stream: 0}
    welcome = await ma.hello(cursors=cursors, seat=chen.seat, epoch=chen.epoch)
    assert welcome["epoch"] is None
    await chen.command("post_message", text="Are you alone?")
    await asyncio.sleep(0.3)
    heard = json.dumps([frame for _, frame in ma.heard])
    assert f'"stream": "{mine}"' not in heard  # its name is known: calls go there
    for secret in (lin.stream, mei.stream, lin.call["call"], "at the door"):
        assert secret not in heard
    assert set(wu.snapshots) == {mine}


async def test_somebody_without_the_role_of_operator_is_not_welcome(house):
    from tests.house import Console, sign_in

    session = await house.db(sign_in, house.world.staff["zhao"])
    zhao = house.window(Console(house, "zhao", session))
    await zhao.connect()
    await zhao.send("hello", cursors={})
    assert await zhao.closed() == 4401
    for nobody in ("", "__Host-session=" + "x" * 32):
        stranger = house.window(Window("/ws/seat", nobody))
        await stranger.connect()
        await stranger.send("hello", cursors={})
        assert await stranger.closed() == 4401


async def test_a_right_that_is_lost_cuts_the_console_within_two_seconds(house):
    chen, lin = await house.connected()
    wu = await house.console("wu", seat=False)
    await house.db(
        take_role, house.world.staff["chen"], RoleKind.OPERATOR, house.world.zhifu
    )
    await house.db(disable_staff, house.world.staff["wu"])

    assert await chen.closed(2.5) == 4401
    assert await wu.closed(1) == 4401
    again = house.window(Window("/ws/seat", chen.cookies))
    await again.connect()
    await again.send("hello", cursors={}, seat=chen.seat, epoch=chen.epoch)
    assert await again.closed() == 4401
    assert (await house.db(Call.objects.get)).uuid == UUID(lin.call["call"])


async def test_who_is_cut_off_is_told_in_the_language_of_the_page(house):
    chen = await house.console("chen", seat=False)
    speak = {"zh-CN": "没有这条报警。", "en": "There is no such call."}
    windows = {
        language: house.window(
            Window("/ws/seat", chen.cookies, **{"accept-language": language})
        )
        for language in speak
    }
    for window in windows.values():
        await window.open(cursors={})
    await house.db(disable_staff, house.world.staff["chen"])

    for language, window in windows.items():
        assert await window.closed(2.5) == 4401
        [refusal] = [f for _, f in window.heard if f.get("type") == "error"]
        assert (refusal["code"], refusal["detail"]) == ("not_found", speak[language])


# --- Nonsense ------------------------------------------------------------------------

NONSENSE: dict[str, str | bytes] = {
    "not JSON": "hello?",
    "empty": "",
    "an array": "[]",
    "a number": "7",
    "an unknown type": '{"type":"launch"}',
    "unknown fields": '{"type":"pong","extra":1}',
    "NUL": '{"type":"post_message","id":"%s","text":"a\\u0000b"}',
    "a lone surrogate": '{"type":"post_message","id":"%s","text":"\\ud800"}',
    "no text": '{"type":"post_message","id":"%s"}',
    "a foreign verb": '{"type":"end_call","id":"%s","call":"%s"}',
    "deep nesting": "[" * 30_000,
    "deep objects": '{"a":' * 10_000,
    "a bare binary frame": b"\x00\x01",
    "bad UTF-8": b'{"type":"pong"}\xff',
    "too long": '{"type":"post_message","text":"' + "x" * 70_000 + '"}',
    "too long in bytes": "語" * 30_000,
    "a huge number": '{"type":"still_seen","n":' + "9" * 400 + "}",
    "a repeated key": '{"type":"pong","type":"launch"}',
}


@pytest.mark.parametrize("name", NONSENSE)
async def test_nonsense_is_an_error_code_and_the_call_goes_on(house, errors, name):
    chen, lin = await house.connected()
    for window in (lin, chen):
        data = NONSENSE[name]
        if isinstance(data, str):
            data = data.replace("%s", str(uuid4()))
            if window is chen:
                data = data.replace("end_call", "hang_up")
        answer = window.expect("error")
        await window.raw(data)
        code = "too_large" if name.startswith("too long") else "malformed"
        assert (await answer)["code"] == code
    await lin.command("post_message", text="still here")
    await chen.wait_for("message.posted")
    assert lin.close_code is chen.close_code is None


async def test_a_frame_that_is_refused_is_refused_by_its_id(house):
    lin = await house.phone()
    command = str(uuid4())
    answer = lin.expect("error")
    await lin.raw(json.dumps({"type": "post_message", "id": command, "text": ""}))

    assert (await answer)["id"] == command


async def test_who_sends_faster_than_a_person_is_refused_and_not_cut(house, errors):
    lin = await house.phone()
    sent = [lin.ask("post_message", text=str(n)) for n in range(60)]
    answers = await asyncio.gather(*sent)
    codes = [a.get("code", "ack") for a in answers]

    assert codes.count("ack") >= 30
    assert set(codes) == {"ack", "over_budget"}
    await asyncio.sleep(0.3)
    await lin.command("post_message", text="slower")
    count = await house.db(Entry.objects.filter(kind="message.posted").count)
    assert count == codes.count("ack") + 1


async def test_what_the_caller_is_shown_names_nobody(house):
    chen, lin = await house.connected()
    await chen.command(
        "update_incident", incident=lin.stream, notes="drunk again", priority=1
    )
    await chen.command("post_message", text="Are you alone?")
    await chen.command("end_call", call=lin.call["call"])
    await lin.wait_for("call.ended")

    heard = json.dumps([frame for _, frame in lin.heard])
    assert "Zhifu 7" in heard
    for secret in ("drunk again", "Chen", str(house.world.staff["chen"].uuid)):
        assert secret not in heard
    assert {"skip"} <= set(lin.kinds())


async def test_an_agency_out_of_service_does_not_stop_its_consoles(house):
    chen = await house.console("chen", ready=False)
    await house.db(Agency.objects.filter(code="370683").update, is_active=False)
    await chen.command("set_availability", availability="ready")
