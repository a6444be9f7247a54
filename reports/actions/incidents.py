"""Open incidents and save their forms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.utils import timezone

from accounts.models import Agency, Caller
from reports.events import IncidentView
from reports.journal import open_streams
from reports.models import Incident, NumberCounter, Source, StreamKind
from reports.models.hot import write_rows
from reports.snapshots import incident_view


@dataclass(slots=True)
class NewIncident:
    """What is needed to open an incident."""

    agency: Agency
    caller: Caller
    flags: list[str]
    is_synthetic: bool = False
    source: Source = Source.PAGE


def take_numbers(agencies: Sequence[Agency], moment: datetime) -> list[str]:
    """Give each its number, e.g. ``370602-20260821-0017``; locks the counters' rows.

    Gapless: an alarm that is rolled back gives its number back.
    """
    day = timezone.localtime(moment).date()
    codes = sorted({agency.code for agency in agencies})
    NumberCounter.objects.bulk_create(
        [NumberCounter(region_code=code, local_date=day) for code in codes],
        ignore_conflicts=True,
    )
    counters = {
        counter.region_code: counter
        for counter in NumberCounter.objects.filter(
            region_code__in=codes, local_date=day
        )
        .order_by("pk")
        .select_for_update()
    }
    numbers = []
    for agency in agencies:
        counter = counters[agency.code]
        counter.last_serial += 1
        numbers.append(f"{agency.code}-{day:%Y%m%d}-{counter.last_serial:04d}")
    write_rows(counters.values(), ["last_serial"])
    return numbers


def open_incidents(news: Sequence[NewIncident], moment: datetime) -> list[Incident]:
    """Insert incidents with numbers and streams; their entries are not made here."""
    numbers = take_numbers([new.agency for new in news], moment)
    incidents = Incident.objects.bulk_create(
        [
            Incident(
                uuid=uuid4(),
                number=number,
                agency=new.agency,
                caller=new.caller,
                source=new.source,
                opened_at=moment,
                flags=new.flags,
                is_synthetic=new.is_synthetic,
            )
            for new, number in zip(news, numbers, strict=True)
        ]
    )
    open_streams([incident.uuid for incident in incidents], StreamKind.INCIDENT)
    return incidents


def save_form(
    incident: Incident, fields: dict[str, object], *, saved_by: str, moment: datetime
) -> IncidentView:
    """Write the given form fields of a locked incident; return the new state."""
    for name, value in fields.items():
        setattr(incident, name, value)
    incident.saved_at = moment
    incident.saved_by = saved_by
    Incident.objects.filter(pk=incident.pk).update(
        **fields, saved_at=moment, saved_by=saved_by
    )
    return incident_view(incident)
