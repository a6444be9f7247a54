"""Deployment checks: a set-up that would lose alarms is refused, with an id and a hint.

``manage.py check --deploy`` runs them, and ``manage.py serve`` will not start on them.
"""

import re
from collections.abc import Iterator, Sequence
from importlib import metadata
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.files.storage import storages

from reports.storage.local import WriteOnceStorage

TAG = "alarm110"
SHORTEST_KEY = 32  # characters
IN_MEMORY = "channels.layers.InMemoryChannelLayer"
ON_S3 = "reports.storage.s3.WriteOnceS3Storage"
Apps = Sequence[AppConfig] | None


@register(TAG, deploy=True)
def check_setup(app_configs: Apps, **kwargs: object) -> list[CheckMessage]:
    """Refuse parts that cannot work together."""
    return list(_setup_errors())


@register(TAG, deploy=True)
def check_keys(app_configs: Apps, **kwargs: object) -> list[CheckMessage]:
    """Refuse keys that are missing, short or the same."""
    keys = {
        "ALARM110_SECRET_KEY": settings.SECRET_KEY,
        "ALARM110_SALT_KEY": min(settings.SALT_KEY, key=len, default=""),
        "ALARM110_BLIND_INDEX_KEY": settings.BLIND_INDEX_KEY,
    }
    if settings.METRICS_TOKEN:  # without one there is no /metrics
        keys["ALARM110_METRICS_TOKEN"] = settings.METRICS_TOKEN
    found: list[CheckMessage] = [
        Error(
            f"{name} is shorter than {SHORTEST_KEY} characters.",
            hint="secrets.token_urlsafe(48) in Python makes a good one.",
            id="alarm110.E006",
        )
        for name, value in keys.items()
        if len(value) < SHORTEST_KEY
    ]
    if len(set(keys.values())) < len(keys):
        found.append(
            Error(
                "Two of the keys are the same.",
                hint="Who learns one key must not learn another: make each by itself.",
                id="alarm110.E007",
            )
        )
    return found


@register(TAG, deploy=True)
def check_hosts(app_configs: Apps, **kwargs: object) -> list[CheckMessage]:
    """Refuse to answer to any name, or to pages of any origin."""
    found: list[CheckMessage] = []
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        found.append(
            Error(
                "ALLOWED_HOSTS is empty or allows every name.",
                hint="Set ALARM110_ORIGINS to the public address, https://…",
                id="alarm110.E008",
            )
        )
    plain = [item for item in settings.PUBLIC_ORIGINS if item.startswith("http:")]
    if not settings.ALLOWED_ORIGINS or plain:
        found.append(
            Error(
                "ALARM110_ORIGINS is empty or has an address without TLS.",
                hint="Browsers give camera and position to https:// pages only.",
                id="alarm110.E009",
            )
        )
    return found


@register(TAG, deploy=True)
def check_evidence(app_configs: Apps, **kwargs: object) -> list[CheckMessage]:
    """Refuse to keep evidence where it could be missed, replaced or read by anyone."""
    found: list[CheckMessage] = []
    is_many = not settings.EMBEDDED and settings.WEB_PROCESSES > 1
    if is_many and not settings.EVIDENCE_BUCKET and not settings.EVIDENCE_SHARED:
        found.append(
            Error(
                "Several web processes keep evidence in a folder each.",
                hint="Name a bucket (ALARM110_EVIDENCE_S3_BUCKET), or set "
                "ALARM110_EVIDENCE_SHARED=1 if ALARM110_EVIDENCE_DIR is one folder "
                "for all of them.",
                id="alarm110.E010",
            )
        )
    found += [
        Error(
            f"The evidence storage {fault}.",
            hint="Leave STORAGES['evidence'] to the ALARM110_EVIDENCE_… variables.",
            id="alarm110.E011",
        )
        for fault in _storage_faults()
    ]
    return found


@register(TAG, deploy=True)
def check_packages(app_configs: Apps, **kwargs: object) -> list[CheckMessage]:
    """Warn of packages that are not the ones that were tested."""
    lock = settings.BASE_DIR / "requirements.lock"
    if not lock.exists():
        return []  # installed in some other way
    wrong = [
        f"{name} {_installed(name) or 'is missing'} (tested: {version})"
        for name, version in re.findall(
            r"^([\w.-]+)==(\S+)$", lock.read_text(encoding="utf-8"), re.MULTILINE
        )
        if _installed(name) != version
    ]
    if not wrong:
        return []
    return [
        Warning(
            f"Packages differ from requirements.lock: {', '.join(wrong)}.",
            hint="Install it again: pip install -r requirements.lock",
            id="alarm110.W001",
        )
    ]


def _setup_errors() -> Iterator[CheckMessage]:
    database = settings.DATABASES["default"]["ENGINE"]
    layer = settings.CHANNEL_LAYERS["default"]["BACKEND"]
    if not settings.EMBEDDED:
        if not settings.REDIS_URL:
            yield Error(
                "REDIS_URL is missing.",
                hint="Web processes tell each other through Redis: redis://host:6379/0",
                id="alarm110.E001",
            )
        elif layer == IN_MEMORY:
            yield Error(
                "The channel layer is in memory.",
                hint="It drops what other web processes must hear: use Redis.",
                id="alarm110.E002",
            )
        if database.endswith("sqlite3"):
            yield Error(
                "The database is SQLite.",
                hint="Several web processes need PostgreSQL: set DATABASE_URL.",
                id="alarm110.E003",
            )
    if settings.DEBUG:
        yield Error(
            "DEBUG is on.",
            hint="An error page would show a caller's data. Take it out of settings.",
            id="alarm110.E004",
        )
    if settings.WEB_PROCESSES > 1 and layer == IN_MEMORY and settings.EMBEDDED:
        yield Error(
            f"{settings.WEB_PROCESSES} web processes, nothing to join them.",
            hint="Set REDIS_URL, or ALARM110_WEB_PROCESSES=1.",
            id="alarm110.E005",
        )


def _storage_faults() -> Iterator[str]:
    """Say what is wrong with the storage itself, whoever set it up."""
    storage: Any = storages["evidence"]
    if isinstance(storage, WriteOnceStorage):
        return
    if settings.STORAGES["evidence"]["BACKEND"] != ON_S3:
        yield "is not one that writes once"
        return
    if storage.file_overwrite:
        yield "may overwrite (file_overwrite)"
    rights = [storage.default_acl, storage.object_parameters.get("ACL")]
    if any(right not in (None, "private") for right in rights):
        yield "is open to others (default_acl, object_parameters)"
    if storage.custom_domain or not storage.querystring_auth:
        yield "has public addresses (custom_domain, querystring_auth)"


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
