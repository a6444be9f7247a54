"""The project as an app: its commands, checks and templates."""

from django.apps import AppConfig


class Alarm110Config(AppConfig):
    """Knows every app, is known by none."""

    name = "alarm110"

    def ready(self) -> None:
        """Register the deployment checks."""
        from alarm110 import checks  # noqa: F401
