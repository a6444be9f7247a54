"""What can be said of an incident's chain, honestly, at this moment."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports import journal
from reports.clock import now
from reports.models import Stream

MOST_CHECKED = 5_000  # entries, while somebody waits: a second or so


@dataclass(frozen=True, slots=True)
class Proof:
    """``state``: whole, broken, unchecked; ``sentences`` say what that means."""

    state: str
    words: str
    sentences: list[str]
    checked_at: datetime
    head: str = ""  # the last entry's digest
    count: int = 0


def proof_of(incident: UUID) -> Proof:
    """Walk the chain of an incident's stream, as long as somebody can wait for it."""
    stream, moment = Stream.objects.filter(uuid=incident).first(), now()
    if stream is None:  # somebody took the whole of it out of the database
        return _broken(_("there is no entry at all"), moment, "", 0)
    count = stream.head_seq
    if count > MOST_CHECKED:
        text = _("Its %(count)s entries are too many to be checked while you wait.")
        return Proof(
            "unchecked",
            _("Not checked"),
            [text % {"count": count}],
            moment,
            stream.head_digest,
            count,
        )
    fault = journal.verify(incident)
    if fault is not None:
        return _broken(fault, moment, stream.head_digest, count)
    text = ngettext(
        "%(count)s entry was checked just now: it is as it was written.",
        "%(count)s entries were checked just now: none was changed, taken out or put "
        "in between.",
        count,
    )
    return Proof(
        "whole",
        _("The chain is whole"),
        [
            text % {"count": count},
            _(
                "This shows tampering by anybody who cannot rewrite the whole chain. "
                "It is not signed or deposited elsewhere yet: who rules this server "
                "and its database could rewrite it all."
            ),
        ],
        moment,
        stream.head_digest,
        count,
    )


def _broken(fault: str, moment: datetime, head: str, count: int) -> Proof:
    return Proof(
        "broken",
        _("The chain is broken"),
        [
            _("First fault: %(fault)s.") % {"fault": fault},
            _("Do not rely on this record. Tell an administrator."),
        ],
        moment,
        head,
        count,
    )
