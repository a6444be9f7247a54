"""Everything between an installed package and a server that can start, in one process.

Run at every start, so each step first looks whether there is anything to do.
"""

import hashlib
import io
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import segno
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DataError, Error, IntegrityError, ProgrammingError, connection
from django.db.migrations.executor import MigrationExecutor

from accounts.models import Agency
from alarm110 import env, hosts
from alarm110.management.lock import hold_data_folder
from alarm110.management.machine import check_database, check_folder, check_ports
from alarm110.management.refusal import database_sentence, disk_sentence, refuse
from alarm110.tls import CertificateTrouble, ensure_certificate
from alarm110.translations import compile_catalogues

LITTLE_SPACE = 256 * 1024 * 1024  # bytes; below it a start says so
TO_TRY = """
To try it: sign in at the seats as {name}, take a seat, choose Ready; then raise an
alarm in another window. The browser warns of a certificate that it does not know: go
on."""


class Command(BaseCommand):
    """Makes the data folder ready, then says where to go."""

    help = "Prepare the data folder: database, texts, static files, certificate, demo."
    requires_system_checks: tuple[str, ...] = ()

    def handle(self, **options: Any) -> None:
        """Run each step; whatever stops it is told in one line."""
        os.umask(0o077)  # the data folder is for this user alone, whoever made it
        try:
            with hold_data_folder():
                self._prepare()
        except CertificateTrouble as error:
            refuse(str(error))
        except (IntegrityError, ProgrammingError, DataError):
            raise  # a mistake of ours, not of the machine
        except Error as error:
            refuse(database_sentence(error, settings.HOME))
        except OSError as error:
            refuse(disk_sentence(error, settings.HOME))

    def _prepare(self) -> None:
        check_folder(settings.HOME)
        check_ports()
        compile_catalogues(map(Path, settings.LOCALE_PATHS))
        self._migrate()
        self._collect_static()
        if settings.TLS and ensure_certificate(settings.HOME, _certified_hosts()):
            self.stdout.write("Made a certificate for this machine.")
        is_first = settings.EMBEDDED and not Agency.objects.exists()
        if is_first:
            self._onboard()
        self._say_where(shows_passwords=self.stdout.isatty())

    def _migrate(self) -> None:
        check_database()
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("Making the database...")
            call_command("migrate", verbosity=0, interactive=False)

    def _collect_static(self) -> None:
        stamp = settings.HOME / "static.stamp"
        fingerprint = _static_fingerprint()
        manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
        if manifest.exists() and stamp.exists() and stamp.read_text() == fingerprint:
            return
        self.stdout.write("Collecting the static files...")
        call_command("collectstatic", verbosity=0, interactive=False)
        stamp.write_text(fingerprint)

    def _onboard(self) -> None:
        """Bring the first region on line; ``ALARM110_REGION`` names another file."""
        demo = settings.BASE_DIR / "dispatch" / "regions" / "yantai.toml"
        region = Path(env.text("ALARM110_REGION") or demo)
        if not region.is_file():
            refuse(f"ALARM110_REGION: there is no file {region}.")
        self.stdout.write(f"Bringing {region.stem} on line...")
        told = io.StringIO()
        try:
            call_command("onboard", str(region), stdout=told)
        except CommandError as error:
            refuse(str(error))
        # Rows that were made are of no interest here; what is left to do is.
        for line in told.getvalue().splitlines():
            if line.startswith("give a password"):
                self.stdout.write(line)

    def _say_where(self, *, shows_passwords: bool) -> None:
        """Say where to go; passwords are not for each log that a start goes into."""
        if isinstance(sys.stdout, io.TextIOWrapper):
            # A terminal without UTF-8 must not stop an emergency line.
            sys.stdout.reconfigure(errors="replace")
        scheme = "https" if settings.TLS else "http"
        places = [
            *settings.PUBLIC_ORIGINS,
            *hosts.origins(
                hosts.reachable_hosts(settings.HOST), settings.PORT, scheme=scheme
            ),
        ]
        self.stdout.write("")
        self.stdout.write("To raise an alarm, with a phone or here:")
        for place in places:
            self.stdout.write(f"  {place}/")
        self.stdout.write(f"Seats:        {places[0]}/console/")
        self.stdout.write(f"Supervisors:  {places[0]}/admin/")
        self.stdout.write(f"Records:      {places[0]}/records/")
        logins = settings.HOME / "demo.txt"
        if logins.exists():
            people = logins.read_text(encoding="utf-8").rstrip()
            if shows_passwords:
                self.stdout.write(f"Demo log-ins (kept in {logins}):")
                self.stdout.write(people)
            else:
                self.stdout.write(
                    f"The demo log-ins are in {logins} (only its owner may read it)."
                )
            if name := _first_operator(people):
                self.stdout.write(TO_TRY.format(name=name))
        self.stdout.write("")
        code = io.StringIO()
        segno.make(f"{places[0]}/").terminal(out=code, compact=True)
        self.stdout.write(code.getvalue().rstrip())
        if settings.TLS and settings.HTTP_PORT:
            host = hosts.reachable_hosts(settings.HOST)[0]
            plain = hosts.origins([host], settings.HTTP_PORT, scheme="http")[0]
            self.stdout.write(f"An iPhone needs the certificate first: {plain}/ca.crt")
        if shutil.disk_usage(settings.HOME).free < LITTLE_SPACE:
            self.stdout.write(f"Little space is left on the disk of {settings.HOME}.")
        self.stdout.flush()


def _first_operator(people: str) -> str:
    """Return the operator of the log-ins whom an alarm from anywhere reaches.

    Without a place it goes to the default agency: best is who works there and nowhere
    else, then who works there too, then anyone.
    """
    default = Agency.objects.filter(is_default=True).first()
    where = default.label("en") if default else ""
    rows = [line.split(None, 2) for line in people.splitlines() if line[:1] != "#"]
    operators = {
        row[0]: row[2].removeprefix("operator, ").split(", ")
        for row in rows
        if len(row) == 3 and row[2].startswith("operator, ")
    }
    here = sorted(
        operators,
        key=lambda name: (operators[name] != [where], where not in operators[name]),
    )
    return here[0] if here else ""


def _certified_hosts() -> list[str]:
    """Return every name that a page of ours may be opened under."""
    public = [hosts.host_of(item).strip("[]") for item in settings.PUBLIC_ORIGINS]
    return list(dict.fromkeys([*hosts.own_hosts(settings.HOST), *public]))


def _static_fingerprint() -> str:
    """Return a digest that changes when any source file does, or how they are named."""
    digest = hashlib.sha256()
    own = (settings.BASE_DIR / "alarm110" / "staticfiles.py").stat()
    digest.update(f"{own.st_size} {own.st_mtime_ns}\n".encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            facts = Path(storage.path(name)).stat()
            digest.update(f"{name} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()
