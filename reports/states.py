"""States of evidence: where a clip comes from, what it is, whether it still grows."""

from django.db import models
from django.utils.translation import gettext_lazy as _

MAX_CHUNK_BYTES = 1024 * 1024
MAX_CLIP_BYTES = 2 * 1024**3  # an hour and more of video; beyond it a new clip
MAX_INCIDENT_BYTES = 8 * 1024**3  # from each source: no phone takes the relay's
MAX_CLIP_CHUNKS = 20_000  # 5 hours of one a second; tiny ones cost rows, not bytes
MAX_INCIDENT_CLIPS = 500  # photos and files are clips too
# What one message may say of evidence: a seat must be able to read it in a moment.
MAX_SHOWN_CLIPS = 60  # of an incident, the newest
MAX_SHOWN_GAPS = 20  # of a clip, the first
MAX_CLOSED_SEGMENTS = 600  # 10 hours of a minute each
MAX_SEGMENT = 9_999  # of 60 s each
MAX_INDEX = 99_999  # of a chunk in its segment


class ClipSource(models.TextChoices):
    """Which recorder made a clip. Each is evidence by itself."""

    PHONE = "phone", _("the phone")
    RELAY = "relay", _("the media relay")
    SEAT = "seat", _("the seat")


class ClipKind(models.TextChoices):
    """What a clip claims to be."""

    VIDEO = "video", _("video")
    AUDIO = "audio", _("sound")
    PHOTO = "photo", _("photo")
    FILE = "file", _("file")


class ClipState(models.TextChoices):
    """Whether a clip still grows."""

    OPEN = "open", _("being received")
    CLOSED = "closed", _("closed")


class ViewState(models.TextChoices):
    """What became of the copy that people look at."""

    MAKING = "making", _("being made")
    READY = "ready", _("ready")
    REFUSED = "refused", _("cannot be shown")
