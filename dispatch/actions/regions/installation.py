"""What a region file says of the whole installation, kept for the next start.

Language, time zone and phone numbers are settings: one process has one of each. They
stand in ``region.json`` in the data folder, which the settings read; a variable goes
before it.
"""

import json
from pathlib import Path

from django.conf import settings
from msgspec import UNSET

from dispatch.actions.regions.changes import Changes
from dispatch.actions.regions.logins import write_secret
from dispatch.actions.regions.region_file import RegionFile

# The key in [region], the setting it becomes, the variable that goes before it.
KEYS = {
    "language": ("LANGUAGE_CODE", "ALARM110_LANGUAGE"),
    "time_zone": ("TIME_ZONE", "ALARM110_TIME_ZONE"),
    "phone_country": ("PHONE_COUNTRY", "ALARM110_PHONE_COUNTRY"),
    "phone_number": ("EMERGENCY_NUMBER", "ALARM110_EMERGENCY_NUMBER"),
}
FILE = "region.json"


def settle_installation(
    region: RegionFile, changes: Changes, hints: list[str]
) -> dict[str, str] | None:
    """Note what changes; return what is to be kept, None if all of it is already.

    Only the region with the default agency speaks for the installation.
    """
    said = said_of_installation(region)
    if not any(agency.default for agency in region.agencies):
        return None
    path = settings.HOME / FILE
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for key, value in said.items():
        setting, variable = KEYS[key]
        if known.get(key) != value:
            changes.note(f"installation: {key} {known.get(key, '')!r} → {value!r}")
        if getattr(settings, setting) != value:
            hints.append(
                f"{key}: {value!r} counts from the next start; {variable}, where it "
                "is set, goes before it"
            )
    fresh = known | said
    return None if fresh == known else fresh


def said_of_installation(region: RegionFile) -> dict[str, str]:
    """Return what the file says of the installation, by key."""
    values = {key: getattr(region.region, key) for key in KEYS}
    return {key: value for key, value in values.items() if value is not UNSET}


def write_installation(folder: Path, kept: dict[str, str] | None) -> None:
    """Keep it, whole or not at all."""
    if kept is not None:
        write_secret(folder / FILE, json.dumps(kept, indent=2) + "\n")
