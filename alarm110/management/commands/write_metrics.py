"""Writes the table in docs/metrics.md anew from the declarations of the figures."""

from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Run it after every change of a metric."""

    help = "Write the table in docs/metrics.md from the declarations."
    requires_system_checks: tuple[str, ...] = ()

    def handle(self, **options: Any) -> None:
        """Write the document."""
        # Late: it declares the relay's figures in this process, too.
        from alarm110.metric_table import DOCUMENT, figures, with_table

        DOCUMENT.write_text(
            with_table(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8"
        )
        self.stdout.write(f"docs/metrics.md: {len(figures())} figures")
