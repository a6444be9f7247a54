"""Taps asked again: the call each already has, whoever its phone became meanwhile.

A phone that proves a number may become another Caller, and a phone whose number moved
to a new one is nobody's from then on. Neither makes a second alarm of a tap that was
answered before.
"""

from collections.abc import Collection, Mapping
from uuid import UUID

from accounts.models import Caller, FormerPhone
from dispatch.models import Call
from reports import journal

Tapped = tuple[str, UUID]  # the phone, by its device hash, and the tap's own id
Identity = tuple[int, str]  # a Caller's row, and the UUID that signs entries


def former_callers(phones: Collection[str]) -> dict[str, list[Identity]]:
    """Return, for each phone by its device hash, whom it spoke for before."""
    former: dict[str, list[Identity]] = {phone: [] for phone in phones}
    rows = FormerPhone.objects.filter(device_hash__in=former).order_by("pk")
    for phone, pk, uuid in rows.values_list("device_hash", "caller_id", "caller__uuid"):
        former[phone].append((pk, str(uuid)))
    return former


def known_calls(
    taps: Collection[Tapped], callers: Mapping[str, Caller]
) -> dict[Tapped, Call]:
    """Return the calls of taps that were made, or merged into a call, before.

    ``callers`` says who each phone is now. Where two of its identities made the same
    id, the former one counts: that was this very phone.
    """
    identities = {
        phone: [*former, (callers[phone].pk, str(callers[phone].uuid))]
        for phone, former in former_callers({phone for phone, _ in taps}).items()
    }
    rows = {pk for each in identities.values() for pk, _ in each}
    made = {
        (call.caller_id, call.client_id): call
        for call in Call.objects.filter(
            caller_id__in=rows, client_id__in={tap for _, tap in taps}
        ).select_related("incident", "agency")
    }
    known: dict[Tapped, Call] = {}
    for phone, tap in taps:
        for pk, _ in identities[phone]:
            if (pk, tap) in made:
                known.setdefault((phone, tap), made[pk, tap])
    rest = [tapped for tapped in taps if tapped not in known]
    return known | _merged_calls(rest, identities)


def _merged_calls(
    taps: Collection[Tapped], identities: Mapping[str, list[Identity]]
) -> dict[Tapped, Call]:
    """Return the calls that taps were merged into."""
    where = journal.known_acks(
        [(uuid, tap) for phone, tap in taps for _, uuid in identities[phone]]
    )
    if not where:
        return {}
    calls = {
        call.incident.uuid: call
        for call in Call.objects.filter(
            incident__uuid__in={recorded.stream for recorded in where.values()}
        ).select_related("incident", "agency")
    }
    return {
        (phone, tap): calls[where[uuid, tap].stream]
        for phone, tap in taps
        for _, uuid in reversed(identities[phone])
        if (uuid, tap) in where
    }
