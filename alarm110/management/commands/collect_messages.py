"""Brings the catalogues up to date with the sentences of the code."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from alarm110 import messages
from alarm110.messages import Found, Message

DOMAINS = ("django", "djangojs")
HEADER = {
    "Project-Id-Version": "alarm110",
    "Language": "zh_Hans",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}


class Command(BaseCommand):
    """Adds what is new, drops what is gone, keeps every translation."""

    help = (
        "Collect the sentences of our code and of the supervisor's desk into locale/."
    )
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--check", action="store_true", help="only say what is missing or gone"
        )

    def handle(self, *, check: bool, **options: Any) -> None:
        """Go through both catalogues."""
        differ = False
        for domain in DOMAINS:
            path = catalogue_path(domain)
            old = polib.pofile(str(path)) if path.exists() else polib.POFile()
            found = wanted(domain)
            kept = {message_of(entry): entry for entry in old}
            new, gone = found.keys() - kept.keys(), kept.keys() - found.keys()
            for sign, some in (("+", new), ("-", gone)):
                for message in sorted(some):
                    self.stdout.write(f"{sign} {domain}: {message.one!r}")
            differ = differ or bool(new or gone)
            if not check:
                write(path, found, kept)
        if check and differ:
            raise CommandError("run: manage.py collect_messages, then translate")


def catalogue_path(domain: str) -> Path:
    """Return where a catalogue stands."""
    return Path(settings.LOCALE_PATHS[0]) / "zh_Hans" / "LC_MESSAGES" / f"{domain}.po"


def wanted(domain: str) -> Found:
    """Return what the catalogue must hold, ours before the desk's."""
    found = messages.ours(domain)
    for message, where in messages.unfolds(domain).items():
        found.setdefault(message, set()).update(where)
    return found


def message_of(entry: polib.POEntry) -> Message:
    """Return what an entry of a catalogue translates."""
    return Message(entry.msgid, entry.msgid_plural or "", entry.msgctxt or "")


def write(path: Path, found: Found, kept: dict[Message, polib.POEntry]) -> None:
    """Write a catalogue, in the order of the files that the sentences stand in."""
    catalogue = polib.POFile(wrapwidth=88)
    catalogue.metadata = HEADER
    # Chinese has one form: a sentence that gains or loses its plural keeps its words.
    told = {(m.one, m.context): _chinese(entry) for m, entry in kept.items()}
    for message, where in sorted(found.items(), key=lambda item: (min(item[1]), item)):
        chinese = told.get((message.one, message.context), "")
        entry = polib.POEntry(
            msgid=message.one,
            msgstr="" if message.many else chinese,
            occurrences=[(name, "") for name in sorted(where)],
        )
        if message.context:
            entry.msgctxt = message.context
        if message.many:
            entry.msgid_plural = message.many
            entry.msgstr_plural = {0: chinese}
        if "%(" in message.one:
            entry.flags.append("python-format")
        catalogue.append(entry)
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(path))


def _chinese(entry: polib.POEntry) -> str:
    return str(entry.msgstr_plural[0] if entry.msgid_plural else entry.msgstr)
