"""Compiles the message catalogues without gettext's tools."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from alarm110.translations import compile_catalogues


class Command(BaseCommand):
    """Compiles each .po that is newer than its .mo."""

    help = "Compile the .po files of this project to .mo."
    requires_system_checks: tuple[str, ...] = ()

    def handle(self, **options: Any) -> None:
        """Compile and name what was written."""
        for written in compile_catalogues(map(Path, settings.LOCALE_PATHS)):
            self.stdout.write(str(written))
