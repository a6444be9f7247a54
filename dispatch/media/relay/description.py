"""What browsers send about themselves, looked at before aiortc sees it.

An offer comes from whoever tapped. It may have six lines of sound and two of picture,
bundled, and nothing else; it sends on the first of each kind at most. Its candidates
are taken out and vetted like those that come later: only plain UDP addresses, so nobody
makes us resolve names or knock on odd ports.
"""

import hashlib
import ipaddress
import re
from dataclasses import dataclass

from aiortc import RTCIceCandidate
from aiortc.sdp import SessionDescription, candidate_from_sdp

from dispatch.media.interface import BadDescription, Track

MAX_CANDIDATES = 64  # of one leg
MOST_LINES: dict[Track, int] = {"audio": 6, "video": 2}
KINDS: dict[str, Track] = {"audio": "audio", "video": "video"}
MIN_PORT = 1024  # browsers use high ports; below are other people's services
# Taken out of the offer: addresses, and the word that no more follow.
_ADDRESSES = ("a=candidate:", "a=end-of-candidates", "a=rtcp:", "a=remote-candidates:")
_MID = re.compile(r"[A-Za-z0-9_.+-]{1,16}\Z")
_HOST = re.compile(
    r"^(a=candidate:\S+ \d+ \S+ \d+ |c=IN IP4 |c=IN IP6 )(\S+)", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class OfferedLine:
    """One ``m=`` line, as its browser sees it."""

    mid: str
    kind: Track
    sends: bool
    receives: bool


@dataclass(frozen=True, slots=True)
class Described:
    """An offer that may be answered."""

    sdp: str  # without candidates
    lines: list[OfferedLine]
    candidates: list[str]
    fingerprint: str  # SHA-256 of the DTLS fingerprint: it may be logged

    @property
    def kinds(self) -> list[Track]:
        """Return the kind of each line."""
        return [line.kind for line in self.lines]

    @property
    def sends(self) -> frozenset[Track]:
        """Return what its browser would send."""
        return frozenset(line.kind for line in self.lines if line.sends)


def read_offer(sdp: str) -> Described:
    """Look at an offer, or raise ``BadDescription``."""
    written = [line for line in sdp.splitlines() if line]
    kept = [line for line in written if not line.startswith(_ADDRESSES)]
    text = "\r\n".join(kept) + "\r\n"
    try:
        session = SessionDescription.parse(text)
    except Exception as error:  # its parser raises whatever comes; told as refused
        raise BadDescription(type(error).__name__) from error
    media = session.media
    lines = [
        OfferedLine(
            mid=one.rtp.muxId,
            kind=KINDS[one.kind],
            sends=one.direction in ("sendrecv", "sendonly"),
            receives=one.direction in ("sendrecv", "recvonly"),
        )
        for one in media
        if one.kind in KINDS
    ]
    mids = [line.mid for line in lines]
    bundled = [group.items for group in session.group if group.semantic == "BUNDLE"]
    keys = {
        tuple(sorted(found.value for found in one.dtls.fingerprints))
        for one in media
        if one.dtls
    }
    is_sound = (
        0 < len(lines) == len(media)
        and all(_may_be(kind, lines) for kind in KINDS.values())
        and all(mid and _MID.match(mid) for mid in mids)
        and len(set(mids)) == len(mids)
        and bundled == [mids]
        and all(one.dtls and one.dtls.fingerprints for one in media)
        and len(keys) == 1
        and not any(one.ice and one.ice.iceLite for one in media)
    )
    if not is_sound:
        raise BadDescription("lines")
    return Described(
        sdp=text,
        lines=lines,
        candidates=[
            line.removeprefix("a=")
            for line in written
            if line.startswith("a=candidate:")
        ],
        fingerprint=hashlib.sha256(" ".join(*keys).encode()).hexdigest()[:16],
    )


def _may_be(kind: Track, lines: list[OfferedLine]) -> bool:
    """Return whether a kind's lines are few enough, and only their first sends."""
    of_kind = [line for line in lines if line.kind == kind]
    return len(of_kind) <= MOST_LINES[kind] and not any(x.sends for x in of_kind[1:])


def read_candidate(text: str, *, may_be_loopback: bool) -> RTCIceCandidate | None:
    """Return a candidate that may be tried; None for any other, and for nonsense."""
    try:
        candidate = candidate_from_sdp(text.removeprefix("candidate:"))
        address = ipaddress.ip_address(candidate.ip)
    except (ValueError, AssertionError, IndexError):
        return None
    is_ours_to_try = (
        candidate.protocol.lower() == "udp"
        and candidate.component == 1
        and candidate.type in ("host", "srflx", "relay")
        and MIN_PORT <= candidate.port <= 65535
        and 0 < candidate.priority < 2**32
        and not (address.is_multicast or address.is_unspecified or address.is_reserved)
        and not address.is_link_local
        and (may_be_loopback or not address.is_loopback)
        and str(address) != "255.255.255.255"
    )
    if not is_ours_to_try:
        return None
    candidate.ip = str(address)
    candidate.sdpMLineIndex = 0  # all lines are bundled
    return candidate


def with_address(answer: str, address: str) -> str:
    """Return the answer with a public address in its candidates, the ports kept."""
    if not address:
        return answer
    return _HOST.sub(lambda found: _moved(found, address), answer)


def _moved(found: re.Match[str], address: str) -> str:
    before = found[1]
    if before.startswith("c="):
        before = "c=IN IP6 " if ":" in address else "c=IN IP4 "
    return before + address
