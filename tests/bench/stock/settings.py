"""The least that a Channels project needs."""

import os

import environ

SECRET_KEY = "stock"
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = ["channels", "tests.bench.stock"]
ASGI_APPLICATION = "tests.bench.stock.asgi.application"
DATABASES = {"default": environ.Env().db_url("DATABASE_URL")}
if os.environ.get("STOCK_KEEPS_CONNECTIONS"):
    DATABASES["default"]["CONN_MAX_AGE"] = None
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [os.environ["REDIS_URL"]]},
    }
}
USE_TZ = True
