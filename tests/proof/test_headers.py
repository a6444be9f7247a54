"""What every answer carries, whatever it says; and whom each door refuses outright."""

from http.cookies import SimpleCookie

import pytest

from alarm110.routing import websocket_application
from tests.accounts.cast import PASSWORD, PLAIN_STATIC, assemble
from tests.house import AsgiSocket, device_cookie
from tests.proof import doors, pages, table, wire
from tests.proof.scene import STAFF
from tests.proof.table import Row
from tests.proof.test_matrix import HOT, METHODS, rows

FOREIGN = [
    "", "null", "http://127.0.0.1:8443", "https://127.0.0.1", "https://evil.example",
    "https://127.0.0.1:8443.evil.example", "https://127.0.0.1:8443@evil.example",
]  # fmt: skip
SAME = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
# Kept by whom it may be: nothing in them is about people.
PUBLIC = (
    "api/v1/console/ground",
    "service-levels/",
    "worker.js",
    "alarm.",
    "jsi18n/",
    "ca.crt",
    "favicon.ico",
    "api/v1/schema",
)
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
async def asked(acted):
    """What asks at an address as somebody; keeps the whole stack, CSRF included."""
    house, scene = acted
    knocking = wire.Knocking(house, scene)
    asking = await house.db(pages.Asking, scene)

    async def ask(row: Row, person: str, **headers: str):
        method, _, pattern = row.door.partition(" ")
        is_hot = pattern.startswith(HOT)
        path = (
            knocking.path(pattern, "here", row.more)
            if is_hot
            else asking.path(pattern, "here")
        )
        said = row.more.get("body", "")
        body = said if isinstance(said, str) else wire.as_json(knocking, said)
        given = {**({} if is_hot else FORM), **row.more.get("headers", {})}
        return await house.request(
            method, path, body.encode(), cookies=scene.cookie(person),
            headers={**given, **scene.secrets(person), **headers},
        )  # fmt: skip

    with pages.undrawn():
        yield ask


@pytest.fixture
def cast(db, settings):
    """Somebody of every role, with a password that is checked quickly."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = PLAIN_STATIC
    return assemble()


def somebody(row: Row) -> str:
    """Return who is let in at a door, by choice somebody who has something to lose."""
    order = ["caller", "operator_with_call", "superuser", "supervisor", *table.PEOPLE]
    cells = row.cells["here"]
    return next((p for p in order if cells[p][0] == "2"), "superuser")


# --- Headers and cookies -------------------------------------------------------------


async def test_every_answer_carries_what_keeps_a_browser_safe(asked):
    wrong = []
    for row in rows(*METHODS):
        for person in dict.fromkeys(("anyone", somebody(row))):
            answer = await asked(row, person)
            wrong += [
                f"{row.door} as {person}: {f}" for f in faults(row, person, answer)
            ]
    assert not wrong, "\n".join(wrong)


def faults(row: Row, person: str, answer) -> list[str]:
    """Return what an answer's headers lack."""
    found = [
        f"{name} is {answer.headers.get(name)}"
        for name, value in SAME.items()
        if answer.headers.get(name) != value
    ]
    address = row.door.partition(" ")[2]
    policy = answer.headers.get("content-security-policy", "")
    if "frame-ancestors 'none'" not in policy or "default-src 'none'" not in policy:
        found.append(f"policy {policy!r}")
    if "'unsafe" in policy and not address.startswith("admin/"):
        found.append(f"loose policy {policy!r}")
    if "*" in policy or "http:" in policy:
        found.append(f"open policy {policy!r}")
    if "camera=(self)" not in answer.headers.get("permissions-policy", ""):
        found.append("no permissions policy")
    if "access-control-allow-origin" in answer.headers:
        found.append("other sites may read it")
    kept = answer.headers.get("cache-control", "")
    is_personal = person in STAFF or address.startswith("api/")
    wanted = ("no-store",) if is_personal else ("no-store", "no-cache")
    if not address.startswith(PUBLIC) and not any(word in kept for word in wanted):
        found.append(f"kept: {kept!r}")
    return found


async def test_every_cookie_is_for_this_host_alone(house, settings):
    settings.STORAGES = PLAIN_STATIC
    given = set()
    for method, path in (
        ("GET", "/"), ("GET", "/accounts/login/"), ("GET", "/api/v1/calls/mine"),
        ("POST", "/alarm/"), ("POST", "/i18n/setlang/"),
    ):  # fmt: skip
        answer = await house.request(method, path, headers=FORM)
        assert answer.status < 404, path
        cookies = SimpleCookie(answer.headers.get("set-cookie", ""))
        for name, morsel in cookies.items():
            given.add(name)
            assert name.startswith("__Host-"), path
            assert morsel["secure"], path
            assert morsel["path"] == "/", path
            assert not morsel["domain"], path
            assert morsel["samesite"] == "Lax", path
            # Our own scripts send the token of a form along; nothing else.
            assert morsel["httponly"] or name == "__Host-csrf", path
    assert given == {"__Host-device", "__Host-csrf"}


def test_the_session_is_kept_in_such_a_cookie(client, cast):
    answer = client.post(
        "/accounts/login/", {"login": "chen", "password": PASSWORD}, secure=True
    )
    cookie = answer.cookies["__Host-session"]
    assert cookie["secure"]
    assert cookie["httponly"]
    assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Lax", "/", "")


# --- Whom each door refuses ----------------------------------------------------------


async def test_no_door_that_changes_something_takes_another_sites_word(asked):
    """Nor, behind a session, a form of no page of ours: without the token."""
    wrong = []
    for row in rows("POST", "PUT"):
        for origin in ("https://evil.example", "null"):
            answer = await asked(row, somebody(row), origin=origin)
            if answer.status != 403:
                wrong.append(f"{row.door} from {origin}: {answer.status}")
    for row in rows("POST", hot=False):
        answer = await asked(row, somebody(row))
        if answer.status != 403:
            wrong.append(f"{row.door} without a token: {answer.status}")
    assert not wrong, "\n".join(wrong)


async def test_no_address_is_used_otherwise_than_a_row_says_or_under_another_host(
    asked,
):
    known = {row.door for row in rows(*METHODS)}
    wrong = []
    for pattern in doors.patterns():
        if pattern.startswith(("admin/", "^", "api/v1/^")):
            continue  # those are asked in any way, and answer as if by GET
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            row = Row(f"{method} {pattern}", "", {}, {})
            if row.door not in known:
                answer = await asked(row, "caller")
                if answer.status not in (403, 404, 405):
                    wrong.append(f"{row.door}: {answer.status}")
    for row in rows("GET"):
        answer = await asked(row, "anyone", host="evil.example")
        if answer.status != 400:
            wrong.append(f"{row.door}, another host: {answer.status}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", doors.sockets())
async def test_no_socket_opens_for_a_page_of_another_site(path):
    for origin in FOREIGN:
        headers = [(b"origin", origin.encode())] if origin else []
        headers.append((b"cookie", device_cookie("lin").encode()))
        with pytest.raises(ConnectionRefusedError):
            await AsgiSocket.connect(websocket_application, path, headers)
