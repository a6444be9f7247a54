"""A call with words, silence, a position and recordings, and readers of its record."""

from dataclasses import dataclass

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from accounts.states import RoleKind
from dispatch.actions.holding import Holder
from dispatch.actions.tap import Tapped
from reports.models import EvidenceClip, Incident
from tests import ground
from tests.accounts.cast import PLAIN_STATIC
from tests.world import World


@dataclass
class Story:
    """What happened, and the doors to it."""

    world: World
    chen: Holder
    tapped: Tapped
    clip: EvidenceClip

    @property
    def incident(self) -> Incident:
        """Return the incident."""
        return Incident.objects.get(uuid=self.tapped.incident)

    @property
    def path(self) -> str:
        """Return where its record is."""
        return f"/records/{self.tapped.number}/"

    def browser(self, name: str | None, language: str = "en") -> Client:
        """Return a browser in which this person is signed in."""
        browser = Client(headers={"accept-language": language})
        if name:
            browser.force_login(self.world.staff[name])
        return browser

    def page(self, name: str = "han", language: str = "en") -> str:
        """Return the record's page as this person gets it."""
        answer = self.browser(name, language).get(self.path, secure=True)
        assert answer.status_code == 200
        return answer.content.decode()


def hire(world: World) -> None:
    """Add readers to the cast: auditors here and there, a supervisor of elsewhere."""
    for name, kind, agency in (
        ("han", RoleKind.AUDITOR, world.zhifu),
        ("xu", RoleKind.AUDITOR, world.laizhou),
        ("bo", RoleKind.AUDITOR, None),
        ("yan", RoleKind.SUPERVISOR, world.laizhou),
        ("tang", RoleKind.ADMINISTRATOR, world.zhifu),
    ):
        world.staff[name] = ground.person(name, name.title(), kind, agency)
    world.staff["nobody"] = User.objects.create(username="nobody")


@pytest.fixture
def story(world: World, settings) -> Story:
    """Lin called, was silent for a while, wrote, and Chen ended the call."""
    settings.STORAGES = {**settings.STORAGES, **PLAIN_STATIC}
    settings.TASKS = {
        "default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}
    }
    cache.clear()
    hire(world)
    chen, tapped = world.connected(text="Two men at the door")
    lin = world.place(tapped)
    world.set_mode(lin, "silent")
    world.say(tapped.incident, lin, "He has a <b>knife</b>")
    world.say(tapped.incident, chen, "Are you alone?")
    world.save(chen, tapped.incident, place="West Street 7", priority=1)
    clip = world.clip(tapped, b"one", b"two", b"three", call=tapped.call)
    return Story(world, chen, tapped, clip)
