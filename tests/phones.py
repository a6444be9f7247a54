"""What the cast does with a phone: tap, tell, write, record, hang up."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID, uuid4

import msgspec

from dispatch import commands
from dispatch.actions import caller_desk, calls, needs
from dispatch.actions.caller_desk import CallerPlace
from dispatch.actions.holding import Holder
from dispatch.actions.messages import Guest, RoomMessage, RoomMessageBatch
from dispatch.actions.positions import PositionBatch
from dispatch.actions.repeats import note_repeated
from dispatch.actions.tap import TapBatch, Tapped
from dispatch.models import Call
from dispatch.states import CallMode
from reports import journal
from reports.actions import evidence
from reports.actions.evidence import ClipFacts
from reports.actions.evidence.chunks import ChunkBatch, ChunkItem, keep_bytes
from reports.journal import Author, Recorded
from reports.models import EvidenceClip
from reports.models.hot import chunk_place
from reports.writer import commit

T = TypeVar("T")


def read(kind: type[T], fields: dict[str, Any]) -> T:
    """Read a frame as the doors do, limits included."""
    return msgspec.json.decode(msgspec.json.encode(fields), type=kind)


@dataclass
class Phones:
    """The verbs of callers; what was acknowledged is noted for the proof."""

    acked: list[tuple[Author, UUID, Recorded]] = field(default_factory=list, init=False)

    # --- Callers ---------------------------------------------------------------------

    def taps(self, *taps: tuple[str, dict[str, Any]]) -> list[Tapped]:
        """Tap on several phones in one batch of the writer."""
        pairs = []
        for phone, fields in taps:
            body = read(commands.Tap, {"id": uuid4(), **fields})
            pairs.append((TapBatch, caller_desk._tap_item(body, phone, None, ())))
        attempts = commit(pairs, journal.record_many)
        for attempt in attempts:
            if attempt.error is not None:
                raise attempt.error
            if attempt.outcome.is_merged:
                assert note_repeated(attempt.item, attempt.outcome.call)
        return [attempt.outcome for attempt in attempts]

    def tap(self, phone: str = "lin", **fields: Any) -> Tapped:
        """Tap on a phone; the same ``id`` is the same tap."""
        return self.taps((phone, fields))[0]

    def call(self, tapped: Tapped) -> Call:
        """Return a tapped call as it now is."""
        return Call.objects.select_related("incident", "seat").get(uuid=tapped.call)

    def place(self, tapped: Tapped, epoch: int | None = 1) -> CallerPlace:
        """Return the place of the phone's window that holds ``epoch``."""
        call = self.call(tapped)
        guest = None if epoch is None else Guest(call.pk, epoch)
        return CallerPlace(call.pk, call.uuid, tapped.incident, call.signer, guest)

    def report(
        self, place: CallerPlace, position: dict[str, Any], command: UUID | None = None
    ) -> Recorded:
        """Tell from the phone where it is."""
        assert place.guest is not None
        body = read(
            commands.ReportPosition,
            {"type": "report_position", "id": command or uuid4(), "position": position},
        )
        item = caller_desk._position_item(place, place.guest, body)
        return self.write(PositionBatch, item, place.author, body.id)

    def _at_place(
        self,
        verb: Callable[..., Recorded],
        place: CallerPlace,
        command: UUID | None = None,
        **fields: Any,
    ) -> Recorded:
        """Do what a window asks for, as the place it holds."""
        client_id = command or uuid4()
        recorded = verb(
            call_id=place.call_id,
            epoch=place.guest.epoch if place.guest else 0,
            author=place.author,
            client_id=client_id,
            **fields,
        )
        return self.note_ack(place.author, client_id, recorded)

    def hang_up(self, place: CallerPlace, command: UUID | None = None) -> Recorded:
        """End the call from the phone."""
        return self._at_place(calls.hang_up, place, command)

    def set_mode(
        self, place: CallerPlace, mode: str, command: UUID | None = None
    ) -> Recorded:
        """Go silent, or leave silence."""
        return self._at_place(calls.set_mode, place, command, mode=CallMode(mode))

    def set_needs(
        self, place: CallerPlace, sign_language: bool, command: UUID | None = None
    ) -> Recorded:
        """Ask for sign language, or no longer."""
        return self._at_place(
            needs.set_needs, place, command, sign_language=sign_language
        )

    # --- Words -----------------------------------------------------------------------

    def say(
        self,
        incident: UUID,
        place: CallerPlace | Holder,
        text: str = "He is at the door.",
        command: UUID | None = None,
    ) -> Recorded:
        """Write in the room, from the phone or from the seat."""
        client_id = command or uuid4()
        side = "seat" if isinstance(place, Holder) else "caller"
        held = place if isinstance(place, Holder) else place.guest
        assert held is not None
        item = RoomMessage(
            incident=incident,
            author=place.author,
            side=side,
            text=text,
            client_id=client_id,
            place=held,
        )
        return self.write(RoomMessageBatch, item, place.author, client_id)

    def write(
        self, batch: type[Any], item: Any, author: Author, client_id: UUID
    ) -> Recorded:
        """Write one item through the group commit."""
        [attempt] = commit([(batch, item)], journal.record_many)
        if attempt.error is not None:
            raise attempt.error
        return self.note_ack(author, client_id, attempt.outcome)

    # --- Evidence --------------------------------------------------------------------

    def clip(
        self,
        tapped: Tapped,
        *chunks: bytes,
        close: bool = True,
        segment: int = 0,
        clip: UUID | None = None,
        **facts: Any,
    ) -> EvidenceClip:
        """Record on the phone: a clip with these chunks, closed unless told not to."""
        author = Author("caller", str(self.call(tapped).signer))
        known = ClipFacts(**{"source": "phone", "kind": "video", **facts})
        row = evidence.open_clip(
            incident=tapped.incident, clip=clip or uuid4(), facts=known, author=author
        )
        for index, data in enumerate(chunks):
            place = chunk_place(tapped.incident, row.uuid, segment, index)
            assert place is not None
            kept = keep_bytes(place, data, author)
            if isinstance(kept, ChunkItem):
                [attempt] = commit([(ChunkBatch, kept)], journal.record_many)
                if attempt.error is not None:
                    raise attempt.error
        if close:
            return evidence.close_clip(
                row,
                reason="finished",
                segments={segment: len(chunks)},
                author=author,
            )
        row.refresh_from_db()
        return row

    def note_ack(self, author: Author, client_id: UUID, recorded: Recorded) -> Recorded:
        """Keep what was acknowledged, for the proof at the end."""
        self.acked.append((author, client_id, recorded))
        return recorded
