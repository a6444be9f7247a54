"""The tap, and the second door of phones whose sockets fail."""

from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse

from accounts.api.addresses import may_ask
from accounts.api.device import device_hash, new_device, read_device, set_device
from dispatch import broadcast as rooms
from dispatch import commands, metrics
from dispatch.actions import caller_desk, guests, media, passing
from dispatch.actions.caller_desk import CallerPlace
from dispatch.actions.running import run
from dispatch.actions.tap import (
    capability_hash,
    opens,
    tap_answer,
    tapped_call,
)
from dispatch.api.answers import answer, door, read_body, refusal
from dispatch.api.mailbox import Mailbox, mailbox
from dispatch.api.taps import read_tap
from dispatch.commands import Command
from dispatch.errors import EpochStale, NotYours, OverBudget, ReadOnly
from dispatch.events.frames import Ack, Welcome
from dispatch.events.rendering import for_caller
from dispatch.models import Call
from dispatch.snapshots import incident_snapshot
from reports import journal
from reports.clock import now, wire_time
from reports.errors import Malformed, ReportError

MAX_WAIT_SECONDS = 4.0
SNAPSHOT_COST = 5  # in commands: what a poll from nothing costs

_frame = msgspec.json.Decoder(commands.CallerFrame)
_snapshot = partial(incident_snapshot, for_caller=True)


@door("POST")
async def tap(request: HttpRequest) -> HttpResponse:
    """Raise the alarm: answered after the commit, the same id is the same alarm."""
    body, flags = read_tap(request)
    device = read_device(request)
    tapped = await caller_desk.tap(
        body,
        device=device,
        canary_key=request.headers.get("Alarm110-Canary"),
        flags=flags,
    )
    response = answer(tap_answer(tapped), 201 if tapped.is_new else 200)
    if device is None:
        set_device(response, f"tap:{body.id}")  # what stood for the phone at this tap
    return response


@door("GET")
async def mine(request: HttpRequest) -> HttpResponse:
    """Return this phone's live call, so that a reload or a second window finds it."""
    if not may_ask(request, "mine"):
        raise OverBudget
    device = read_device(request)
    call = await run(_live_call, device) if device else None
    live = None
    if call is not None:
        place = rooms.rooms().get(call.uuid)
        is_held = place is not None and place.guest is not None
        live = tap_answer(tapped_call(call, epoch=None))
        live["held_elsewhere"] = is_held
    response = answer({"live": live})
    if device is None:
        set_device(response, new_device())
    return response


def _live_call(device: str) -> Call | None:
    return guests.find_call(
        capability_hash=None, device_hash=device_hash(device), call=None
    )


@door("POST")
async def command(request: HttpRequest, call: UUID) -> HttpResponse:
    """Do one command, or take one unnumbered frame, without a socket."""
    frame = read_body(request, _frame)
    place = await _place(request, call)
    if place.guest is None and not isinstance(frame, commands.TakeOver):
        is_stale = bool(request.headers.get("Alarm110-Epoch"))
        return refusal(
            EpochStale() if is_stale else ReadOnly(), getattr(frame, "id", None)
        )
    box = mailbox(place.call, place.incident)
    metrics.heard("inbox", type(frame).__name__).inc()
    if not box.budget.spend():
        return refusal(OverBudget(), getattr(frame, "id", None))
    if not isinstance(frame, Command):
        _enter(place, box)
        passing.from_guest(place.call, frame, box)
        return answer({"type": "ack"})
    try:
        recorded = await caller_desk.perform(place, frame)
    except ReportError as error:
        return refusal(error, frame.id)
    if isinstance(frame, commands.TakeOver):
        assert place.guest is not None
        media.place_taken(place.call, "guest", place.guest.epoch)
        _enter(place, box)
        return answer({"type": "ack", "id": frame.id, "epoch": place.guest.epoch})
    if recorded is None:
        return answer(Ack(id=frame.id))
    return answer(Ack(id=frame.id, stream=recorded.stream, seq=recorded.seq))


@door("GET")
async def inbox(request: HttpRequest, call: UUID) -> HttpResponse:
    """Return what happened after ``after``; wait up to 4 s for it to happen."""
    after, wait = _query(request)
    place = await _place(request, call)
    box = mailbox(place.call, place.incident)
    if not box.budget.spend(1 if after >= 0 else SNAPSHOT_COST):
        raise OverBudget
    if place.guest is not None:
        _enter(place, box)
    _sign_of_life(place)
    body: dict[str, Any] = {}
    if after > (await run(journal.heads, [place.incident]))[place.incident]:
        after = -1  # the phone claims more than there is: show it what there is
    if after < 0:
        head, snapshot = await run(_snapshot, place.incident)
        body["welcome"] = _welcome(place, head, snapshot)
        after = head
    box.arrived.clear()  # before the look: what comes during it must not be slept over
    entries = await run(journal.replay, place.incident, after, 200)
    if not entries and not box.ephemeral and "welcome" not in body:
        await box.wait(wait)
        entries = await run(journal.replay, place.incident, after, 200)
    _sign_of_life(place)
    head = entries[-1].seq if entries else after
    body |= {
        "entries": [msgspec.Raw(for_caller(entry).encode()) for entry in entries],
        "ephemeral": box.fetch(),
        "heartbeat": {"heads": {str(place.incident): head}, "at": wire_time(now())},
        "epoch": place.guest.epoch if place.guest else None,
    }
    return answer(body)


@door("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
async def nowhere(request: HttpRequest) -> HttpResponse:
    """Refuse what is no address of a call in the words of all others, not as a page."""
    raise NotYours


def _query(request: HttpRequest) -> tuple[int, float]:
    try:
        after = int(request.GET.get("after", "-1"))
        wait = float(request.GET.get("wait", "0"))
    except ValueError as error:
        raise Malformed from error
    if not -1 <= after < 2**53 or not 0 <= wait <= 60:
        raise Malformed
    return after, min(wait, MAX_WAIT_SECONDS)


async def _place(request: HttpRequest, uuid: UUID) -> CallerPlace:
    """Return the call this request may speak for, held or watched.

    Raises:
        NotYours: there is none.
        OverBudget: no capability vouches for it, and its address asked too often.
    """
    capability = request.headers.get("Alarm110-Capability")
    if not opens(capability, uuid) and not may_ask(request, "call"):
        raise OverBudget
    call = await run(_find, request, uuid)
    if call is None:
        raise NotYours
    place = CallerPlace(
        call_id=call.pk,
        call=call.uuid,
        incident=call.incident.uuid,
        signer=call.signer,
        guest=None,
    )
    epoch = request.headers.get("Alarm110-Epoch") or ""
    try:
        if epoch.isascii() and epoch.isdigit():  # "²" is a digit, but no number
            place.guest = await run(guests.resume_place, call.pk, int(epoch))
        else:
            place.guest = await run(guests.take_place, call.pk, only_if_free=True)
            media.place_taken(place.call, "guest", place.guest.epoch)
    except (EpochStale, NotYours):
        place.guest = None  # another window holds it, or it is over: reading is free
    return place


def _find(request: HttpRequest, uuid: UUID) -> Call | None:
    capability = request.headers.get("Alarm110-Capability")
    device = read_device(request)
    return guests.find_call(
        capability_hash=capability_hash(capability) if capability else None,
        device_hash=device_hash(device) if device else None,
        call=uuid,
    )


def _enter(place: CallerPlace, box: Mailbox) -> None:
    room = rooms.room(place.call)
    if room.guest is box:
        return
    held = getattr(room.guest, "guest_epoch", None) or 0
    if place.guest is not None and held >= place.guest.epoch:
        return  # the same window's socket is back, or a newer one: this poll was late
    former = room.enter_as_guest(box)
    demote = getattr(former, "demote", None)
    if demote is not None:
        demote()


def _sign_of_life(place: CallerPlace) -> None:
    if place.guest is not None:
        rooms.guest_is_alive(place.call_id, place.guest.epoch)


def _welcome(place: CallerPlace, head: int, snapshot: dict[str, Any]) -> Welcome:
    return Welcome(
        epoch=place.guest.epoch if place.guest else None,
        cursors={place.incident: head},
        snapshots={place.incident: snapshot},
        you={
            "side": "caller",
            "call": str(place.call),
            "read_only": place.guest is None,
        },
        at=wire_time(now()),
    )
