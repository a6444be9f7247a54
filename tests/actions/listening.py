"""What the journal says of who listens."""

import msgspec

from reports.actions.custody import LEDGER
from reports.models import Entry


def bodies(stream, kind):
    """Return what the entries of a kind in a stream say, in their order."""
    rows = Entry.objects.filter(stream__uuid=stream, kind=kind).order_by("seq")
    return [msgspec.json.decode(entry.body.text) for entry in rows]


def listened():
    """Return how, who and why of each listening that the ledger holds."""
    return [
        (body["state"], body["supervisor"], body["reason"])
        for body in bodies(LEDGER, "room.monitored")
    ]
