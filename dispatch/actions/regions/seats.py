"""The seats a region file names, settled all at once under one lock."""

from dispatch.actions.regions.changes import Changes, said
from dispatch.actions.regions.region_file import SeatSpec
from dispatch.actions.switchboard import Switchboard
from dispatch.models import Seat

CONFIGURED = ["label", "label_en", "is_active"]


def settle_seats(
    wanted: dict[int, list[SeatSpec]], changes: Changes, hints: list[str]
) -> None:
    """Make the seats of agencies (by id) those listed; others go out of service.

    The last act of its transaction: the change of each seat is an entry. A seat where
    somebody works is not closed under them.
    """
    made = _make_missing(wanted)
    seats = Seat.objects.filter(agency_id__in=wanted).values_list("pk", flat=True)
    board = Switchboard.lock(seats=list(seats))
    specs = {(a, spec.number): spec for a, rows in wanted.items() for spec in rows}
    for seat in board.seats.values():
        spec = specs.get((seat.agency_id, seat.number))
        if seat.pk in made:
            changes.note(f"{_name(seat)}: made")
            board.seat_changed(seat, "configured")
        elif spec is None and seat.pk in board.shifts:
            hints.append(f"{_name(seat)} is in use and was not closed: run this again")
        else:
            values = said(spec, "label", "label_en") if spec else {}
            values["is_active"] = spec is not None
            if changes.settle(_name(seat), seat, values, _save):
                board.seat_changed(seat, "configured")
    board.commit()


def _make_missing(wanted: dict[int, list[SeatSpec]]) -> set[int]:
    there = set(
        Seat.objects.filter(agency_id__in=wanted).values_list("agency_id", "number")
    )
    made = set()
    for agency_id, rows in wanted.items():
        for spec in rows:
            if (agency_id, spec.number) not in there:
                labels = said(spec, "label", "label_en")
                seat = Seat(agency_id=agency_id, number=spec.number, **labels)
                seat.full_clean()
                seat.save()
                made.add(seat.pk)
    return made


def _save(seat: Seat) -> None:
    """Write only what is configured: the rest is the live state."""
    seat.save(update_fields=CONFIGURED)


def _name(seat: Seat) -> str:
    return f"seat {seat.agency.code}/{seat.number}"
