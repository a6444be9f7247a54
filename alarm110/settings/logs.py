"""What is written to the log, how, and what is left out (docs/settings.md)."""

from accounts import logs
from alarm110 import env

LOG_FORMAT = env.one_of("ALARM110_LOG", "auto", *logs.FORMATS)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"refusals": {"()": logs.Refusals}},
    "formatters": {"chosen": {"()": logs.formatter, "wanted": LOG_FORMAT}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "chosen"},
        "counted": {"class": "accounts.metrics.Counting", "level": "WARNING"},
        "null": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["stderr", "counted"], "level": "WARNING"},
    "loggers": {
        "alarm110": {"level": "INFO"},
        "accounts": {"level": "INFO"},
        "reports": {"level": "INFO"},
        "dispatch": {"level": "INFO"},
        "django.request": {"filters": ["refusals"]},
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
