"""The app of facts and their proof."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """What happened, and the proof of it."""

    name = "reports"
