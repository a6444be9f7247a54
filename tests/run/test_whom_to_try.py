"""A first start says whom to sign in as, whatever the city."""

import pytest

from accounts.models import Agency
from alarm110.management.commands.prepare import _first_operator

HEAD = "# Demo log-ins: user name, password, what for.\n"
ALDER = """\
reed             5r4w-n3y2-xqzn   operator, Old Town Police, Control Room
okafor           d858-x8vd-bvqp   operator, Harbour Police
holm             ncp4-upr3-x27k   operator, Control Room
marsh            55h8-ngbc-q3mu   supervisor, 3 agencies
"""


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("people", "name"),
    [
        (ALDER, "holm"),
        ("\n".join(ALDER.splitlines()[:2]), "reed"),
        (ALDER.splitlines()[1], "okafor"),
        (ALDER.splitlines()[3], ""),
    ],
)
def test_it_is_an_operator_whom_an_alarm_without_a_place_reaches(people, name):
    Agency.objects.create(
        code="990100", name="指挥室", name_en="Control Room", is_default=True
    )
    assert _first_operator(HEAD + people) == name
