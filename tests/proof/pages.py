"""What each person is answered at an address, asked through Django's whole stack."""

import re
from contextlib import ExitStack
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

from django.apps import apps
from django.contrib import admin
from django.http import HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.test import Client
from django_tasks_db.models import DBTaskResult, get_date_max

from accounts.models import Area, Tier
from dispatch.models import Seat
from reports.models import Stream
from tests.house import sign_in
from tests.proof.scene import STAFF, Scene
from tests.proof.table import PEOPLE, Row

MODEL = re.compile(r"admin/(\w+)/(\w+)/")
FORM = "application/x-www-form-urlencoded"
ORIGIN = "https://127.0.0.1:8443"


class Asking:
    """Everybody's browser, and the ids that an address needs."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.rows = {one: _rows(scene, one) for one in ("here", "there")}
        self.versions = {
            row: row.history.first().history_id
            for rows in self.rows.values()
            for row in rows.values()
            if hasattr(row, "history")
        }
        self.browsers = {person: self._browser(person) for person in PEOPLE}

    def _browser(self, person: str) -> Client:
        browser = Client(headers={"accept-language": "en", "origin": ORIGIN})
        browser.cookies.load(self.scene.cookie(person))
        return browser

    def answers(self, row: Row) -> dict[str, dict[str, str]]:
        """Ask at one door as everybody, about everything.

        Who is sent to the sign-in learns nothing of what is inside: asked once.
        """
        method, _, pattern = row.door.partition(" ")
        got: dict[str, dict[str, str]] = {}
        outside: set[str] = set()
        for one in row.objects:
            path = self.path(pattern, one)
            got[one] = {
                person: self._ask(person, method, path, row.more)
                for person in PEOPLE
                if person not in outside
            }
            outside |= {who for who, said in got[one].items() if said == "sign_in"}
        return got

    def _ask(self, person: str, method: str, path: str, more: dict[str, Any]) -> str:
        browser = self.browsers[person]
        before = browser.cookies.output()
        answer = browser.generic(
            method, path, more.get("form", ""), more.get("type", FORM), secure=True,
            headers=self.scene.secrets(person),
        )  # fmt: skip
        if browser.cookies.output() != before:  # signed out, or named anew
            if person in STAFF:
                self.scene.sessions[person] = sign_in(self.scene.user(person))
            browser.cookies.clear()
            browser.cookies.load(self.scene.cookie(person))
        return outcome(path, answer)

    def path(self, pattern: str, one: str) -> str:
        """Return an address for an object of here, of there, or of nowhere."""
        things = self.scene.things[one]
        model = MODEL.match(pattern)
        row = self.rows.get(one, {}).get("/".join(model.groups())) if model else None
        ids = {
            "object_id": row.pk if row is not None else 987654,
            "id": row.pk if row is not None else 987654,
            "content_type_id": 1,
            "code": things["code"],
            "number": things["incident_number"],
            "language": "en",
            "version": "0",
            "url": "no/such/page",
            "app_label": "dispatch",
        }
        version = self.versions.get(row, 987654)
        history = f"{ids['object_id']}/history/{version}/"
        path = pattern.replace("^([^/]+)/history/([^/]+)/$", history)
        path = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", path).replace("$", "")
        path = path.replace("/^", "/")
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda m: str(ids[m[1]]), path)


def _rows(scene: Scene, one: str) -> dict[str, Any]:
    """Return a row of each kind that the desk shows."""
    world, things = scene.world, scene.things[one]
    agency = world.zhifu if one == "here" else world.laizhou
    stream = Stream.objects.get(uuid=things["incident"])
    job = DBTaskResult.objects.create(
        args_kwargs={"args": [], "kwargs": {}}, task_path="reports.tasks.make_view",
        backend_name="default", run_after=get_date_max(),
    )  # fmt: skip
    found = {
        **things["rows"],
        "accounts/agency": agency,
        "accounts/area": Area.objects.get(agency=agency),
        "accounts/tier": Tier.objects.get(agency=agency),
        "accounts/user": world.staff["jin" if one == "here" else "hu"],
        "dispatch/seat": Seat.objects.get(uuid=things["seat"]),
        "reports/stream": stream,
        "reports/entry": stream.entries.first(),
        "django_tasks_database/dbtaskresult": job,
    }
    return {
        name: row
        if hasattr(row, "pk")
        else apps.get_model(*name.split("/")).objects.get(pk=row)
        for name, row in found.items()
    }


def outcome(path: str, answer: HttpResponseBase) -> str:
    """Say in a word what an answer comes to."""
    where = urlsplit(answer.headers.get("Location", "")).path
    if where.startswith(("/accounts/login", "/admin/login")):
        return "sign_in"
    if answer.status_code == 302 and where == "/admin/" and MODEL.match(path[1:]):
        return "absent"  # the desk's own way to say that there is no such row
    return str(answer.status_code)


def undrawn() -> Any:
    """Return what leaves the pages undrawn: who comes in was decided before."""
    stack = ExitStack()
    stack.enter_context(
        mock.patch.object(SimpleTemplateResponse, "rendered_content", "")
    )
    # The menu beside each page: the desk's first page alone shows that it is made.
    stack.enter_context(
        mock.patch.object(admin.site.__class__, "each_context", return_value={})
    )
    return stack


assert set(STAFF) <= set(PEOPLE)
