"""What is kept where: database, channel layer, cache, static files, evidence, jobs."""

from typing import Any

from xstatic.pkg import leaflet

from alarm110 import env
from alarm110.settings.place import HOME

DATABASES: dict[str, dict[str, Any]] = {
    "default": env.env.db_url(
        "DATABASE_URL", default=f"sqlite:///{HOME / 'alarm110.sqlite3'}"
    )
}
_database = DATABASES["default"]
_database["ATOMIC_REQUESTS"] = False
# A page has a thread for as long as its request: its connection must end with it. The
# threads of the writer and the loops live long and keep theirs, whatever stands here.
_database["CONN_MAX_AGE"] = 0
_database["CONN_HEALTH_CHECKS"] = True
if _database["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a deferred transaction that upgrades to a write fails at once with
    # BUSY_SNAPSHOT, whatever the timeout. FULL: acknowledged means on the disk. Each
    # thread has a connection, each connection a cache of its own (2 MB unless told):
    # the kernel's is behind all of them, so memory does not follow threads and days.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 2.5,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-512;"
        ),
    }
else:
    # An alarm is answered or refused with Retry-After within 3 s, never left hanging.
    _database["OPTIONS"] = {
        "connect_timeout": 2,
        # A server that is gone without a word (fail-over, cut cable): told in seconds.
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 2,
        "tcp_user_timeout": 5000,
        # The other way round: a web host that vanishes in mid transaction (power, cut
        # cable) closes nothing, and its locks on seats and calls would stand for the
        # two hours of the kernel's keepalive. The server ends a transaction that waits
        # 10 s for its client, and asks one that is silent for 5 s twice, 2 s apart.
        "options": (
            "-c lock_timeout=2500 -c statement_timeout=10000"
            " -c idle_in_transaction_session_timeout=10000"
            " -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2"
            " -c tcp_keepalives_count=2"
        ),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL")
CHANNEL_LAYERS = {
    "default": (
        {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [REDIS_URL]},
        }
        if REDIS_URL
        else {"BACKEND": "channels.layers.InMemoryChannelLayer"}
    )
}

# What is counted against floods must be counted once for all processes.
CACHES = {
    "default": (
        {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
        }
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS = [("leaflet", leaflet.BASE_DIR)]  # the map's library, from a package
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "alarm110.staticfiles.HashedStaticFilesStorage"},
}
MEDIA_ROOT = HOME / "files"

# Evidence: a bucket if one is named, else a folder, both written once. Every option is
# said here, so that no AWS_… setting or variable changes what becomes of evidence.
EVIDENCE_BUCKET = env.text("ALARM110_EVIDENCE_S3_BUCKET")
# The folder is on a disk that all web processes share.
EVIDENCE_SHARED = env.flag("ALARM110_EVIDENCE_SHARED")
if EVIDENCE_BUCKET:
    STORAGES["evidence"] = {
        "BACKEND": "reports.storage.s3.WriteOnceS3Storage",
        "OPTIONS": {
            "bucket_name": EVIDENCE_BUCKET,
            "endpoint_url": env.text("ALARM110_EVIDENCE_S3_ENDPOINT") or None,
            "region_name": env.text("ALARM110_EVIDENCE_S3_REGION") or None,
            "access_key": env.secret("ALARM110_EVIDENCE_S3_KEY_ID", None),
            "secret_key": env.secret("ALARM110_EVIDENCE_S3_SECRET", None),
            "security_token": None,
            "session_profile": None,
            "file_overwrite": False,
            "default_acl": "private",
            "querystring_auth": True,
            "object_parameters": {},
            "location": "",
            "custom_domain": None,
            "max_memory_size": 8 * 1024 * 1024,
        },
    }
else:
    STORAGES["evidence"] = {
        "BACKEND": "reports.storage.local.WriteOnceStorage",
        "OPTIONS": {
            "location": env.data_folder("ALARM110_EVIDENCE_DIR", HOME / "evidence"),
            "base_url": None,  # there is no address that serves it
        },
    }

# Jobs of the worker (manage.py work), in the database: none is lost with a process.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
