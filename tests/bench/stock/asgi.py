"""What daphne serves."""
# ruff: noqa: E402  Django must be set up before a model is imported.

from django.core.asgi import get_asgi_application

pages = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import path

from tests.bench.stock.consumers import RoomConsumer

application = ProtocolTypeRouter(
    {
        "http": pages,
        "websocket": URLRouter([path("ws/<room>/<side>", RoomConsumer.as_asgi())]),
    }
)
