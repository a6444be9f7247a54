"""Hostile offers and candidates: refused or answered, never an exit, never a knock."""

import asyncio
import contextlib
import ipaddress
import re
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.media.interface import BadDescription
from dispatch.media.relay.description import read_candidate, read_offer, with_address
from tests.media.peers import OPEN, Beep, Camera, until

OFFER = Path(__file__).with_name("offer.sdp").read_text()  # Chromium's, by MediaLeg
LINES = OFFER.splitlines()
HEAD, AUDIO, VIDEO = re.split(r"(?m)^(?=m=)", OFFER)


def offer_of(*kinds: str, direction: str = "recvonly") -> str:
    """Return an offer with further lines of these kinds, as our pages make it."""
    mids = " ".join(str(mid) for mid in range(2 + len(kinds)))
    text = HEAD.replace("BUNDLE 0 1", f"BUNDLE {mids}") + AUDIO + VIDEO
    for mid, kind in enumerate(kinds, 2):
        line = AUDIO if kind == "audio" else VIDEO
        line = re.sub(r"(?m)^a=mid:\d", f"a=mid:{mid}", line)
        text += re.sub(r"(?m)^a=sendrecv", f"a={direction}", line)
    return text


SIDE = offer_of(*["audio"] * 4)  # a phone's or a host's
PARTY = offer_of("video", *["audio"] * 4)
PRINTABLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=80)
CANDIDATE = "candidate:1 1 udp 2122194687 192.0.2.2 50000 typ host generation 0"
FUZZ = settings(
    max_examples=1500,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@st.composite
def mutated(draw) -> str:
    """Return Chromium's offer with some lines lost, doubled, moved, cut or replaced."""
    lines = draw(st.sampled_from([LINES, LINES, SIDE.splitlines()]))[:]
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(lines) - 1))
        match draw(st.integers(0, 7)):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, lines[draw(st.integers(0, len(lines) - 1))])
            case 2:
                lines[at] = draw(PRINTABLE)
            case 3:
                lines[at] = lines[at][: draw(st.integers(0, len(lines[at])))]
            case 4:
                lines[at] = re.sub(
                    r"\d+", lambda found: str(draw(st.integers(-1, 2**40))), lines[at]
                )
            case 5:
                lines[at:at] = lines[at : at + draw(st.integers(1, 40))]
            case 6:
                lines.insert(at, f"a={CANDIDATE}")
            case _:
                lines[at] = lines[at].replace(
                    ":", draw(st.sampled_from([" ", "", "::"]))
                )
        lines = lines or ["v=0"]
    return "\r\n".join(lines)[: 16 * 1024]


def test_the_real_offer_is_read():
    described = read_offer(OFFER + f"a={CANDIDATE}\n")
    assert described.kinds == ["audio", "video"]
    assert described.sends == {"audio", "video"}
    assert described.candidates == [CANDIDATE]
    assert "192.0.2.2" not in described.sdp


@pytest.mark.parametrize(("offer", "lines"), [(SIDE, 6), (PARTY, 7)])
def test_an_offer_with_lines_for_several_parties_is_read(offer, lines):
    described = read_offer(offer)
    assert [line.mid for line in described.lines] == [str(n) for n in range(lines)]
    assert [line.sends for line in described.lines] == [True, True] + [False] * (
        lines - 2
    )
    assert all(line.receives for line in described.lines)
    assert described.sends == {"audio", "video"}


@pytest.mark.parametrize(
    "offer",
    [
        offer_of(*["audio"] * 6),
        offer_of(*["video"] * 2),
        offer_of("audio", direction="sendrecv"),
        offer_of("video", direction="sendonly"),
        SIDE.replace("a=mid:3", "a=mid:2"),
        SIDE.replace("a=mid:3", "a=mid:3x").replace("2 3 4", "2 3x/ 4"),
        SIDE.replace("a=mid:5", "a=mid:" + "5" * 17).replace("4 5", "4 " + "5" * 17),
        SIDE.replace("BUNDLE 0 1 2 3 4 5", "BUNDLE 0 1 2 3 4"),
        SIDE.replace("BUNDLE 0 1 2 3 4 5", "BUNDLE 1 0 2 3 4 5"),
        # a last line that another key would answer for
        SIDE[: SIDE.rindex("a=fingerprint")]
        + re.sub(r"[0-9A-F]{2}:", "00:", SIDE[SIDE.rindex("a=fingerprint") :]),
    ],
)
def test_more_lines_or_other_ones_are_refused(offer):
    with pytest.raises(BadDescription):
        read_offer(offer)


@FUZZ
@given(mutated())
def test_an_offer_is_read_or_refused(sdp):
    try:
        described = read_offer(sdp)
    except BadDescription:
        return
    assert 1 <= len(described.kinds) <= 6
    sending = [line.kind for line in described.lines if line.sends]
    assert len(sending) == len(set(sending))
    assert len({line.mid for line in described.lines}) == len(described.lines)
    assert not re.search(r"(?m)^a=(candidate|remote-candidates|rtcp):", described.sdp)
    assert described.sdp.count("\nm=") == len(described.kinds)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n",
        lambda text: text + text[text.index("m=video") :].replace("mid:1", "mid:2"),
        lambda text: text.replace("a=group:BUNDLE 0 1\n", ""),
        lambda text: text.replace("a=mid:1", "a=mid:0"),
        lambda text: text[: text.index("m=audio")],
        lambda text: text.replace("a=fingerprint", "a=nothing"),
        lambda text: "a=ice-lite\r\n".join(text.partition("t=0 0\n")[::2]),
        lambda text: "",
    ],
)
def test_lines_that_no_leg_has_are_refused(change):
    with pytest.raises(BadDescription):
        read_offer(change(OFFER))


@FUZZ
@given(
    st.one_of(
        PRINTABLE,
        st.builds(
            "candidate:{} {} {} {} {} {} typ {}".format,
            st.integers(0, 9),
            st.integers(-1, 3),
            st.sampled_from(["udp", "tcp", "UDP", "x"]),
            st.integers(-1, 2**33),
            st.one_of(
                st.ip_addresses().map(str),
                st.sampled_from(["localhost", "a.local", "1", "::1", "127.0.0.1"]),
            ),
            st.integers(-1, 70_000),
            st.sampled_from(["host", "srflx", "prflx", "relay", "x"]),
        ),
    )
)
def test_only_plain_udp_addresses_are_tried(text):
    candidate = read_candidate(text, may_be_loopback=False)
    if candidate is None:
        return
    address = ipaddress.ip_address(candidate.ip)
    assert not any((address.is_loopback, address.is_multicast, address.is_unspecified))
    assert 1024 <= candidate.port <= 65535
    assert candidate.protocol.lower() == "udp"


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("0.0.0.0", 5000),  # noqa: S104
        ("255.255.255.255", 5000),
        ("224.0.0.1", 5000),
        ("127.0.0.1", 5000),
        ("::1", 5000),
        ("::ffff:127.0.0.1", 5000),
        ("169.254.169.254", 5000),
        ("192.0.2.2", 53),
        ("evil.example", 5000),
        ("name.local", 5000),
    ],
)
def test_nobody_makes_us_knock_there(host, port):
    text = f"candidate:1 1 udp 2122194687 {host} {port} typ host"
    assert read_candidate(text, may_be_loopback=False) is None


def test_a_public_address_replaces_our_own():
    answer = (
        "c=IN IP4 10.0.0.5\r\n"
        "a=candidate:1 1 udp 2130706431 10.0.0.5 40000 typ host\r\n"
        "a=candidate:2 1 udp 2130706431 fd00::5 40001 typ host\r\n"
    )
    moved = with_address(answer, "203.0.113.7")
    assert "10.0.0.5" not in moved
    assert "fd00::5" not in moved
    assert "203.0.113.7 40000 typ host" in moved
    assert with_address(answer, "") == answer


@pytest.fixture(scope="module")
def offers() -> list[str]:
    """Return hostile offers, drawn before any peer throws dice of its own."""
    drawn: list[str] = []

    @settings(max_examples=300, deadline=None, database=None)
    @given(mutated())
    def gather(sdp):
        drawn.append(sdp)

    gather()
    return drawn


@pytest.mark.slow
async def test_no_offer_ends_the_relay_or_another_call(offers, web, relay):
    """Hundreds of hostile legs beside an honest call, whose picture goes on."""
    call = uuid4()
    await web.peer(call, "guest", video=Camera(), audio=Beep()).join()
    host = await web.peer(call, "host").join()
    await until(lambda: len(host.numbers) > 5)
    outcomes = {"answered": 0, "refused": 0}
    room = uuid4()
    for sdp in offers:
        leg = uuid4()
        before = host.numbers[-1]
        try:
            await web.backend.offer(room, "guest", leg, sdp, OPEN)
        except BadDescription:
            outcomes["refused"] += 1
        else:
            outcomes["answered"] += 1
            for text in (CANDIDATE, "nonsense", "candidate:" * 50):
                await web.backend.candidate(room, leg, text, "0", 0)
    print(outcomes)
    assert min(outcomes.values()) > 20
    await until(lambda: host.numbers[-1] > before + 12, 20)
    assert relay.is_running
    assert "192.0.2.2" not in relay.log
    await web.backend.close_room(room)
    legs = (await web.backend.health()).legs
    assert {leg.call for leg in legs} == {call}


@pytest.mark.slow
async def test_a_thousand_candidates_change_nothing(web):
    call = uuid4()
    guest = await web.peer(call, "guest", video=Camera()).join()
    for port in range(20_000, 21_000):
        text = f"candidate:1 1 udp 2122194687 192.0.2.2 {port} typ host"
        await web.backend.candidate(call, guest.leg, text, "0", 0)
        await web.backend.candidate(uuid4(), guest.leg, text, "0", 0)
        await web.backend.candidate(call, uuid4(), text, "0", 0)
    assert (await web.leg(guest)).is_up


@pytest.mark.slow
async def test_odd_lines_on_the_socket_cost_nothing(relay, web):
    reader, writer = await asyncio.open_unix_connection(str(relay.home / "relay.sock"))
    writer.write(b'{"type":"offer"}\n\xff\xfe\n[]\n{"type":"health","n":7}\n')
    assert b'"n":7' in await asyncio.wait_for(reader.readline(), 5)
    writer.write(b"x" * (2 * 1024 * 1024))
    with contextlib.suppress(ConnectionError):  # cut off: no line is that long
        assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()
    assert (await web.backend.health()).is_alive
