"""The app."""

from django.apps import AppConfig


class StockConfig(AppConfig):
    """Its label, as the folder has too common a name."""

    name = "tests.bench.stock"
    label = "stock"
