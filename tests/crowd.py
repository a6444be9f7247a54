"""Many seats and operators for a race or a bench, made where the server's data is.

    with serve(extra_env=region(tmp_path, seats=50), database_url=url) as served:
        crowd = hire(served, 50)
        async with Console(served, crowd[0].user, session=crowd[0].session): ...

The one agency is the default one, so each tap without a position comes to it. The
operators have no password, only a session: to hash hundreds would take minutes.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.served import ROOT, Served

AGENCY = "990001"
REGION = """
[region]
code = "99"
name = "人群"

[[agencies]]
code = "{code}"
name = "人群"
name_en = "Crowd"
answer_mode = "auto"
default = true
seats = {seats}
"""


class Hand(NamedTuple):
    """An operator who is signed in, and a seat for them."""

    user: str
    session: str
    seat: str


def region(folder: Path, *, seats: int) -> dict[str, str]:
    """Write the region's file; return what makes ``prepare`` load it."""
    path = folder / "crowd.toml"
    path.write_text(REGION.format(code=AGENCY, seats=seats), encoding="utf-8")
    return {"ALARM110_REGION": str(path)}


def hire(served: Served, count: int) -> list[Hand]:
    """Make operators with a session each and give each a seat's id."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.crowd", str(count)],
        cwd=ROOT,
        env=served.env,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the crowd did not come:\n{done.stderr}")
    return [Hand(*row) for row in json.loads(done.stdout)]


def _main(count: int) -> None:
    """Run inside the server's settings: make the rows, print them as JSON."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "alarm110.settings"
    import django

    django.setup()

    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.db import transaction

    from accounts.actions.roles import enrol
    from accounts.models import Agency, User
    from accounts.states import RoleKind
    from dispatch.models import Seat

    agency = Agency.objects.get(code=AGENCY)
    seats = Seat.objects.filter(agency=agency).order_by("number")[:count]
    hands = []
    with transaction.atomic():
        for seat in seats:
            user = User(username=f"hand{seat.number}", display_name=f"H{seat.number}")
            user.set_unusable_password()
            enrol(user, RoleKind.OPERATOR, [agency])
            session = SessionStore()
            session[SESSION_KEY] = str(user.pk)
            session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
            session[HASH_SESSION_KEY] = user.get_session_auth_hash()
            session.save()
            hands.append(Hand(user.username, session.session_key or "", str(seat.uuid)))
    print(json.dumps(hands))


if __name__ == "__main__":
    _main(int(sys.argv[1]))
