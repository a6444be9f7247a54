"""Halls: police forces of the tests' own, so that no test meets another's calls.

Each has a square of sea off Yantai, two seats or three, as many operators as a test
wants, perhaps a supervisor; nobody helps out.
They join a running server by ``manage.py onboard``, as any region does, or are all that
a small server knows (``ALARM110_REGION``), which then starts in a third of the time.
"""

import json
from dataclasses import dataclass
from pathlib import Path

REGION = "379"
FIRST_CODE = 379_000  # room for 999 halls: a test has one, tried again another
SOUTH, WEST, STEP, SIDE = 37.62, 121.50, 0.02, 0.01  # degrees
PHRASE = ("您现在是一个人吗？", "Are you alone?")
CATEGORY = ("0103", "诈骗", "Fraud")
LABELS = [("甲席", "Desk A"), ("乙席", "Desk B"), ("丙席", "Desk C")]
HEAD = f"""
[region]
code = "{REGION}"
name = "海上"
name_en = "At sea"
demo = true

[[categories]]
code = "{CATEGORY[0]}"
name = "{CATEGORY[1]}"
name_en = "{CATEGORY[2]}"

[[phrases]]
text = "{PHRASE[0]}"
text_en = "{PHRASE[1]}"
"""


@dataclass(frozen=True)
class Hall:
    """One force: where its ground is, and who sits there."""

    number: int
    answer: str = "auto"
    staff: int = 1
    seats: int = 2
    has_supervisor: bool = False

    @property
    def code(self) -> str:
        """Its code of six digits, which every incident's number begins with."""
        return str(FIRST_CODE + self.number)

    @property
    def place(self) -> tuple[float, float]:
        """Latitude and longitude of the middle of its ground."""
        return SOUTH + SIDE / 2, WEST + STEP * self.number + SIDE / 2

    @property
    def operators(self) -> list[str]:
        """The user names of those who may sit here."""
        return [f"hall{self.number}.{n}" for n in range(1, self.staff + 1)]

    @property
    def supervisor(self) -> str:
        """The user name of who supervises it, if anybody does."""
        return f"hall{self.number}.lead"

    def square(self) -> dict[str, object]:
        """Return its ground as GeoJSON."""
        west, south = WEST + STEP * self.number, SOUTH
        east, north = west + SIDE, south + SIDE
        corners = [[west, south], [east, south], [east, north], [west, north]]
        return {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}


def write_region(folder: Path, halls: list[Hall], *, default: bool = False) -> Path:
    """Write the halls' region file; ``default``: the first takes what has no place."""
    for hall in halls:
        square = json.dumps(hall.square())
        (folder / f"{hall.code}.geojson").write_text(square, encoding="utf-8")
    agencies = [_agency(hall, default and hall is halls[0]) for hall in halls]
    file = folder / "halls.toml"
    file.write_text("".join([HEAD, *agencies]), encoding="utf-8")
    return file


def _agency(hall: Hall, is_default: bool) -> str:
    agency = f"""
[[agencies]]
code = "{hall.code}"
name = "{hall.number}号厅"
name_en = "Hall {hall.number}"
answer_mode = "{hall.answer}"
default = {str(is_default).lower()}
areas = [{{ file = "{hall.code}.geojson", code = "{hall.code}", \
name = "{hall.number}号海域", name_en = "Sea {hall.number}" }}]
seats = [
{"".join(_seat(number) for number in range(1, hall.seats + 1))}]
"""
    staff = [_person(hall, user, "operator") for user in hall.operators]
    if hall.has_supervisor:
        staff.append(_person(hall, hall.supervisor, "supervisor"))
    return agency + "".join(staff)


def _seat(number: int) -> str:
    label, english = LABELS[number - 1]
    return f'  {{ number = {number}, label = "{label}", label_en = "{english}" }},\n'


def _person(hall: Hall, user: str, role: str) -> str:
    return f"""
[[staff]]
username = "{user}"
name = "{user}"
role = "{role}"
agencies = ["{hall.code}"]
"""
