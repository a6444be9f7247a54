"""What rings at a seat, before it is accepted: the caller's words, as they come.

The seat does not follow the incident yet, and an agency's entries are every seat's: so
this goes to the one window that is asked, as a passing frame.
"""

from functools import partial
from uuid import UUID

from dispatch import broadcast as rooms
from dispatch.actions.holding import Holder
from dispatch.actions.running import run
from dispatch.broadcast import Port
from dispatch.consumers.base import Socket
from dispatch.events.frames import DeviceShown, OfferWords, ServerFrame
from dispatch.snapshots.ringing import Ringing, ringing_at
from reports import broadcast
from reports.broadcast import Published


class Offered(Port):
    """Follows the incident of the call that rings at a seat, until that is settled."""

    def __init__(self, socket: Socket) -> None:
        self._socket = socket
        self._holder: Holder | None = None
        self._ringing: Ringing | None = None
        self._stream: UUID | None = None
        self._device: DeviceShown | None = None
        self._turn = 0  # of two looks the one begun last is right

    def look(self, holder: Holder, incident: UUID | None = None) -> None:
        """Tell what rings at the seat; ``incident`` is whose, where that is known."""
        self._holder = holder
        if incident is not None:
            self._follow(incident)
        self._turn += 1
        self._socket.step(partial(self._look, holder, self._turn))

    def stop(self) -> None:
        """Nothing rings any more: it was accepted, declined, or went elsewhere."""
        self._turn += 1
        if self._stream is not None:
            broadcast.registry().unfollow(self._stream, self)
        if self._ringing is not None:
            rooms.leave(self._ringing.call, self)
        self._ringing = self._stream = self._device = None

    def deliver(self, entry: Published) -> None:
        """Look again when somebody wrote."""
        if entry.kind == "message.posted" and self._holder is not None:
            self.look(self._holder)

    def show(self, frame: ServerFrame) -> None:
        """Take what the phone says it can give."""
        if isinstance(frame, DeviceShown):
            self._device = frame
            self._tell()

    # --- Inside ----------------------------------------------------------------------

    async def _look(self, holder: Holder, turn: int) -> None:
        ringing = await run(ringing_at, holder.seat_id, holder.epoch)
        if turn != self._turn:
            return
        if ringing is None:
            self.stop()
            return
        if self._stream != ringing.incident:
            self.look(holder, ringing.incident)  # joined first, read second
            return
        broadcast.registry().saw(ringing.incident, ringing.head)
        self._device = rooms.room(ringing.call).ring_at(self)
        self._ringing = ringing
        self._tell()

    def _follow(self, incident: UUID) -> None:
        if self._stream != incident:
            self.stop()
            self._stream = incident
            broadcast.registry().follow(incident, self)

    def _tell(self) -> None:
        if self._ringing is None:
            return
        device = self._device
        self._socket.show(
            OfferWords(
                offer=self._ringing.offer,
                call=self._ringing.call,
                words=self._ringing.words,
                rung=device.rung if device else "",
                why=device.why if device else "",
            )
        )
