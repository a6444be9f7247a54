"""The tap: the alarm exists from here on.

A batch function of the group-commit writer. Incident, call and the guest's place are
made in one transaction; the answer leaves after the commit. A tap is never refused: a
repeated one finds its call, another one of the same phone is merged into its live call
(``repeats.py`` writes down what it says).
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID, uuid4, uuid5

from django.conf import settings

from accounts.models import Agency, Assurance, Caller
from dispatch import events
from dispatch.actions.known_taps import known_calls
from dispatch.commands import Tap
from dispatch.matching import needs_of
from dispatch.models import Call, Participant
from dispatch.snapshots import call_view, line_call
from dispatch.states import (
    CALLER_LEASE_SECONDS,
    ESCALATE_SECONDS,
    LIVE_CALL_STATES,
    CallState,
    ParticipantRole,
)
from reports.actions.evidence import evidence_capability
from reports.actions.incidents import NewIncident, open_incidents
from reports.clock import now, wire_time
from reports.events import IncidentOpened, MessagePosted, PositionReported, PositionView
from reports.journal import Author, Draft
from reports.snapshots import caller_view, incident_view
from reports.writer import Attempt


@dataclass(frozen=True, slots=True)
class TapItem:
    """A tap with what its door found out: whose phone, which ground."""

    tap: Tap
    device_hash: str
    agency: Agency
    position: PositionView | None = None
    flags: tuple[str, ...] = ()
    has_window: bool = True  # False: nobody can hold the place yet; it is free


@dataclass(frozen=True, slots=True)
class Tapped:
    """What the phone is told of its call."""

    call: UUID
    incident: UUID
    number: str
    mode: str
    state: str
    queued_at: datetime
    agency: Agency
    is_new: bool
    is_merged: bool
    epoch: int | None  # null: another window may hold it, ``hello`` decides


def capability(call: UUID) -> str:
    """Return the bearer secret of a call: 32 bytes, base64url without padding.

    Derived, not stored, so that each repetition of a tap gets the same one.
    """
    mac = hmac.new(settings.SECRET_KEY.encode(), b"call:" + call.bytes, hashlib.sha256)
    return base64.urlsafe_b64encode(mac.digest()).rstrip(b"=").decode()


def opens(value: str | None, call: UUID | None) -> bool:
    """Return whether ``value`` is the call's capability, without asking the database.

    Who shows it was given it by a tap; whether there is such a call is another matter.
    """
    if value is None or call is None:
        return False
    return hmac.compare_digest(value.encode(), capability(call).encode())


def capability_hash(value: str) -> str:
    """Return what is stored of a capability: SHA-256, hex."""
    return hashlib.sha256(value.encode()).hexdigest()


def words_id(item: TapItem) -> UUID:
    """Return the id under which a tap's words are shown.

    Not the tap's own: who repeats that is given the call's capability.
    """
    return uuid5(item.tap.id, "words")


class TapBatch:
    """Writes taps; see ``reports.writer.BatchFunction``."""

    is_urgent: ClassVar[bool] = True
    rank: ClassVar[int] = 20  # it locks number counters, after those that lock calls

    def __init__(self) -> None:
        self._by_hash: dict[str, Caller] = {}
        self._moment = now()
        self._new: list[tuple[Attempt, Call]] = []
        self._followers: list[tuple[Attempt, Attempt]] = []

    def lock(self, attempts: Sequence[Attempt]) -> None:
        """Find or make the callers; settle taps that already have a call."""
        callers = self._by_hash = self._callers([a.item for a in attempts])
        ids = [caller.pk for caller in callers.values()]
        known = known_calls(
            [(a.item.device_hash, a.item.tap.id) for a in attempts], callers
        )
        live: dict[int, Call] = {}
        for call in Call.objects.filter(
            caller_id__in=ids, state__in=LIVE_CALL_STATES
        ).select_related("incident__agency", "agency", "caller", "seat__agency"):
            live[call.caller_id] = call
        epochs = dict(
            Participant.objects.filter(
                call__in=known.values(), role=ParticipantRole.GUEST
            ).values_list("call_id", "epoch")
        )
        first: dict[int, Attempt] = {}
        for attempt in attempts:
            caller = callers[attempt.item.device_hash]
            old = known.get((attempt.item.device_hash, attempt.item.tap.id))
            if old is not None:
                is_merged = old.client_id != attempt.item.tap.id
                attempt.outcome = tapped_call(
                    old,
                    epoch=None if is_merged else epochs.get(old.pk),
                    is_merged=is_merged,
                )
            elif caller.pk in live:
                attempt.outcome = tapped_call(
                    live[caller.pk], epoch=None, is_merged=True
                )
            elif caller.pk in first:  # a double tap inside one batch
                self._followers.append((attempt, first[caller.pk]))
                attempt.outcome = first[caller.pk]  # replaced in finish()
            else:
                first[caller.pk] = attempt

    def _callers(self, items: Sequence[TapItem]) -> dict[str, Caller]:
        hashes = {item.device_hash for item in items}
        callers = {
            c.device_hash: c
            # Locked: a phone that is verified at this moment moves to another Caller.
            for c in Caller.objects.filter(device_hash__in=hashes)
            .order_by("pk")
            .select_for_update(no_key=True)
        }
        missing = {
            item.device_hash: item for item in items if item.device_hash not in callers
        }
        if missing:
            Caller.objects.bulk_create(
                [
                    Caller(
                        uuid=uuid4(),
                        device_hash=device_hash,
                        language=item.tap.language or "",
                    )
                    for device_hash, item in missing.items()
                ],
                ignore_conflicts=True,
            )
            for caller in Caller.objects.filter(device_hash__in=missing):
                callers[caller.device_hash] = caller
        return {key: caller for key, caller in callers.items() if key is not None}

    def write(self, attempts: Sequence[Attempt]) -> None:
        """Insert incidents, calls and guests of the taps that are new."""
        moment, new = self._moment, attempts
        if not new:
            return
        incidents = open_incidents(
            [
                NewIncident(
                    agency=a.item.agency,
                    caller=self._caller(a),
                    flags=_flags(a.item, self._caller(a)),
                    is_synthetic=a.item.agency.is_synthetic,
                )
                for a in new
            ],
            moment,
        )
        calls = []
        for attempt, incident in zip(new, incidents, strict=True):
            item: TapItem = attempt.item
            uuid = uuid4()
            call = Call(
                uuid=uuid,
                client_id=item.tap.id,
                incident=incident,
                caller=incident.caller,
                signer=incident.caller.uuid,
                agency=item.agency,
                mode=item.tap.mode,
                state=CallState.WAITING,
                priority=incident.priority,
                queued_at=moment,
                escalate_at=moment + timedelta(seconds=ESCALATE_SECONDS),
                needs=needs_of(
                    item.tap.language,
                    ours=settings.REGION_LANGUAGE,
                    sign_language=item.tap.sign_language,
                ),
                capability_hash=capability_hash(capability(uuid)),
            )
            if item.position is not None:
                call.lat_e7 = item.position.lat_e7
                call.lon_e7 = item.position.lon_e7
                call.accuracy_mm = item.position.accuracy_mm
                call.position_at = moment
                call.area_name = item.position.area
                call.area_name_en = item.position.area_en
            calls.append(call)
        Call.objects.bulk_create(calls)
        Participant.objects.bulk_create(
            [
                Participant(
                    call=call,
                    role=ParticipantRole.GUEST,
                    caller=call.caller,
                    epoch=1,
                    lease_until=moment
                    + timedelta(
                        seconds=CALLER_LEASE_SECONDS if attempt.item.has_window else 0
                    ),
                    joined_at=moment,
                )
                for attempt, call in zip(new, calls, strict=True)
            ]
        )
        self._new = list(zip(new, calls, strict=True))

    def entries(self, attempts: Sequence[Attempt]) -> list[tuple[Attempt, Draft]]:
        """Return the incidents' first entries and the lines' news."""
        drafts: list[tuple[Attempt, Draft]] = []
        for attempt, call in self._new:
            drafts += [
                (attempt, draft) for draft in self._first_entries(attempt.item, call)
            ]
        return drafts

    def _first_entries(self, item: TapItem, call: Call) -> list[Draft]:
        author = Author("caller", str(call.signer))
        stream = call.incident.uuid
        subject = ("call", str(call.uuid))
        drafts = [
            Draft(
                stream,
                author,
                IncidentOpened(
                    incident=incident_view(call.incident),
                    caller=caller_view(call.caller),
                ),
                ("incident", str(stream)),
            ),
            Draft(stream, author, events.CallQueued(call=call_view(call)), subject),
        ]
        if item.position is not None:
            body = PositionReported(position=item.position)
            drafts.append(Draft(stream, author, body, subject))
        if item.tap.text is not None:
            message = MessagePosted(
                side="caller", text=item.tap.text, client_id=words_id(item)
            )
            drafts.append(Draft(stream, author, message, subject))
        drafts.append(
            Draft(
                call.agency.uuid,
                author,
                events.LineUpdated(call=line_call(call)),
                subject,
            )
        )
        return drafts

    def finish(self, attempts: Sequence[Attempt]) -> None:
        """Say what became of each tap."""
        for attempt, call in self._new:
            attempt.outcome = tapped_call(call, epoch=1, is_new=True)
        for follower, leader in self._followers:
            follower.outcome = leader.outcome
            if follower.item.tap.id != leader.item.tap.id:
                follower.outcome = replace(
                    leader.outcome, is_new=False, is_merged=True, epoch=None
                )

    def _caller(self, attempt: Attempt) -> Caller:
        return self._by_hash[attempt.item.device_hash]


def _flags(item: TapItem, caller: Caller) -> list[str]:
    """Return what a person must see of this alarm at once."""
    unverified = ["unverified"] if caller.assurance == Assurance.NONE else []
    return [*unverified, *item.flags]


def tapped_call(
    call: Call, *, epoch: int | None, is_new: bool = False, is_merged: bool = False
) -> Tapped:
    """Return what a phone is told of its call (with incident and agency fetched)."""
    return Tapped(
        call=call.uuid,
        incident=call.incident.uuid,
        number=call.incident.number,
        mode=call.mode,
        state=call.state,
        queued_at=call.queued_at,
        agency=call.agency,
        is_new=is_new,
        is_merged=is_merged,
        epoch=epoch,
    )


def tap_answer(tapped: Tapped) -> dict[str, object]:
    """Return the answer to a tap, as PROTOCOL.md says."""
    return {
        "call": str(tapped.call),
        "incident": str(tapped.incident),
        "number": tapped.number,
        "stream": str(tapped.incident),
        "cursor": 0,
        "epoch": tapped.epoch,
        "capability": capability(tapped.call),
        "evidence": evidence_capability(tapped.incident),
        "mode": tapped.mode,
        "state": tapped.state,
        "queued_at": wire_time(tapped.queued_at),
        "agency": {
            "name": tapped.agency.name,
            "name_en": tapped.agency.name_en,
            "phone_number": tapped.agency.phone_number,
        },
        "place": None,
        "seats_open": None,
        "merged": tapped.is_merged,
    }
