"""Settings, all from the environment; a clone runs with none of them set.

``ALARM110_SETUP`` is ``embedded`` (one machine, SQLite, one web process) or ``scaled``
(PostgreSQL, Redis, several web processes). Both run the same code. A combination that
would lose alarms is refused by ``alarm110/checks.py`` with an id and a hint.
"""

from alarm110 import env
from alarm110.settings.data import *
from alarm110.settings.desk import *
from alarm110.settings.logs import *
from alarm110.settings.place import *
from alarm110.settings.security import *

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
    "alarm110.staticfiles.Collected",
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

# --- Language and time ---------------------------------------------------------------

# The region's own, from its file; a variable goes before it.
_region = env.region(HOME / "region.json")
# Whoever answers speaks it; what visitors see first (below) may be another.
REGION_LANGUAGE = _region.get("language", "zh-hans")
LANGUAGE_CODE = env.one_of(
    "ALARM110_LANGUAGE", _region.get("language", "zh-hans"), "zh-hans", "en"
)
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_COOKIE_SECURE = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["alarm110.formats"]
TIME_ZONE = env.time_zone(
    "ALARM110_TIME_ZONE", _region.get("time_zone", "Asia/Shanghai")
)
USE_TZ = True
# How a phone number without a country's code is read, and shown.
PHONE_COUNTRY = env.country(
    "ALARM110_PHONE_COUNTRY", _region.get("phone_country", "CN")
)
# What a page says to dial that cannot know whose ground the reader is on.
EMERGENCY_NUMBER = env.text(
    "ALARM110_EMERGENCY_NUMBER", _region.get("phone_number", "110")
)
# Whether phones keep the alarm page, to open it without a network; off, they let it go.
OFFLINE_SHELL = env.flag("ALARM110_OFFLINE_SHELL", default=True)
