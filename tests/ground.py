"""The ground and the people of the tests, as rows: three agencies, their seats."""

from accounts.actions.roles import enrol
from accounts.models import Agency, Area, Tier, User
from accounts.states import RoleKind
from dispatch.models import Seat
from reports.journal import open_streams
from reports.models import StreamKind

# Degrees of 1e-7: in Zhifu, in Laizhou, in Fushan, and far out at sea.
IN_ZHIFU = {"lat_e7": 371000000, "lon_e7": 1211000000, "accuracy_mm": 12000}
IN_LAIZHOU = {"lat_e7": 371000000, "lon_e7": 1191000000, "accuracy_mm": 12000}
IN_FUSHAN = {"lat_e7": 371000000, "lon_e7": 1215000000, "accuracy_mm": 12000}
AT_SEA = {"lat_e7": 300000000, "lon_e7": 1400000000, "accuracy_mm": 12000}


def square(west: float, south: float = 37.0) -> dict[str, object]:
    """Return a square of a fifth of a degree."""
    east, north = west + 0.2, south + 0.2
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def person(username: str, name: str, kind: RoleKind, agency: Agency) -> User:
    """Make a member of staff who can sign in by session only."""
    user = User(username=username, display_name=name)
    user.set_unusable_password()
    enrol(user, kind, [agency])
    return user


def build() -> tuple[Agency, Agency, Agency, dict[str, User], dict[str, Seat]]:
    """Make Zhifu, Laizhou and Fushan, staff by name, and seats by who sits there."""
    zhifu = Agency.objects.create(
        code="370602", name="芝罘", name_en="Zhifu", is_default=True
    )
    laizhou = Agency.objects.create(code="370683", name="莱州", name_en="Laizhou")
    fushan = Agency.objects.create(code="370611", name="福山", name_en="Fushan")
    grounds = [(zhifu, 121.0), (laizhou, 119.0), (fushan, 121.4)]
    for agency, west in grounds:
        Area.objects.create(
            agency=agency,
            code=agency.code,
            name=agency.name,
            name_en=agency.name_en,
            polygon=square(west),
        )
    Tier.objects.create(agency=zhifu, neighbour=fushan, after_seconds=20)
    operator = RoleKind.OPERATOR
    staff = {
        "chen": person("chen", "Chen", operator, zhifu),
        "wu": person("wu", "Wu", operator, zhifu),
        "zhao": person("zhao", "Zhao", RoleKind.SUPERVISOR, zhifu),
        "ma": person("ma", "Ma", operator, laizhou),
        "fu": person("fu", "Fu", operator, fushan),
    }
    places = {
        "chen": (zhifu, 7),
        "wu": (zhifu, 8),
        "ma": (laizhou, 1),
        "fu": (fushan, 1),
    }
    seats = {
        name: Seat.objects.create(agency=agency, number=number)
        for name, (agency, number) in places.items()
    }
    open_streams([a.uuid for a, _ in grounds], StreamKind.AGENCY)
    return zhifu, laizhou, fushan, staff, seats
