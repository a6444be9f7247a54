"""One row a message."""

from typing import ClassVar

from django.db import models


class Message(models.Model):
    """What somebody wrote in a room."""

    client_id = models.UUIDField(unique=True)
    room = models.CharField(max_length=40, db_index=True)
    side = models.CharField(max_length=8)
    text = models.TextField()
    sent_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["Message"]] = models.Manager()

    class Meta:
        app_label = "stock"

    def __str__(self) -> str:
        return self.text
