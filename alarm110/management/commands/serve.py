"""The web process: pages, sockets and the loops, in one daphne."""

import os
import sys
from argparse import ArgumentParser
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core import checks
from django.core.management.base import BaseCommand
from django.db import DatabaseError
from django.urls import get_resolver

from accounts import logs
from alarm110 import hosts
from alarm110.checks import TAG
from alarm110.management.lock import ADDRESS
from alarm110.management.options import add_plain
from alarm110.management.refusal import bind_sentence, database_sentence, refuse
from alarm110.management.supervised import end_with_the_supervisor
from alarm110.plain import PlainPort

if TYPE_CHECKING:
    from alarm110.server import Door

OUR_APPS = {"alarm110", "accounts", "reports", "dispatch"}


class Command(BaseCommand):
    """Serves until told to stop; exit code 78 = do not start it again like this."""

    help = "Serve alarm110: HTTPS on PORT, the redirect on HTTP_PORT, and the loops."
    requires_system_checks: tuple[str, ...] = ()  # our own run below, the slow ones not

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        add_plain(parser)

    def handle(self, **options: Any) -> None:
        """Open the doors and stay."""
        if options["plain"] and settings.TLS:
            # The accepted origins were read with TLS on: read the settings again.
            os.environ["ALARM110_TLS"] = "0"
            os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606  ourselves
        logs.name_process("web")
        os.umask(0o077)  # what the data folder gets is for this user alone
        if os.environ.get("ALARM110_SUPERVISED"):
            end_with_the_supervisor()
        for problem in checks.run_checks(tags=[TAG], include_deployment_checks=True):
            if problem.is_serious():
                refuse(f"{problem.msg} {problem.hint} ({problem.id})")
        try:
            self._serve()
        except ImportError as error:
            if (error.name or "").partition(".")[0] in OUR_APPS:
                raise
            refuse(
                f"A Python package is missing or broken ({error}). Start with ./run."
            )

    def _serve(self) -> None:
        # Late: other commands need no reactor, and a broken package is told above.
        from alarm110 import asgi, loops, server

        _ = get_resolver().url_patterns  # now, or the first caller would wait for it
        pid_file = settings.HOME / "serve.pid"
        address_file = settings.HOME / ADDRESS

        async def start() -> None:
            await loops.start()
            pid_file.write_text(f"{os.getpid()}\n", encoding="ascii")
            address_file.write_text(f"{self._address()}\n", encoding="utf-8")
            self.stdout.write(f"Serving {self._address()}: the addresses answer now.")
            self.stdout.flush()

        web = server.AlarmServer(
            self._with_plain_port(asgi.application),
            _doors(),
            per_address=_per_address(),
            start=start,
            stop=loops.stop,
        )
        try:
            web.run()
        except server.CannotListenError as error:
            setting = "HTTP_PORT" if error.port == settings.HTTP_PORT else "PORT"
            refuse(
                bind_sentence(error.socketError, error.interface, error.port, setting)
            )
        pid_file.unlink(missing_ok=True)
        address_file.unlink(missing_ok=True)
        if isinstance(web.failure, DatabaseError):
            sys.exit(f"alarm110: {database_sentence(web.failure, settings.HOME)}")
        if web.failure:
            raise web.failure

    def _with_plain_port(self, application: Any) -> Any:
        if not settings.TLS or not settings.HTTP_PORT:
            return application
        return PlainPort(
            application,
            plain_port=settings.HTTP_PORT,
            tls_port=settings.PORT,
            hosts=list(
                dict.fromkeys(
                    [
                        *hosts.reachable_hosts(settings.HOST),
                        *hosts.own_hosts(settings.HOST),
                        *map(hosts.host_of, settings.PUBLIC_ORIGINS),
                    ]
                )
            ),
            authority=settings.HOME / "ca.pem",
        )

    def _address(self) -> str:
        host = hosts.reachable_hosts(settings.HOST)[0]
        scheme = "https" if settings.TLS else "http"
        return hosts.origins([host], settings.PORT, scheme=scheme)[0] + "/"


def _per_address() -> int | None:
    """Return how many connections one address may have; behind a proxy all have one."""
    is_behind = bool(settings.REST_FRAMEWORK["NUM_PROXIES"])
    return None if is_behind else int(settings.CONNECTIONS_PER_ADDRESS)


def _doors() -> "list[Door]":
    from alarm110.server import Certificate, Door

    if not settings.TLS:
        return [Door(settings.HOST, settings.PORT)]
    try:
        certificate = Certificate(
            settings.HOME / "server.pem", settings.HOME / "server.key"
        )
    except FileNotFoundError as error:
        refuse(f"{error.filename} is missing. Start with ./run, which makes it.")
    except Certificate.Unusable as error:
        refuse(f"server.pem or server.key in {settings.HOME} is damaged ({error}).")
    doors = [Door(settings.HOST, settings.PORT, certificate)]
    if settings.HTTP_PORT:
        doors.append(Door(settings.HOST, settings.HTTP_PORT))
    return doors
