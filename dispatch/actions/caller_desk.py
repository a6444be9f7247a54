"""What a phone may do, one verb a command, whichever door it came through."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from accounts import logs
from accounts.api.device import canary_device, device_hash
from accounts.models import Agency, Caller
from dispatch import commands, events, metrics
from dispatch.actions import calls, guests, needs
from dispatch.actions.messages import (
    Guest,
    RoomAct,
    RoomActBatch,
    RoomMessage,
    RoomMessageBatch,
)
from dispatch.actions.positions import PositionBatch, PositionItem
from dispatch.actions.repeats import note_repeated
from dispatch.actions.running import run, run_urgent
from dispatch.actions.tap import TapBatch, TapItem, Tapped
from dispatch.errors import NotYours, ReadOnly
from dispatch.snapshots import ground
from dispatch.states import CallMode
from reports import writer
from reports.errors import Busy
from reports.journal import Author, Recorded, open_streams
from reports.models import StreamKind

TAP_SECONDS = 2.8  # an alarm is acknowledged or told to try again within 3 s


@dataclass(slots=True)
class CallerPlace:
    """A call as a window of the phone sees it; ``guest`` is None when it watches."""

    call_id: int
    call: UUID
    incident: UUID
    signer: UUID
    guest: Guest | None

    @property
    def author(self) -> Author:
        """Return who signs the phone's entries in this call."""
        return Author("caller", str(self.signer))


async def tap(
    tap: commands.Tap,
    *,
    device: str | None,
    canary_key: str | None = None,
    flags: tuple[str, ...] = (),
    has_window: bool = True,
) -> Tapped:
    """Raise the alarm. Without a cookie the tap's own id stands for the phone.

    ``flags`` say what its door had to leave out of it; without ``has_window`` the next
    page of this phone holds the call at once.
    """
    try:
        async with asyncio.timeout(TAP_SECONDS):
            tapped = await _tap(tap, device, canary_key, flags, has_window)
    except (TimeoutError, Busy) as error:
        metrics.taps.labels("busy").inc()
        # It may still be committed: the phone sends the same id again and is told.
        raise Busy from error
    how = "new" if tapped.is_new else "merged" if tapped.is_merged else "known"
    metrics.taps.labels(how).inc()
    logs.about(call=tapped.call, incident=tapped.incident)
    return tapped


async def _tap(
    tap: commands.Tap,
    device: str | None,
    canary_key: str | None,
    flags: tuple[str, ...],
    has_window: bool,
) -> Tapped:
    item = await run_urgent(_tap_item, tap, device, canary_key, flags, has_window)
    for _ in range(3):
        tapped: Tapped = await writer.submit(TapBatch, item)
        # False: the live call ended a moment ago, and the next try opens a new one.
        if not tapped.is_merged or await run_urgent(note_repeated, item, tapped.call):
            break
    return tapped


def _tap_item(
    tap: commands.Tap,
    device: str | None,
    canary_key: str | None,
    flags: tuple[str, ...] = (),
    has_window: bool = True,
) -> TapItem:
    if canary_key is not None:
        return _canary_item(tap, canary_key)
    located = ground.locate(tap.position) if tap.position else None
    if located is None and "position_unreadable" not in flags:
        flags = (*flags, "position_missing")
    elif located is not None and located.agency is None:
        flags = (*flags, "position_outside")
    return TapItem(
        tap=tap,
        device_hash=device_hash(device or f"tap:{tap.id}"),
        agency=_with_stream(
            (located.agency if located else None) or ground.default_agency()
        ),
        position=located.view if located else None,
        flags=flags,
        has_window=has_window,
    )


def _canary_item(tap: commands.Tap, key: str) -> TapItem:
    """Return the canary's tap. No phone sends a key, so a wrong one is no emergency:
    it is refused, as it must not ring at a real seat.
    """
    device, agency = _canary_device(key), ground.canary_agency()
    if device is None or agency is None:
        raise NotYours
    return TapItem(tap, device, _with_stream(agency))


_known_streams: set[int] = set()


def _with_stream(agency: Agency) -> Agency:
    """Make sure the agency can be written about; once a process and agency."""
    if agency.pk not in _known_streams:
        open_streams([agency.uuid], StreamKind.AGENCY)
        _known_streams.add(agency.pk)
    return agency


def _position_item(
    place: CallerPlace, guest: Guest, command: commands.ReportPosition
) -> PositionItem:
    located = ground.locate(command.position)
    return PositionItem(
        place=guest,
        author=place.author,
        client_id=command.id,
        position=located.view,
        agency=_with_stream(located.agency) if located.agency else None,
    )


def _answer_item(place: CallerPlace, command: commands.AnswerWarning) -> RoomAct:
    return RoomAct(
        incident=place.incident,
        author=place.author,
        body=events.CallWarning(
            call=place.call, state="shown" if command.accept else "refused"
        ),
        client_id=command.id,
        place=_held(place),
    )


def _canary_device(key: str) -> str | None:
    """Return the canary caller's device hash if the key is the canary's."""
    hashed = device_hash(canary_device(key))
    exists = Caller.objects.filter(device_hash=hashed, is_synthetic=True).exists()
    return hashed if exists else None


async def perform(place: CallerPlace, command: commands.Command) -> Recorded | None:
    """Do what the phone asks; return where it is recorded.

    Raises:
        ReportError: refused, with a code.
    """
    match command:
        case commands.PostMessage():
            message = RoomMessage(
                incident=place.incident,
                author=place.author,
                side="caller",
                text=command.text,
                clip=command.clip,
                client_id=command.id,
                place=_held(place),
            )
            return await _submit(RoomMessageBatch, message)
        case commands.ReportPosition():
            item = await run(_position_item, place, _held(place), command)
            return await _submit(PositionBatch, item)
        case commands.SetMode():
            return await run(
                calls.set_mode,
                call_id=place.call_id,
                epoch=_held(place).epoch,
                mode=CallMode(command.mode),
                author=place.author,
                client_id=command.id,
            )
        case commands.SetNeeds():
            return await run(
                needs.set_needs,
                call_id=place.call_id,
                epoch=_held(place).epoch,
                sign_language=command.sign_language,
                author=place.author,
                client_id=command.id,
            )
        case commands.HangUp():
            return await run(
                calls.hang_up,
                call_id=place.call_id,
                epoch=_held(place).epoch,
                author=place.author,
                client_id=command.id,
            )
        case commands.AnswerWarning():
            return await _submit(RoomActBatch, _answer_item(place, command))
        case commands.TakeOver():
            place.guest = await run(guests.take_place, place.call_id)
            return None
    raise TypeError(f"{type(command).__name__} is not a caller's command")


async def _submit(batch: type[writer.BatchFunction], item: object) -> Recorded:
    recorded: Recorded = await writer.submit(batch, item)
    return recorded


def _held(place: CallerPlace) -> Guest:
    if place.guest is None:
        raise ReadOnly
    return place.guest
