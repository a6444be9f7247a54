"""``manage.py verify_records``: is what is kept still what was kept?

For after a restore, and from time to time: every chain of the journal, every recorded
byte, and whether the keys of this installation still open the callers' numbers.
"""

from argparse import ArgumentParser
from collections.abc import Iterator

from django.core.management.base import BaseCommand, CommandError, no_translations

from accounts.models import Caller, blind_index
from reports import journal
from reports.actions.evidence.reading import Damaged, read_chunks
from reports.models import EvidenceClip, Stream


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
        self._count = 0
        faults = []
        checks = {"streams": self._streams(), "callers' numbers": self._numbers()}
        if not no_evidence:
            checks["chunks of evidence"] = self._evidence()
        for what, check in checks.items():
            self._count = 0
            found = list(check)
            faults += found
            told = f"{len(found)} faulty" if found else "whole"
            self.stdout.write(f"{self._count} {what}: {told}")
        if faults:
            raise CommandError("\n".join(faults))

    def _streams(self) -> Iterator[str]:
        for uuid in Stream.objects.order_by("pk").values_list("uuid", flat=True):
            self._count += 1
            if fault := journal.verify(uuid):
                yield f"stream {uuid}: {fault}"

    def _numbers(self) -> Iterator[str]:
        """Read each number back: with other keys it is another, or none at all."""
        callers = Caller.objects.filter(phone_index__gt="").values_list(
            "uuid", flat=True
        )
        for uuid in callers.iterator():
            self._count += 1
            try:
                caller = Caller.objects.only("phone", "phone_index").get(uuid=uuid)
                is_sound = blind_index(caller.phone) == caller.phone_index
            except Exception:  # whatever the cipher says to a wrong key
                is_sound = False
            if not is_sound:
                yield f"caller {uuid}: the keys do not fit (salt.key, index.key)"

    def _evidence(self) -> Iterator[str]:
        for clip in EvidenceClip.objects.order_by("pk").iterator():
            try:
                for _chunk in read_chunks(clip):
                    self._count += 1
            except Damaged as damage:
                yield f"clip {clip.uuid}: {damage.args[0]} is missing or changed"
