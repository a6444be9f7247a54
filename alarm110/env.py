"""Readers for what the outside tells us: environment variables and secret files.

Each reader fails loudly, with the name of the variable and what was expected. A secret
can be given as ``NAME``, as a file named by ``NAME_FILE``, or (embedded only) is made
once and kept in the data folder with mode 0600.
"""

import json
import os
import re
import secrets
import zoneinfo
from pathlib import Path

import environ
import phonenumbers
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()
ORIGIN = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]+)?")
# Without its {z}, {x} and {y}; nothing that could end a policy or an attribute.
TILES = re.compile(r"(?:https://[a-zA-Z0-9.-]+(?::[0-9]+)?)?/(?!/)[^\s\"';,<>{}\\]*")


def text(name: str, default: str = "") -> str:
    """Return a trimmed string; set and empty is not set.

    That is how an environment file and an orchestrator leave what they do not know.
    """
    return os.environ.get(name, "").strip() or default


def one_of(name: str, default: str, *allowed: str) -> str:
    """Return a string that must be one of ``allowed``."""
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(
            f"{name} is {value!r}; it must be one of: {', '.join(allowed)}."
        )
    return value


def flag(name: str, default: bool = False) -> bool:
    """Return a boolean written as 1/0, true/false, yes/no or on/off."""
    value = text(name).lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}; write 1 or 0.")


def port(name: str, default: int, *, may_be_off: bool = False) -> int:
    """Return a TCP port, 1 to 65535; 0 = none, where that ``may_be_off``."""
    value = text(name, str(default))
    if may_be_off and value == "0":
        return 0
    if not value.isdecimal() or not 0 < int(value) < 65536:
        raise ImproperlyConfigured(f"{name} is {value!r}; a port is 1 to 65535.")
    return int(value)


def time_zone(name: str, default: str) -> str:
    """Return the name of a time zone, such as Asia/Shanghai."""
    value = text(name, default)
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ImproperlyConfigured(
            f"{name} is {value!r}; there is no such time zone."
        ) from error
    return value


def country(name: str, default: str) -> str:
    """Return a country with phone numbers, by its two letters (ISO 3166)."""
    value = text(name, default)
    if value not in phonenumbers.SUPPORTED_REGIONS:
        raise ImproperlyConfigured(
            f"{name} is {value!r}; write two capital letters, such as CN."
        )
    return value


def names(name: str) -> list[str]:
    """Return a comma-separated list, empty items dropped."""
    return [item.strip() for item in text(name).split(",") if item.strip()]


def origins(name: str) -> list[str]:
    """Return a comma-separated list of origins, such as https://110.example.org."""
    found = [item.rstrip("/").lower() for item in names(name)]
    for item in found:
        if not ORIGIN.fullmatch(item):
            raise ImproperlyConfigured(
                f"{name}: {item!r} is not an origin such as https://110.example.org."
            )
    return found


def tiles(name: str) -> str:
    """Return the address of map tiles, with {z}, {x} and {y}; empty for none.

    ``https://host/…``, or ``/…`` where our own proxy serves them. No ``{s}``: the
    page's content policy names one host, not a family of them.
    """
    value = text(name)
    if not value:
        return ""
    rest = re.sub(r"\{[zxy]\}", "", value)
    has_all = all(f"{{{axis}}}" in value for axis in "zxy")
    if not has_all or not TILES.fullmatch(rest):
        raise ImproperlyConfigured(
            f"{name} is {value!r}; write an address such as "
            "https://tiles.example.org/{z}/{x}/{y}.png."
        )
    return value


def count(name: str, default: int) -> int:
    """Return a whole number of at least 1."""
    value = text(name, str(default))
    if not value.isdecimal() or int(value) < 1:
        raise ImproperlyConfigured(f"{name} is {value!r}; write a number from 1 up.")
    return int(value)


def data_folder(name: str, default: Path) -> Path:
    """Return the data folder, made with mode 0700 if it is not there yet."""
    folder = Path(text(name) or default).expanduser().absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name}: the data folder {folder} cannot be made ({error.strerror})."
        ) from error
    return folder


def region(path: Path) -> dict[str, str]:
    """Return what the region file said of language, time zone and phones.

    ``manage.py onboard`` keeps it there; nothing where it has not run, or said nothing.
    """
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ImproperlyConfigured(f"{path} cannot be read ({error}).") from error
    return {key: str(value) for key, value in dict(kept).items()}


def secret(name: str, kept_in: Path | None, *, may_be_off: bool = False) -> str:
    """Return a secret from ``NAME``, ``NAME_FILE`` or the file ``kept_in``.

    Empty where there is none and it ``may_be_off``.
    """
    if value := text(name):
        return value
    if path := text(f"{name}_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(
                f"{name}_FILE: {path} cannot be read ({error.strerror})."
            ) from error
    if kept_in is None and may_be_off:
        return ""
    if kept_in is None:
        raise ImproperlyConfigured(f"{name} (or {name}_FILE) must be set.")
    return _kept_secret(name, kept_in)


def _kept_secret(name: str, path: Path) -> str:
    """Read the secret file, making it first; two processes may race for that."""
    try:
        if not path.exists():
            fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(secrets.token_urlsafe(48))
            try:
                os.link(fresh, path)  # the first one wins, and nobody overwrites it
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        value = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name}: {path} cannot be read or made ({error.strerror})."
        ) from error
    if not value:
        raise ImproperlyConfigured(f"{name}: {path} is empty.")
    return value
