"""What comes over the wire becomes a known frame or an error, never anything else."""

import json
from uuid import uuid4

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch import commands
from dispatch.commands import Frame

CALLER = msgspec.json.Decoder(commands.CallerFrame)
SEAT = msgspec.json.Decoder(commands.SeatFrame)
TAP = msgspec.json.Decoder(commands.Tap)
REFUSALS = (msgspec.MsgspecError, RecursionError, UnicodeError)

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.uuids().map(str),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
TYPES = [
    one.__struct_config__.tag
    for one in (*commands.CallerFrame.__args__, *commands.SeatFrame.__args__)
]
FIELDS = sorted(
    {
        name
        for one in (*commands.CallerFrame.__args__, *commands.SeatFrame.__args__)
        for name in one.__struct_fields__
    }
)


def decoded(decoder, data):
    """Return the frame, or None where it was refused as it should be."""
    try:
        return decoder.decode(data)
    except REFUSALS:
        return None


@settings(max_examples=400)
@given(st.binary(max_size=200) | st.text(max_size=200))
def test_any_bytes_are_a_frame_or_refused(data):
    for decoder in (CALLER, SEAT, TAP):
        found = decoded(decoder, data)
        assert found is None or isinstance(found, Frame | commands.Tap)


@settings(max_examples=600)
@given(
    st.sampled_from(TYPES),
    st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6),
)
def test_any_fields_of_a_known_frame_are_a_frame_or_refused(kind, fields):
    text = json.dumps({"type": kind, **fields})
    for decoder in (CALLER, SEAT):
        found = decoded(decoder, text)
        if found is None:
            continue
        assert isinstance(found, Frame)
        assert type(found).__struct_config__.tag == kind
        # What was read says exactly what was sent: nothing unknown was dropped.
        assert set(fields) <= {*type(found).__struct_fields__, "type"}


def frame(kind, **fields):
    return json.dumps({"type": kind, **fields})


ID = str(uuid4())
SDP = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\n"
LONGEST_SDP = SDP + "a" * (16 * 1024 - len(SDP))
CANDIDATE = {"candidate": "candidate:1 1 udp 1 192.0.2.7 9 typ host", "sdp_mid": "0"}


def offer(sdp):
    return {"type": "offer", "sdp": sdp}


POSITION = {"lat_e7": 371000000, "lon_e7": 1211000000, "accuracy_mm": 5000}
GOOD = [
    (CALLER, frame("hello")),
    (CALLER, frame("hello", cursors={ID: 5}, epoch=3, call=ID, capability="x" * 64)),
    (CALLER, frame("pong")),
    (CALLER, frame("post_message", id=ID, text="x" * 2000)),
    (CALLER, frame("report_position", id=ID, position=POSITION)),
    (CALLER, frame("still", n=1, age_ms=0, jpeg="/9j/4AAQ")),
    (CALLER, frame("post_message", id=ID, text="", clip=ID)),
    (CALLER, frame("post_message", id=ID, text="Look", clip=ID)),
    (SEAT, frame("post_message", id=ID, text="", clip=ID)),
    (CALLER, frame("signal", leg=ID, description=offer(SDP))),
    (CALLER, frame("signal", leg=ID, description=offer(LONGEST_SDP))),
    (CALLER, frame("signal", leg=ID, candidate=CANDIDATE)),
    (CALLER, frame("signal", leg=ID, candidate={"candidate": ""})),
    (CALLER, frame("signal", leg=ID, bye=True)),
    (SEAT, frame("signal", leg=ID, description=offer(SDP.replace("\r", "")))),
    (CALLER, frame("answer_warning", id=ID, accept=False)),
    (SEAT, frame("warn_offender", id=ID, on=True)),
    (SEAT, frame("set_muted", id=ID, who="guest", track="audio", is_muted=True)),
    (SEAT, frame("report_seat", camera="on", microphone="off")),
    (
        CALLER,
        frame("report_device", camera="on", microphone="on", position="asking"),
    ),
    (SEAT, frame("update_incident", id=ID, incident=ID, priority=4, notes="")),
    (SEAT, frame("set_availability", id=ID, availability="break", reason="tea")),
]
BAD = [
    frame("unknown"),
    frame("take_seat" * 1000),
    "{}",
    "[]",
    "null",
    '"hello"',
    "",
    "{",
    '{"type":"pong"}{"type":"pong"}',
    frame("pong", extra=1),
    frame("hello", cursors={ID: -1}),
    frame("hello", cursors={ID: 2**53}),
    frame("hello", cursors={"not a uuid": 1}),
    frame("hello", epoch=-1),
    frame("hello", epoch="1"),
    frame("hello", capability="x" * 65),
    frame("post_message", id=ID, text=""),
    frame("post_message", id=ID, text="x" * 2001),
    frame("post_message", id=ID, text="a\x00b"),
    frame("post_message", id=ID, text=["a"]),
    frame("post_message", id="1", text="a"),
    frame("post_message", text="a"),
    frame("post_message", id=ID, text="\ud800"),
    frame("post_message", id=ID),
    frame("post_message", id=ID, text="", clip=None),
    frame("post_message", id=ID, clip=ID),
    frame("post_message", id=ID, text="", clip="photo.jpg"),
    frame("signal", leg=ID),
    frame("signal", leg=ID, bye=False),
    frame("signal", leg=ID, description=None, candidate=None),
    frame("signal", leg=ID, description=offer(SDP), candidate=CANDIDATE),
    frame("signal", leg=ID, description=offer(SDP), bye=True),
    frame("signal", leg=ID, candidate=CANDIDATE, bye=True),
    frame("signal", description=offer(SDP)),
    frame("signal", leg="1", description=offer(SDP)),
    frame("signal", leg=ID, description=offer(LONGEST_SDP + "a")),
    frame("signal", leg=ID, description=offer(SDP + "a=\x00\r\n")),
    frame("signal", leg=ID, description=offer(SDP + "s=é\r\n")),
    frame("signal", leg=ID, description=offer(SDP + "s=家\r\n")),
    frame("signal", leg=ID, description=offer(SDP + "s=\ud800\r\n")),
    frame("signal", leg=ID, description=offer(SDP + "a=\t\r\n")),
    frame("signal", leg=ID, description=offer("")),
    frame("signal", leg=ID, description=offer("o=-\r\n" + SDP)),
    frame("signal", leg=ID, description={"type": "answer", "sdp": SDP}),
    frame("signal", leg=ID, description={"type": "offer"}),
    frame("signal", leg=ID, description={**offer(SDP), "more": 1}),
    frame("signal", leg=ID, candidate={}),
    frame("signal", leg=ID, candidate={"candidate": "x" * 1025}),
    frame("signal", leg=ID, candidate={"candidate": "a\r\nb"}),
    frame("signal", leg=ID, candidate={"candidate": "a\x00b"}),
    frame("signal", leg=ID, candidate={"candidate": "a\n"}),
    frame("signal", leg=ID, candidate={**CANDIDATE, "sdp_mid": "0\n"}),
    frame("signal", leg=ID, candidate={**CANDIDATE, "sdp_mid": "m" * 17}),
    frame("signal", leg=ID, candidate={**CANDIDATE, "sdp_m_line_index": -1}),
    frame("signal", leg=ID, candidate={**CANDIDATE, "sdp_m_line_index": 64}),
    frame("signal", leg=ID, candidate={**CANDIDATE, "usernameFragment": "x"}),
    frame("answer_warning", id=ID),
    frame("answer_warning", id=ID, accept="yes"),
    frame("answer_warning", accept=True),
    frame("warn_offender", id=ID),
    frame("set_muted", id=ID, who="everybody", track="audio", is_muted=True),
    frame("set_muted", id=ID, who="guest", track="screen", is_muted=True),
    frame("set_muted", id=ID, who="guest", track="audio", is_muted=1),
    frame("report_seat", camera="broken", microphone="off"),
    frame("report_seat", camera="on", microphone="on", rung="hologram"),
    frame("report_device", camera="on", microphone="on", position="on", why="tired"),
    frame("report_position", id=ID, position={**POSITION, "lat_e7": 900000001}),
    frame("report_position", id=ID, position={**POSITION, "lon_e7": -1800000001}),
    frame("report_position", id=ID, position={**POSITION, "lat_e7": 37.1}),
    frame("report_position", id=ID, position={**POSITION, "lat_e7": True}),
    frame("report_position", id=ID, position={**POSITION, "accuracy_mm": -1}),
    frame("report_position", id=ID, position={**POSITION, "altitude": 1}),
    frame("report_position", id=ID, position=None),
    frame("set_mode", id=ID, mode="loud"),
    frame("still", n=1, age_ms=0, jpeg=""),
    frame("still", n=1, age_ms=0, jpeg="not base64!"),
    frame("still", n=1, age_ms=0, jpeg="A" * (4 * -(-40 * 1024 // 3) + 1)),
    frame("still", n=2**31, age_ms=0, jpeg="AAAA"),
    frame("update_incident", id=ID, incident=ID, priority=0),
    frame("update_incident", id=ID, incident=ID, priority=5),
    frame("update_incident", id=ID, incident=ID, notes="x" * 4001),
    frame("update_incident", id=ID, incident=ID, notes=None),
    frame("set_availability", id=ID, availability="asleep"),
    "[" * 60_000 + "]" * 60_000,
    '{"type":' * 20_000,
    frame("hello", cursors={ID: float("nan")}),
    '{"type":"pong","type":"unknown"}',
]


@pytest.mark.parametrize(("decoder", "text"), GOOD)
def test_a_good_frame_is_taken(decoder, text):
    assert decoded(decoder, text) is not None


@pytest.mark.parametrize("text", BAD, ids=lambda text: text[:60])
def test_a_bad_frame_is_refused(text):
    assert decoded(CALLER, text) is None
    assert decoded(SEAT, text) is None


@pytest.mark.parametrize(
    "kind", ["take_seat", "accept_offer", "take_call", "end_call", "update_incident"]
)
def test_a_phone_cannot_even_say_what_a_seat_says(kind):
    fields = {"seat": ID, "offer": ID, "call": ID, "incident": ID}
    names = {"take_seat": "seat", "accept_offer": "offer"}
    name = names.get(kind, "incident" if kind == "update_incident" else "call")
    text = frame(kind, id=ID, **{name: fields[name]})

    assert decoded(SEAT, text) is not None
    assert decoded(CALLER, text) is None


HOSTS_OWN = [
    ("set_muted", {"who": "host", "track": "audio", "is_muted": False}),
    ("warn_offender", {"on": True}),
]


@pytest.mark.parametrize(("kind", "fields"), HOSTS_OWN)
def test_a_phone_can_neither_mute_nor_warn(kind, fields):
    text = frame(kind, id=ID, **fields)

    assert decoded(SEAT, text) is not None
    assert decoded(CALLER, text) is None


def test_a_seat_cannot_nod_for_the_caller():
    text = frame("answer_warning", id=ID, accept=True)

    assert decoded(CALLER, text) is not None
    assert decoded(SEAT, text) is None


@pytest.mark.parametrize("kind", ["hang_up", "take_over"])
def test_a_seat_cannot_say_what_only_a_phone_says(kind):
    assert decoded(CALLER, frame(kind, id=ID)) is not None
    assert decoded(SEAT, frame(kind, id=ID)) is None


def test_bad_utf_8_is_refused():
    assert (
        decoded(CALLER, b'{"type":"post_message","id":"x","text":"\xff\xfe"}') is None
    )
    assert decoded(TAP, b"\xff\xfe\x00") is None


def test_an_empty_form_is_a_valid_tap():
    assert TAP.decode(json.dumps({"id": ID})).mode == "normal"
