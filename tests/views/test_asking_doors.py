"""A seat asks for a copy, and keeps a picture that it took."""

from uuid import uuid4

from reports.actions.evidence import read_chunks
from reports.models import EvidenceClip
from tests.views.pictures import encoded, jpeg
from tests.views.stage import keep, webm


async def test_a_seat_asks_for_a_copy_and_hears_of_it(scene):
    house = scene.house
    clip = await house.db(lambda: keep(scene.incident, webm(hue=7), is_closed=False))
    path = f"/api/v1/console/clips/{clip.uuid}/view"
    ready = house.chen.expect(
        lambda f: (
            f.get("type") == "clip.view_changed"
            and f["data"]["clip"]["clip"] == str(clip.uuid)
            and f["data"]["clip"]["view"]["state"] == "ready"
        )
    )
    answer = await scene.ask("chen", path, "POST")

    assert answer.status == 202
    told = answer.json()["view"]
    assert (told["state"], told["chunk_count"]) == ("making", 1)
    assert (await ready)["data"]["clip"]["view"]["view"] == told["view"]
    again = await scene.ask("chen", path, "POST")
    assert again.json()["view"]["view"] == told["view"]
    assert again.json()["view"]["state"] == "ready"
    assert (await scene.ask("chen", f"{path}/{told['view']}")).status == 200


async def test_the_phone_hears_nothing_of_copies(scene):
    kinds = set(scene.house.lin.kinds())
    assert not any(kind.startswith(("clip.", "chunks.")) for kind in kinds)


async def test_a_picture_that_a_seat_took_is_kept_once(scene):
    uuid = uuid4()
    content = jpeg(640, 480)
    first = await scene.picture("chen", content, uuid)
    again = await scene.picture("chen", content, uuid)
    other = await scene.picture("chen", jpeg(640, 482), uuid)

    assert (first.status, again.status, other.status) == (201, 201, 409)
    clip = first.json()["clip"]
    assert again.json()["clip"] == clip | {"view": again.json()["clip"]["view"]}
    assert clip["clip"] == str(uuid)
    assert clip["call"] == scene.house.lin.call["call"]
    assert (clip["source"], clip["kind"], clip["side"]) == ("seat", "photo", "caller")
    assert (clip["state"], clip["is_complete"]) == ("closed", True)

    def stored():
        row = EvidenceClip.objects.get(uuid=uuid)
        return b"".join(chunk.data for chunk in read_chunks(row))

    assert await scene.house.db(stored) == content


async def test_only_the_seat_of_the_call_takes_pictures(scene):
    for name in ("zhao", "han"):
        assert (await scene.picture(name, jpeg())).status == 404


async def test_a_seat_keeps_pictures_and_nothing_else(scene):
    for content, status, code in (
        (encoded("PNG"), 400, "malformed"),
        (b"<svg onload=alert(1)>", 400, "malformed"),
        (b"\xff\xd8\xff<script>", 400, "malformed"),
        (b"", 400, "malformed"),
        (webm(), 400, "malformed"),
        (jpeg() + b"\0" * (1024 * 1024), 413, "too_large"),
    ):
        answer = await scene.picture("chen", content)
        assert (answer.status, answer.json()["code"]) == (status, code)
    assert await scene.house.db(EvidenceClip.objects.count) == 1


async def test_a_picture_into_nowhere_is_refused(scene):
    assert (await scene.picture("chen", jpeg(), incident=uuid4())).status == 404


async def test_a_clip_of_the_phone_s_cannot_be_continued_by_a_seat(scene):
    answer = await scene.picture("chen", jpeg(), scene.clip.uuid)
    assert (answer.status, answer.json()["code"]) == (409, "clip_conflict")


async def test_another_site_changes_nothing(scene):
    path = f"/api/v1/console/clips/{scene.clip.uuid}/view"
    for origin in ("https://evil.example", ""):
        asked = await scene.ask("chen", path, "POST", origin=origin)
        kept = await scene.picture("chen", jpeg(), origin=origin)
        assert (asked.status, kept.status) == (403, 403)


async def test_the_doors_open_one_way(scene):
    for method in ("PUT", "DELETE", "PATCH", "POST"):
        assert (await scene.ask("chen", "view", method)).status == 405
        assert (await scene.ask("chen", "original", method)).status == 405
