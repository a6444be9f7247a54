"""The application that every server serves: pages, hot paths, sockets, static files.

Daphne starts the loops itself (``manage.py serve``); any other ASGI server starts them
through ``lifespan``.
"""
# ruff: noqa: E402  Django must be set up before anything imports a model.

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alarm110.settings")

from django.core.asgi import get_asgi_application

pages = get_asgi_application()

from channels.routing import ProtocolTypeRouter
from django.conf import settings

from alarm110 import loops
from alarm110.asgi_types import Receive, Scope, Send
from alarm110.counted import Counted
from alarm110.hot import HotHandler
from alarm110.routing import websocket_application
from alarm110.staticfiles import StaticFiles

# Taps, commands and long polls; chunks of evidence.
HOT_PATHS = ("/api/v1/calls", "/api/v1/incidents")
_below = tuple(f"{path}/" for path in HOT_PATHS)

hot = HotHandler()


async def web(scope: Scope, receive: Receive, send: Send) -> None:
    """Send a request through the short stack or the full one."""
    path = scope["path"]
    is_hot = path in HOT_PATHS or path.startswith(_below)
    await (hot if is_hot else pages)(scope, receive, send)


async def lifespan(scope: Scope, receive: Receive, send: Send) -> None:
    """Start the loops with the server and stop them with it."""
    await receive()  # lifespan.startup
    await loops.start()
    await send({"type": "lifespan.startup.complete"})
    await receive()  # lifespan.shutdown
    await loops.stop()
    await send({"type": "lifespan.shutdown.complete"})


application = ProtocolTypeRouter(
    {
        "http": Counted(
            StaticFiles(web, root=settings.STATIC_ROOT, prefix=settings.STATIC_URL)
        ),
        "websocket": websocket_application,
        "lifespan": lifespan,
    }
)
