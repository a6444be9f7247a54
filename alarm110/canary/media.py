"""Live media as the canary has it: one peer for the phone, one for the seat.

Each sends a made-up picture and a silent voice, and waits for a frame of the other's.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import (
    AudioStreamTrack,
    MediaStreamError,
    VideoStreamTrack,
)

from alarm110.canary.doors import Frame, Line, Trouble

MEDIA_SECONDS = 12.0  # from the offer to the first frame of the other side


class Peer:
    """One side's leg; its signals travel in that side's socket."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._leg = str(uuid4())
        # No ICE servers: the library's own default would ask a host on the Internet.
        self._peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._picture: asyncio.Future[MediaStreamTrack] = (
            asyncio.get_running_loop().create_future()
        )
        self._peer.addTransceiver(AudioStreamTrack(), "sendrecv")
        self._peer.addTransceiver(VideoStreamTrack(), "sendrecv")
        self._peer.on("track", self._take_track)

    def _take_track(self, track: MediaStreamTrack) -> None:
        if track.kind == "video" and not self._picture.done():
            self._picture.set_result(track)

    async def connect(self) -> None:
        """Offer, and take the answer.

        Raises:
            Trouble: live media was refused, with its code.
        """
        # Candidates are gathered here and stand in the offer.
        await self._peer.setLocalDescription(await self._peer.createOffer())
        mark = self._line.mark()
        offer = {"type": "offer", "sdp": self._peer.localDescription.sdp}
        await self._line.send("signal", leg=self._leg, description=offer)
        answer = await self._line.wait_for(self._is_answer, mark)
        if answer["type"] == "media":
            raise Trouble(f"live media was refused: {answer['code']}")
        await self._peer.setRemoteDescription(
            RTCSessionDescription(sdp=answer["sdp"], type="answer")
        )

    def _is_answer(self, frame: Frame) -> bool:
        if frame.get("leg") != self._leg:
            return False
        return frame["type"] == "signal" or frame.get("state") == "refused"

    async def sees(self) -> None:
        """Wait for a whole picture of the other side's."""
        try:
            async with asyncio.timeout(MEDIA_SECONDS):
                track = await self._picture
                await track.recv()
        except TimeoutError as error:
            raise Trouble("no picture came through the media server") from error
        except MediaStreamError as error:
            raise Trouble("the media server ended the picture") from error

    async def close(self) -> None:
        """Hang up."""
        await self._peer.close()


@asynccontextmanager
async def peers(phone: Line, seat: Line) -> AsyncIterator[tuple[Peer, Peer]]:
    """Give a peer to each side, and take both away again."""
    pair = Peer(phone), Peer(seat)
    try:
        yield pair
    finally:
        for peer in pair:
            await peer.close()
