"""Writes PROTOCOL.md anew from the declarations of the wire."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from alarm110.protocol import DOCUMENT, render


class Command(BaseCommand):
    """Run it after every change of a frame, an entry, an error or a deadline."""

    help = "Write PROTOCOL.md from the declarations and docs/protocol.template.md."
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--check", action="store_true", help="only say whether it is current"
        )

    def handle(self, *, check: bool, **options: Any) -> None:
        """Write the document, or fail if it is not what would be written."""
        target = settings.BASE_DIR / DOCUMENT
        text = render()
        if check:
            if target.read_text(encoding="utf-8") != text:
                raise CommandError(
                    "PROTOCOL.md is not current: run manage.py write_protocol."
                )
            return
        target.write_text(text, encoding="utf-8")
        self.stdout.write(f"{DOCUMENT}: {len(text.splitlines())} lines")
