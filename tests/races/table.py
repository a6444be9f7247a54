"""The thirty-five races that bit systems like this one, and the tests that own them.

Each says, in our words, what went wrong elsewhere (``bite``), what keeps it from
happening here (``here``), and which tests would notice. ``test_table.py`` checks that
all are here and that each test exists; parametrised ids stand without their brackets.
"""

from tests.races.of_callers_and_order import OF_CALLERS_AND_ORDER
from tests.races.of_rooms_and_seats import OF_ROOMS_AND_SEATS
from tests.races.race import Race

RACES_OF_OTHERS: dict[str, Race] = {**OF_ROOMS_AND_SEATS, **OF_CALLERS_AND_ORDER}
