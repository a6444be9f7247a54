"""``manage.py onboard FILE [--check]``: bring a region on line from one file."""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

from django.core.management.base import BaseCommand, CommandError, no_translations

from dispatch.actions.regions import Fault, RegionFaulty, load_region


class Command(BaseCommand):
    """Load agencies, areas, seats, tiers, staff and the canary; all or nothing."""

    help = (
        "Bring a region on line from one readable file; a second run changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file, and whether only to look."""
        parser.add_argument("file", type=Path, help="a region file (TOML)")
        parser.add_argument(
            "--check",
            action="store_true",
            help="name every fault and its line, say what would change, change nothing",
        )

    @no_translations  # one language, whatever the region's
    def handle(self, *, file: Path, check: bool, **options: object) -> None:
        """Load the file and list what changed."""
        os.umask(0o077)  # in an empty data folder the database begins here
        try:
            outcome = load_region(file, check_only=check)
        except RegionFaulty as error:
            self._warn(error.warnings)
            faults = "\n".join(f"  {fault}" for fault in error.faults)
            self._fail(f"{file}: nothing was loaded\n{faults}")
        except OSError as error:
            self._fail(f"nothing was loaded: {error.filename}: {error.strerror}")
        self._warn(outcome.warnings)
        for line in outcome.changes or ["nothing changed"]:
            self.stdout.write(line)
        for hint in outcome.hints:
            self.stdout.write(self.style.WARNING(hint))
        if check:
            self.stdout.write("no fault: only checked, nothing was written")

    def _fail(self, text: str) -> NoReturn:
        """End with what is wrong; in a shell as it is, without Django's prefix."""
        if getattr(self, "_called_from_command_line", False):  # BaseCommand's own
            self.stderr.write(text)
            sys.exit(1)
        raise CommandError(text)

    def _warn(self, warnings: Iterable[Fault]) -> None:
        """Warnings stand apart from what stops a file: on standard error, marked."""
        for warning in warnings:
            self.stderr.write(self.style.WARNING(f"warning: {warning}"))
