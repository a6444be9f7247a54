"""What a region file may well mean, and still should be looked at. Pure."""

from collections.abc import Iterator

from msgspec import UNSET

from dispatch.actions.regions.faults import Fault, Lines
from dispatch.actions.regions.installation import said_of_installation
from dispatch.actions.regions.places import Path
from dispatch.actions.regions.region_file import AgencySpec, RegionFile


def region_warnings(region: RegionFile, lines: Lines) -> Iterator[Fault]:
    """Find what is allowed and rarely meant."""
    for n, agency in enumerate(region.agencies):
        yield from _hands_missing(agency, n, region, lines)
    if region.staff and not any(p.role == "administrator" for p in region.staff):
        yield Fault(lines.at("staff", 0), "nobody here is an administrator")
    if not any(agency.default for agency in region.agencies):
        for key in said_of_installation(region):
            text = f"{key} counts only in the file that has the default agency"
            yield Fault(lines.at("region", key), text)
    texts = list(_texts(region))
    # A file of one language only is a choice; one of two is a promise.
    if region.region.language == "en" or any(english for *_, english in texts):
        for path, what, english in texts:
            if not english:
                text = (
                    f"{what} has no {path[-1]}_en: who reads English sees it as it is"
                )
                yield Fault(lines.at(*path), text)


def _hands_missing(
    agency: AgencySpec, n: int, region: RegionFile, lines: Lines
) -> Iterator[Fault]:
    is_called = bool(agency.areas or agency.default)
    if is_called and not agency.seats:
        line = lines.nearest(("agencies", n), "seats", "code")
        yield Fault(line, f"agency {agency.code} has no seat: only neighbours answer")
    if agency.seats and region.staff and not any(
        person.role == "operator" and {agency.code, "*"} & {*person.agencies}
        for person in region.staff
    ):  # fmt: skip
        line = lines.nearest(("agencies", n), "seats", "code")
        yield Fault(line, f"agency {agency.code} has seats and no operator")


def _texts(region: RegionFile) -> Iterator[tuple[Path, str, bool]]:
    """Yield each text of two languages: its path, what it is, if it has English."""
    path: Path
    yield ("region", "name"), "the region", region.region.name_en is not UNSET
    for n, agency in enumerate(region.agencies):
        yield (
            ("agencies", n, "name"),
            f"agency {agency.code}",
            agency.name_en is not UNSET,
        )
        for at, area in enumerate(agency.area_specs):
            path = ("agencies", n, "areas", at, "name")
            yield path, f"area {area.own_code}", area.name_en is not UNSET
        for at, seat in enumerate(agency.seat_specs):
            if seat.label is not UNSET and seat.label:
                path = ("agencies", n, "seats", at, "label")
                what = f"seat {agency.code}/{seat.number}"
                yield path, what, seat.label_en is not UNSET
        if agency.break_reasons is not UNSET:
            for at, reason in enumerate(agency.break_reasons):
                path = ("agencies", n, "break_reasons", at, "text")
                yield path, f"reason “{reason.text}”", reason.text_en is not UNSET
    if region.categories is not UNSET:
        for n, category in enumerate(region.categories):
            path = ("categories", n, "name")
            yield path, f"category {category.code}", category.name_en is not UNSET
    if region.phrases is not UNSET:
        for n, phrase in enumerate(region.phrases):
            path = ("phrases", n, "text")
            yield path, f"phrase “{phrase.text[:20]}”", phrase.text_en is not UNSET
