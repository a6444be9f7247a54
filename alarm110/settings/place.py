"""Where we stand: the setup, the data folder, the secrets, and our own addresses."""

from pathlib import Path

from alarm110 import env, hosts

BASE_DIR = Path(__file__).resolve().parents[2]

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
# Who shows it may read /metrics; without one there is no such address.
METRICS_TOKEN = env.secret(
    "ALARM110_METRICS_TOKEN",
    HOME / "metrics.key" if EMBEDDED else None,
    may_be_off=True,
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
# Open connections of one address, an IPv6 one's network of 64 bits. Nothing behind a
# proxy, where all come from one: it has a limit of its own. A mobile network puts a
# thousand phones behind one address, and on the worst day they all call.
CONNECTIONS_PER_ADDRESS = env.count("ALARM110_CONNECTIONS_PER_ADDRESS", 4000)
# How many web processes share the database; more than one needs REDIS_URL.
WEB_PROCESSES = env.count("ALARM110_WEB_PROCESSES", 1)
# The data folder whose media relay carries the pictures. Several web processes must
# name one for all: at two relays the sides of a call would never see each other, so
# without it they have none, and calls go on in stills.
_is_alone = EMBEDDED or WEB_PROCESSES == 1
_relay_home = env.text("ALARM110_RELAY_HOME", str(HOME) if _is_alone else "")
RELAY_HOME = Path(_relay_home) if _relay_home else None
