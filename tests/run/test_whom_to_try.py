"""A first start says whom to sign in as, whatever the city, and a log no passwords."""

import io
from unittest.mock import patch

import pytest

from accounts.models import Agency
from alarm110.management.commands.prepare import Command, _first_operator

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


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("out", "is_first", "is_shown"),
    [
        (io.StringIO, True, False),
        (io.StringIO, False, False),
        (Terminal, True, True),
        (Terminal, False, True),
    ],
)
def test_passwords_are_shown_on_a_terminal_alone_at_the_first_start_too(
    settings, tmp_path, out, is_first, is_shown
):
    settings.HOME, settings.EMBEDDED, settings.TLS = tmp_path, True, False
    (tmp_path / "demo.txt").write_text(HEAD + ALDER)
    if not is_first:
        Agency.objects.create(code="990100", name="指挥室", is_default=True)
    told, here = out(), "alarm110.management.commands.prepare"
    with (
        patch(f"{here}.check_folder"),
        patch(f"{here}.check_ports"),
        patch(f"{here}.compile_catalogues"),
        patch.object(Command, "_migrate"),
        patch.object(Command, "_collect_static"),
        patch.object(Command, "_onboard"),
    ):
        Command(stdout=told)._prepare()

    assert ("ncp4-upr3-x27k" in told.getvalue()) == is_shown
    hint = f"The demo log-ins are in {tmp_path / 'demo.txt'} (only its owner may read"
    assert (hint in told.getvalue()) != is_shown
    assert "sign in at the seats as " in told.getvalue()
