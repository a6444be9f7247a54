"""A call with a clip and its copy, and what people get who ask for them."""

from uuid import uuid4

import msgspec

from reports import journal
from reports.actions.custody import LEDGER
from tests.house import sign_in

PLACES = ("view", "original")


class Scene:
    """Lin's call with a clip and its copy, and what people get who ask for it."""

    def __init__(self, house, incident, clip, view):
        self.house, self.incident, self.clip, self.view = house, incident, clip, view
        self.sessions = {}

    async def cookie(self, name):
        if name is None:
            return ""
        if name not in self.sessions:
            user = self.house.world.staff[name]
            self.sessions[name] = await self.house.db(sign_in, user)
        return f"__Host-session={self.sessions[name]}"

    def path(self, place):
        root = f"/api/v1/console/clips/{self.clip.uuid}"
        return f"{root}/view/{self.view.uuid}" if place == "view" else f"{root}/{place}"

    async def ask(self, name, place="view", method="GET", **headers):
        path = place if place.startswith("/") else self.path(place)
        return await self.house.request(
            method, path, headers=headers, cookies=await self.cookie(name)
        )

    async def picture(self, name, content, clip=None, incident=None, **headers):
        path = (
            f"/api/v1/console/incidents/{incident or self.incident}"
            f"/snapshots/{clip or uuid4()}"
        )
        return await self.house.request(
            "PUT",
            path,
            content,
            headers={"content-type": "image/jpeg", **headers},
            cookies=await self.cookie(name),
        )

    async def looks(self):
        entries = await self.house.db(journal.replay, LEDGER, 0)
        return [
            (entry.author_kind, msgspec.json.decode(entry.text)["viewer"])
            for entry in entries
        ]
