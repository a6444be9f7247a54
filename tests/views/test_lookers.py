"""Who may look at evidence, who may not, and that each look is written down."""

from uuid import uuid4

import pytest

from accounts.actions.roles import Right, change_rights
from accounts.states import RoleKind
from reports.actions import views
from reports.models import EvidenceClip, ViewCopy
from tests.house import device_cookie
from tests.views.pictures import jpeg
from tests.views.scene import PLACES
from tests.views.stage import keep, webm


@pytest.mark.parametrize("place", PLACES)
async def test_who_may_look_does_and_is_written_down(scene, place):
    for name in ("chen", "zhao", "han"):
        assert (await scene.ask(name, place)).status == 200
    assert await scene.looks() == [
        ("operator", "Chen"),
        ("supervisor", "Zhao"),
        ("auditor", "Han"),
    ]


@pytest.mark.parametrize("name", ["wu", "ma", "fu", "yan", "tang", None])
async def test_everybody_else_learns_nothing(scene, name):
    nowhere = f"/api/v1/console/clips/{uuid4()}/original"
    for method in ("GET", "HEAD"):
        unknown = await scene.ask(name, nowhere, method)
        for place in PLACES:
            answer = await scene.ask(name, place, method)
            assert answer.status == unknown.status == 404
            assert answer.body == unknown.body
            assert method == "HEAD" or answer.json()["code"] == "not_found"
    root = f"/api/v1/console/clips/{scene.clip.uuid}/view"
    assert (await scene.ask(name, root, "POST")).status == 404
    assert (await scene.picture(name, jpeg())).status == 404

    assert await scene.looks() == []
    assert await scene.house.db(EvidenceClip.objects.count) == 1
    assert await scene.house.db(ViewCopy.objects.count) == 1


async def test_a_caller_is_no_member_of_staff(scene):
    answer = await scene.house.request(
        "GET", scene.path("view"), cookies=device_cookie("lin")
    )
    assert answer.status == 404


async def test_who_wraps_up_may_look_and_no_longer_once_that_is_done(scene):
    await scene.house.chen.command("end_call", call=scene.house.lin.call["call"])
    assert (await scene.ask("chen")).status == 200

    await scene.house.chen.command("finish_wrap_up")
    assert (await scene.ask("chen")).status == 404
    assert (await scene.ask("zhao")).status == 200


async def test_a_right_that_is_taken_away_is_gone_at_once(scene):
    assert (await scene.ask("han")).status == 200
    auditor = Right(RoleKind.AUDITOR, scene.house.world.zhifu)
    han = scene.house.world.staff["han"]
    await scene.house.db(change_rights, han, take=[auditor])
    assert (await scene.ask("han")).status == 404


async def test_a_copy_of_another_clip_is_not_found_under_this_one(scene):
    def more():
        return keep(scene.incident, webm(hue=5))

    other = await scene.house.db(more)
    path = f"/api/v1/console/clips/{other.uuid}/view/{scene.view.uuid}"
    assert (await scene.ask("chen", path)).status == 404
    path = f"/api/v1/console/clips/{scene.clip.uuid}/view/{uuid4()}"
    assert (await scene.ask("chen", path)).status == 404


async def test_a_copy_in_the_making_is_not_found_yet(scene):
    await scene.house.db(
        lambda: ViewCopy.objects.update(state="making", sha256="", made_at=None)
    )
    try:
        assert (await scene.ask("chen")).status == 404
    finally:
        await scene.house.db(views.refuse_view, scene.view.uuid, "not_a_recording")
    assert (await scene.ask("chen")).status == 404
