"""The consumer, as the documentation has it."""

from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from tests.bench.stock.models import Message


class RoomConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    """Both ends of a room; each hears every message, its own as the receipt."""

    async def connect(self) -> None:
        """Join the room's group."""
        self.room = self.scope["url_route"]["kwargs"]["room"]
        self.side = self.scope["url_route"]["kwargs"]["side"]
        self.group = f"room_{self.room}"
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        """Leave it."""
        await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive_json(self, content: dict[str, Any], **kwargs: Any) -> None:
        """Keep a message, then tell the group."""
        await self.keep(content)
        await self.channel_layer.group_send(
            self.group,
            {
                "type": "room.message",
                "id": content["id"],
                "side": self.side,
                "text": content["text"],
            },
        )

    @database_sync_to_async
    def keep(self, content: dict[str, Any]) -> None:
        """Insert the row."""
        Message.objects.create(
            client_id=content["id"],
            room=self.room,
            side=self.side,
            text=content["text"],
        )

    async def room_message(self, event: dict[str, Any]) -> None:
        """Hand a message on."""
        await self.send_json(
            {
                "type": "message",
                "id": event["id"],
                "side": event["side"],
                "text": event["text"],
            }
        )
