"""Fixtures of copies and playback."""

from uuid import UUID

import pytest

from accounts.states import RoleKind
from reports.actions import views
from reports.models import ViewCopy
from tests import ground
from tests.views.scene import Scene
from tests.views.stage import keep, webm


@pytest.fixture
def at_once(settings):
    """Do a job where it is enqueued, right after the commit."""
    settings.TASKS = {
        "default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}
    }


@pytest.fixture
async def scene(house, at_once):
    """Chen hosts Lin's call; a clip of it has a copy."""
    world = house.world

    def hire():
        for name, label, kind, agency in (
            ("han", "Han", RoleKind.AUDITOR, world.zhifu),
            ("yan", "Yan", RoleKind.SUPERVISOR, world.laizhou),
            ("tang", "Tang", RoleKind.ADMINISTRATOR, world.zhifu),
        ):
            world.staff[name] = ground.person(name, label, kind, agency)

    await house.db(hire)
    house.chen, house.lin = await house.connected()
    incident = UUID(house.lin.stream)

    def record():
        clip = keep(incident, webm(2.0), webm(1.0))
        views.ask_view(clip.uuid)
        return clip, ViewCopy.objects.get()

    clip, view = await house.db(record)
    return Scene(house, incident, clip, view)
