"""The app of the switchboard."""

from django.apps import AppConfig


class DispatchConfig(AppConfig):
    """Who answers, and who goes."""

    name = "dispatch"
