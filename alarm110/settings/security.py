"""Who signs in and how, and what a browser may do with our pages."""

from django.urls import reverse_lazy

from alarm110 import env, inline
from alarm110.settings.place import EMBEDDED, TLS

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
# By default a cookie, which outlives signing out: what one person exported would be
# told to the next at this browser.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
# Who sends the code that verifies a caller's phone: a class with ``send(phone, code)``.
CODE_SENDER = env.text("ALARM110_CODE_SENDER", "accounts.adapters.ConsoleCodeSender")

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
        "script-src": ["'self'", inline.dark_first_source()],
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
# Tiles under the console's map. Empty: the map asks nobody. Another host here learns
# which streets are looked at; the console's page alone may ask it (dispatch/views.py).
MAP_TILES = env.tiles("ALARM110_MAP_TILES")
MAP_TILES_CREDIT = env.text("ALARM110_MAP_TILES_CREDIT")

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
