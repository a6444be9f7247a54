"""``manage.py verify_records``: is what is kept still what was kept?

For after a restore, and from time to time: every chain of the journal, every recorded
byte and each clip's digest, and whether the keys of this installation still open the
callers' numbers. It may run while alarms come in.
"""

from argparse import ArgumentParser
from collections.abc import Iterator
from time import monotonic

from django.core.management.base import BaseCommand, CommandError, no_translations
from django.db import DatabaseError

from accounts.models import Caller, blind_index
from reports import journal
from reports.actions.evidence.checking import row_faults, vanished
from reports.actions.evidence.reading import Damaged, read_chunks
from reports.models import EvidenceClip, Stream

TELL_SECONDS = 10.0  # how often a long run says how far it is


class Command(BaseCommand):
    """Reads everything, writes nothing; each fault is a line, and the exit status 1."""

    help = "Check the journal's chains, the evidence's bytes and the keys."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whether to leave the long part out."""
        parser.add_argument(
            "--no-evidence",
            action="store_true",
            help="leave the recordings out: reading all of them takes long",
        )

    @no_translations
    def handle(self, *, no_evidence: bool, **options: object) -> None:
        """Check all, tell how much it was, and fail if anything is wrong."""
        faults = []
        checks = {"streams": self._streams(), "callers' numbers": self._numbers()}
        if not no_evidence:
            checks["chunks of evidence"] = self._evidence()
        for what, check in checks.items():
            self._count, self._what, self._told_at = 0, what, monotonic()
            found = list(check)
            faults += found
            told = f"{len(found)} faulty" if found else "whole"
            self.stdout.write(f"{self._count} {what}: {told}")
        if faults:
            raise CommandError("\n".join(faults))

    def _counted(self) -> None:
        """Count one more, and say so now and then: reading all of it may take hours."""
        self._count += 1
        if monotonic() - self._told_at >= TELL_SECONDS:
            self._told_at = monotonic()
            self.stderr.write(f"… {self._count} {self._what} so far")

    def _streams(self) -> Iterator[str]:
        for uuid in list(Stream.objects.order_by("pk").values_list("uuid", flat=True)):
            self._counted()
            if fault := journal.verify(uuid):
                yield f"stream {uuid}: {fault}"

    def _numbers(self) -> Iterator[str]:
        """Read each number back: with other keys it is another, or none at all."""
        callers = Caller.objects.filter(phone_index__gt="").values_list(
            "uuid", flat=True
        )
        for uuid in list(callers):
            self._counted()
            try:
                caller = Caller.objects.only("phone", "phone_index").get(uuid=uuid)
                is_sound = blind_index(caller.phone) == caller.phone_index
            except Exception:  # whatever the cipher says to a wrong key
                is_sound = False
            if not is_sound:
                yield f"caller {uuid}: the keys do not fit (salt.key, index.key)"

    def _evidence(self) -> Iterator[str]:
        # One by one: a cursor kept open would hold on to the end of SQLite's log.
        clips = EvidenceClip.objects.select_related("incident")
        for pk in list(clips.order_by("pk").values_list("pk", flat=True)):
            clip = clips.get(pk=pk)
            for fault in self._clip(clip):
                yield f"clip {clip.uuid}: {fault}"
        for uuid in vanished():
            yield f"clip {uuid}: the journal knows it, and its row is gone"

    def _clip(self, clip: EvidenceClip) -> Iterator[str]:
        yield from row_faults(clip)
        try:
            for _chunk in read_chunks(clip):
                self._counted()
        except Damaged as damage:
            yield f"{damage.args[0]} is missing or changed"
        except DatabaseError:
            raise
        except Exception as error:  # a disk or a bucket that fails; the rest is read
            yield f"it cannot be read: {type(error).__name__}: {error}"
