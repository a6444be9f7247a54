"""``manage.py canary``: is an alarm answered, from the tap to the end, right now?"""

import asyncio
import ssl
import sys
from argparse import ArgumentParser
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from alarm110 import env, hosts
from alarm110.canary.doors import NOTHING_ANSWERS, Trouble
from alarm110.canary.journey import AnotherCanary, Journey
from alarm110.management.refusal import refuse

FAILED, ANOTHER_RUNS = 1, 2  # exit statuses
WIDTH = 20  # of a step's name


class Command(BaseCommand):
    """Raises a made-up alarm at a running server; exit 0 only if all of it happened."""

    help = (
        "One made-up alarm through the doors of a running server, seen by no real seat."
    )
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--url",
            help="the server, e.g. https://110.example.org (default: the one here); "
            "ALARM110_CANARY_KEY is then its key",
        )
        parser.add_argument(
            "--stills",
            action="store_true",
            help="the server has no media relay: no live pictures are asked for",
        )

    def handle(self, **options: Any) -> None:
        """Walk the steps, print the time of each, end with one line."""
        url = _origin(options["url"]) if options["url"] else _own_origin()
        has_media = not options["stills"]
        journey = Journey(url, _key(), _context(), self._tell, has_media=has_media)
        began = perf_counter()
        try:
            asyncio.run(journey.walk())
        except AnotherCanary as trouble:
            self._end(f"FAILED at {journey.step}: {trouble}", ANOTHER_RUNS)
        except Trouble as trouble:
            hint = "" if options["url"] else _elsewhere(str(trouble))
            self._end(f"FAILED at {journey.step}: {trouble}{hint}", FAILED)
        except KeyboardInterrupt:
            self._end(f"FAILED at {journey.step}: interrupted", FAILED)
        whole = (perf_counter() - began) * 1000
        self.stdout.write(f"{'OK':<{WIDTH}} {whole:7.0f} ms  {url}")

    def _tell(self, step: str, milliseconds: float) -> None:
        self.stdout.write(f"{step:<{WIDTH}} {milliseconds:7.0f} ms")
        self.stdout.flush()

    def _end(self, sentence: str, status: int) -> None:
        self.stdout.write(sentence)
        sys.exit(status)


def _elsewhere(trouble: str) -> str:
    """Return where else the server may be: what is typed knows no other's variables."""
    if not trouble.startswith(NOTHING_ANSWERS):
        return ""
    return "; if the server was started with another PORT or HOST, give the same here"


def _origin(text: str) -> str:
    """Return an address as an origin, without a path."""
    origin = text.rstrip("/").lower()
    if not env.ORIGIN.fullmatch(origin):
        refuse(f"--url {text}: write it as https://110.example.org or with a port.")
    return origin


def _own_origin() -> str:
    """Return where this installation serves; the public name where it has no other."""
    if not settings.EMBEDDED and settings.PUBLIC_ORIGINS:
        return str(settings.PUBLIC_ORIGINS[0])
    host = "127.0.0.1" if settings.HOST in hosts.WILDCARDS else settings.HOST
    scheme = "https" if settings.TLS else "http"
    return hosts.origins([host.strip("[]")], settings.PORT, scheme=scheme)[0]


def _key() -> str:
    if key := env.text("ALARM110_CANARY_KEY"):
        return key
    path = settings.HOME / "canary.key"
    try:
        return str(path.read_text(encoding="utf-8").strip())
    except FileNotFoundError:
        refuse(f"{path} is missing: ./run makes it, or set ALARM110_CANARY_KEY.")
    except (OSError, UnicodeDecodeError) as error:
        refuse(f"{path} cannot be read ({error}).")


def _context() -> ssl.SSLContext:
    """Trust the system's authorities, and our own where there is one."""
    context = ssl.create_default_context()
    authority = settings.HOME / "ca.pem"
    if authority.exists():
        try:
            context.load_verify_locations(authority)
        except (OSError, ssl.SSLError) as error:
            refuse(f"{authority} cannot be read ({error}).")
    return context
