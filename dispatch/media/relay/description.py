"""What browsers send about themselves, looked at before aiortc sees it.

An offer comes from whoever tapped. It may have one line of sound and one of picture,
bundled, and nothing else. Its candidates are taken out and vetted like those that come
later: only plain UDP addresses, so nobody makes us resolve names or knock on odd ports.
"""

import hashlib
import ipaddress
import re
from dataclasses import dataclass

from aiortc import RTCIceCandidate
from aiortc.sdp import SessionDescription, candidate_from_sdp

from dispatch.media.interface import BadDescription, Track

MAX_CANDIDATES = 64  # of one leg
KINDS: dict[str, Track] = {"audio": "audio", "video": "video"}
MIN_PORT = 1024  # browsers use high ports; below are other people's services
# Taken out of the offer: addresses, and the word that no more follow.
_ADDRESSES = ("a=candidate:", "a=end-of-candidates", "a=rtcp:", "a=remote-candidates:")
_HOST = re.compile(
    r"^(a=candidate:\S+ \d+ \S+ \d+ |c=IN IP4 |c=IN IP6 )(\S+)", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Described:
    """An offer that may be answered."""

    sdp: str  # without candidates
    kinds: list[Track]
    sends: frozenset[Track]
    candidates: list[str]
    fingerprint: str  # SHA-256 of the DTLS fingerprint: it may be logged


def read_offer(sdp: str) -> Described:
    """Look at an offer, or raise ``BadDescription``."""
    lines = [line for line in sdp.splitlines() if line]
    kept = [line for line in lines if not line.startswith(_ADDRESSES)]
    text = "\r\n".join(kept) + "\r\n"
    try:
        session = SessionDescription.parse(text)
    except Exception as error:  # its parser raises whatever comes
        raise BadDescription(type(error).__name__) from error
    media = session.media
    kinds: list[Track] = [KINDS[one.kind] for one in media if one.kind in KINDS]
    mids = [one.rtp.muxId for one in media]
    bundled = [group.items for group in session.group if group.semantic == "BUNDLE"]
    is_sound = (
        0 < len(kinds) == len(media) == len(set(kinds))
        and all(mids)
        and len(set(mids)) == len(mids)
        and bundled == [mids]
        and all(one.dtls and one.dtls.fingerprints for one in media)
        and not any(one.ice and one.ice.iceLite for one in media)
    )
    if not is_sound:
        raise BadDescription("lines")
    fingerprints = sorted(
        fingerprint.value
        for one in media
        for fingerprint in (one.dtls.fingerprints if one.dtls else ())
    )
    return Described(
        sdp=text,
        kinds=kinds,
        sends=frozenset(
            kind
            for kind, one in zip(kinds, media, strict=True)
            if one.direction in ("sendrecv", "sendonly")
        ),
        candidates=[
            line.removeprefix("a=") for line in lines if line.startswith("a=candidate:")
        ],
        fingerprint=hashlib.sha256(" ".join(fingerprints).encode()).hexdigest()[:16],
    )


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
