"""Random passwords for demo staff, and the file that tells them once."""

import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from accounts.models import User
from dispatch.actions.regions.region_file import RegionFile

# Without 0/o, 1/l/i: these are read from a screen and typed. 3 × 4 of 31 = 59 bits.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
# What a person makes up is stretched by a million rounds, because it can be guessed.
# 59 random bits cannot: at 20,000 rounds a guess, a graphics card (10^10 SHA-256 a
# second) needs 36,000 years for half of them. Hundreds of seats come on line in seconds
# instead of minutes; the first sign-in writes the long form (Django's ``must_update``).
ROUNDS = 20_000
HEADING = """\
# Demo log-ins of this installation: user name, password, what for.
# The passwords are random and kept in this file only. A start shows them on a
# terminal; a log is told only where this file is. Not for real service.
"""


class Login(NamedTuple):
    """A fresh password and its hash."""

    password: str
    encoded: str


def new_password() -> str:
    """Return a random password that can be typed."""
    return "-".join(
        "".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3)
    )


def hash_random(password: str) -> str:
    """Return the encoded hash of a password that chance made; 59 bits or more."""
    hasher = PBKDF2PasswordHasher()
    encoded: str = hasher.encode(password, hasher.salt(), ROUNDS)
    return encoded


def fresh_logins(region: RegionFile) -> dict[str, Login]:
    """Make passwords for staff who are not there yet.

    Before the transaction: alarms must not wait for it behind SQLite's one writer.
    """
    if not region.region.demo:
        return {}
    wanted = [person.username for person in region.staff]
    known = set(
        User.objects.filter(username__in=wanted).values_list("username", flat=True)
    )
    passwords = {name: new_password() for name in wanted if name not in known}
    return {
        name: Login(password, hash_random(password))
        for name, password in passwords.items()
    }


def write_logins(path: Path, rows: Mapping[str, tuple[str, str]]) -> None:
    """Add user → (password, what for) to the file, 0600; the lines of others stay."""
    kept: Iterable[str] = ()
    if path.exists():
        lines = path.read_text(encoding="utf-8").splitlines()
        kept = [
            line
            for line in lines
            if line and not line.startswith("#") and line.split()[0] not in rows
        ]
    added = [
        f"{name:<16} {password:<16} {purpose}"
        for name, (password, purpose) in rows.items()
    ]
    write_secret(path, HEADING + "\n".join([*kept, *added]) + "\n")


def write_secret(path: Path, text: str) -> None:
    """Write a file whole or not at all, readable by its owner only."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
