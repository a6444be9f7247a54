"""Settings, all from the environment; a clone runs with none of them set.

``ALARM110_SETUP`` is ``embedded`` (one machine, SQLite, one web process) or ``scaled``
(PostgreSQL, Redis, several web processes). Both run the same code. A combination that
would lose alarms is refused by ``alarm110/checks.py`` with an id and a hint.
"""

from pathlib import Path
from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from alarm110 import env, hosts

BASE_DIR = Path(__file__).resolve().parent.parent

SETUP = env.one_of("ALARM110_SETUP", "embedded", "embedded", "scaled")
EMBEDDED = SETUP == "embedded"
HOME = env.data_folder("ALARM110_HOME", BASE_DIR / "var")

# --- Secrets -------------------------------------------------------------------------

SECRET_KEY = env.secret(
    "ALARM110_SECRET_KEY", HOME / "secret.key" if EMBEDDED else None
)
# Salt of the encrypted columns (phone numbers, names); a list, newest first, to rotate.
SALT_KEY = [env.secret("ALARM110_SALT_KEY", HOME / "salt.key" if EMBEDDED else None)]
# Key of the blind index over phone numbers (HMAC-SHA-256).
BLIND_INDEX_KEY = env.secret(
    "ALARM110_BLIND_INDEX_KEY", HOME / "index.key" if EMBEDDED else None
)

# --- Where we listen -----------------------------------------------------------------

DEBUG = False  # on purpose not a setting: a debug page would print a caller's data
HOST = env.text("HOST", "0.0.0.0")  # noqa: S104  phones on the LAN must reach it
PORT = env.port("PORT", 8443)
# Serves only the redirect to HTTPS and /ca.crt; 0 = no plain port.
HTTP_PORT = env.port("HTTP_PORT", 8080, may_be_off=True)
# Off only behind a proxy that speaks TLS, and for tests: PORT is then plain HTTP.
TLS = env.flag("ALARM110_TLS", default=True)
# Public addresses, e.g. https://110.example.org; needed behind a proxy or a domain.
PUBLIC_ORIGINS = env.origins("ALARM110_ORIGINS")
# Embedded, this machine's own names and LAN addresses are ours, and nothing else.
OWN_HOSTS = hosts.own_hosts(HOST) if EMBEDDED else []
ALLOWED_HOSTS = [
    *map(hosts.in_address, OWN_HOSTS),
    *(hosts.host_of(origin) for origin in PUBLIC_ORIGINS),
    *env.names("ALARM110_ALLOWED_HOSTS"),
]
# Whose pages may open a socket or post without a CSRF token: full origins, port too.
ALLOWED_ORIGINS = [
    *PUBLIC_ORIGINS,
    *hosts.origins(OWN_HOSTS, PORT),
    *([] if TLS else hosts.origins(OWN_HOSTS, PORT, scheme="http")),
]
CSRF_TRUSTED_ORIGINS = PUBLIC_ORIGINS
# How many web processes share the database; more than one needs REDIS_URL.
WEB_PROCESSES = env.count("ALARM110_WEB_PROCESSES", 1)

# --- Apps ----------------------------------------------------------------------------

INSTALLED_APPS = [
    "alarm110",
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.simple_history",
    "unfold.contrib.import_export",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "simple_history",
    "import_export",
    "allauth",
    "allauth.account",
    "django_tasks",
    "django_tasks_db",
    "accounts",
    "reports",
    "dispatch",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "alarm110.middleware.page_policy",
    "csp.middleware.CSPMiddleware",
    "alarm110.middleware.admin_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]

ROOT_URLCONF = "alarm110.urls"
ASGI_APPLICATION = "alarm110.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
            ],
        },
    },
]

# --- Data ----------------------------------------------------------------------------

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
    # BUSY_SNAPSHOT, whatever the timeout. FULL: acknowledged means on the disk.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 2.5,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
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
        "options": "-c lock_timeout=2500 -c statement_timeout=10000",
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

# --- People --------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = reverse_lazy("account_login")
LOGIN_REDIRECT_URL = "/console/"
LOGOUT_REDIRECT_URL = reverse_lazy("account_login")
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "accounts.adapters.StaffAccountAdapter"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = reverse_lazy("account_login")
SESSION_COOKIE_AGE = 12 * 60 * 60  # a long shift, in seconds
# Who sends the code that verifies a caller's phone: a class with ``send(phone, code)``.
CODE_SENDER = env.text("ALARM110_CODE_SENDER", "accounts.adapters.ConsoleCodeSender")

# --- Language and time ---------------------------------------------------------------

LANGUAGE_CODE = env.one_of("ALARM110_LANGUAGE", "zh-hans", "zh-hans", "en")
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_COOKIE_SECURE = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.text("ALARM110_TIME_ZONE", "Asia/Shanghai")
USE_TZ = True

# --- Security ------------------------------------------------------------------------

# The plain port never reaches Django (alarm110/plain.py); this is the second bolt.
SECURE_SSL_REDIRECT = TLS
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_HSTS_SECONDS = 0 if EMBEDDED else 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = not EMBEDDED
SECURE_HSTS_PRELOAD = not EMBEDDED
# W004 (HSTS): a browser that learned HSTS for a LAN name with our own CA would lock its
# owner out for a year once that CA is made anew.
SILENCED_SYSTEM_CHECKS = ["security.W004"] if EMBEDDED else []
if env.flag("ALARM110_BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = 128 * 1024  # bytes; commands are 64 KiB at most

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "media-src": ["'self'", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.SessionAuthentication"
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "accounts.api.errors.error_answer",
    "UNAUTHENTICATED_USER": None,
    # Whose address counts against the throttles: X-Forwarded-For is a claim unless our
    # own proxy wrote it.
    "NUM_PROXIES": 1 if env.flag("ALARM110_BEHIND_PROXY") else 0,
}
SPECTACULAR_SETTINGS = {"TITLE": "alarm110", "VERSION": "1"}

# --- Admin ---------------------------------------------------------------------------


def _desk_link(title: object, icon: str, model: str) -> dict[str, object]:
    """Return a line of the menu; who has a desk may open each, and sees their own."""
    link = reverse_lazy(f"admin:{model}_changelist")
    return {"title": title, "icon": icon, "link": link}


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "alarm110",
    "SITE_HEADER": "alarm110",
    "SITE_SUBHEADER": _("Supervisor's desk"),
    "SITE_URL": reverse_lazy("account_login"),  # on to a person's own first page
    "SHOW_HISTORY": True,
    "SHOW_LANGUAGES": True,
    "DASHBOARD_CALLBACK": "dispatch.views.desk_index",  # the board, for supervisors
    "STYLES": [
        lambda request: static("alarm110/admin.css"),
        lambda request: static("accounts/desk.css"),
        lambda request: static("dispatch/figures/figures.css"),
    ],
    "COLORS": {  # the calm blue of the other pages
        "primary": {
            "50": "#eef4fe",
            "100": "#d9e6fc",
            "200": "#b7d0f9",
            "300": "#84b6ff",
            "400": "#4d8cec",
            "500": "#2a6dd8",
            "600": "#1558c0",
            "700": "#12499f",
            "800": "#123d80",
            "900": "#123464",
            "950": "#0c2142",
        }
    },
    "ACCOUNT": {
        "navigation": [
            {
                "title": _("Change password"),
                "link": reverse_lazy("account_change_password"),
            }
        ]
    },
    "SIDEBAR": {
        "navigation": [
            {
                "title": _("Now"),
                "items": [
                    _desk_link(_("Calls"), "call", "dispatch_call"),
                    _desk_link(_("Seats"), "desk", "dispatch_seat"),
                    _desk_link(_("Shifts"), "badge", "dispatch_shift"),
                ],
            },
            {
                "title": _("Records"),
                "separator": True,
                "items": [
                    _desk_link(_("Incidents"), "description", "reports_incident"),
                    _desk_link(_("Evidence"), "videocam", "reports_evidenceclip"),
                    _desk_link(_("Callers"), "smartphone", "accounts_caller"),
                    _desk_link(_("Offers"), "ring_volume", "dispatch_offer"),
                    _desk_link(_("Participants"), "groups", "dispatch_participant"),
                    _desk_link(_("Journal"), "receipt_long", "reports_entry"),
                    _desk_link(_("Streams"), "account_tree", "reports_stream"),
                ],
            },
            {
                "title": _("Figures"),
                "separator": True,
                "items": [
                    {
                        "title": _("Service levels"),
                        "icon": "monitoring",
                        "link": reverse_lazy("desk-levels"),
                    },
                    {
                        "title": _("Seats needed"),
                        "icon": "groups_2",
                        "link": reverse_lazy("desk-staffing"),
                    },
                ],
            },
            {
                "title": _("Configuration"),
                "separator": True,
                "items": [
                    _desk_link(_("Agencies"), "account_balance", "accounts_agency"),
                    _desk_link(_("Areas"), "map", "accounts_area"),
                    _desk_link(_("Overflow"), "alt_route", "accounts_tier"),
                    _desk_link(_("Staff"), "people", "accounts_user"),
                ],
            },
        ],
    },
}

# --- Logs ----------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "plain"},
        "null": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "alarm110": {"level": "INFO"},
        "accounts": {"level": "INFO"},
        "reports": {"level": "INFO"},
        "dispatch": {"level": "INFO"},
        # Its access log would print paths for every heartbeat; errors stay.
        "daphne": {"level": "WARNING"},
        # Anyone can send these, as often as they like; the 400 is answer enough.
        "django.security.DisallowedHost": {"handlers": ["null"], "propagate": False},
        "django.security.RequestDataTooBig": {
            "handlers": ["null"],
            "propagate": False,
        },
        # It drops messages at INFO: a drop must be seen.
        "channels_redis": {"level": "WARNING"},
    },
}
