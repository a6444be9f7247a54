"""The app of facts and their proof."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    """What happened, and the proof of it."""

    name = "reports"
    verbose_name = _("Records")
