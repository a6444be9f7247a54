"""What stands between a clone and a server: names, certificate, plain port, checks."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import trustme
from cryptography import x509
from django.core import checks
from django.core.files.storage import FileSystemStorage
from django.db import OperationalError
from django.http import HttpResponse

from alarm110 import env, hosts
from alarm110.checks import TAG
from alarm110.middleware import admin_policy, database_trouble, page_policy
from alarm110.plain import PlainPort
from alarm110.staticfiles import ROOM, SMALL, HashedStaticFilesStorage, StaticFiles
from alarm110.tls import CertificateTrouble, ensure_certificate

HOSTS = ["localhost", "127.0.0.1", "::1"]


# --- Names and origins ----------------------------------------------------------------


def test_this_machine_answers_to_itself_and_to_the_address_it_was_bound_to():
    assert set(HOSTS) <= set(hosts.own_hosts())
    assert "192.0.2.7" in hosts.own_hosts("192.0.2.7")
    assert hosts.reachable_hosts("192.0.2.7") == ["192.0.2.7"]
    assert hosts.reachable_hosts("0.0.0.0")[-1] == "localhost"  # noqa: S104


def test_an_origin_is_written_as_browsers_send_it():
    assert hosts.origins(["a.example", "::1"], 8443) == [
        "https://a.example:8443",
        "https://[::1]:8443",
    ]
    assert hosts.origins(["a.example"], 443) == ["https://a.example"]
    assert hosts.host_of("https://[::1]:8443") == "[::1]"
    assert hosts.host_of("https://110.example.org") == "110.example.org"


# --- Certificate ----------------------------------------------------------------------


def leaf(folder):
    return x509.load_pem_x509_certificate((folder / "server.pem").read_bytes())


def test_a_certificate_is_made_once_and_again_for_a_new_address(tmp_path):
    assert ensure_certificate(tmp_path, HOSTS)
    assert not ensure_certificate(tmp_path, HOSTS)
    authority = (tmp_path / "ca.pem").read_bytes()

    assert ensure_certificate(tmp_path, [*HOSTS, "192.0.2.7"])
    assert (tmp_path / "ca.pem").read_bytes() == authority  # phones trust it already
    assert not ensure_certificate(tmp_path, HOSTS)  # an address less needs no new one


def test_phones_accept_its_lifetime_and_nobody_else_reads_the_keys(tmp_path):
    ensure_certificate(tmp_path, HOSTS)

    lifetime = leaf(tmp_path).not_valid_after_utc - leaf(tmp_path).not_valid_before_utc
    assert lifetime <= timedelta(days=398)
    for name in ("ca.key", "server.key"):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0


def test_it_is_renewed_before_it_ends_and_when_the_key_is_another(tmp_path):
    ensure_certificate(tmp_path, HOSTS)
    authority = trustme.CA.from_pem(
        (tmp_path / "ca.pem").read_bytes(), (tmp_path / "ca.key").read_bytes()
    )
    soon = authority.issue_cert(
        *HOSTS, not_after=datetime.now(UTC) + timedelta(days=29)
    )
    (tmp_path / "server.pem").write_bytes(soon.cert_chain_pems[0].bytes())
    (tmp_path / "server.key").write_bytes(soon.private_key_pem.bytes())
    assert ensure_certificate(tmp_path, HOSTS)

    (tmp_path / "server.key").write_bytes(soon.private_key_pem.bytes())
    assert ensure_certificate(tmp_path, HOSTS)


def test_the_operators_own_certificate_is_never_touched(tmp_path):
    ensure_certificate(tmp_path, HOSTS)
    own = trustme.CA(organization_name="A real one").issue_cert("110.example.org")
    (tmp_path / "server.pem").write_bytes(own.cert_chain_pems[0].bytes())

    assert not ensure_certificate(tmp_path, HOSTS)


def test_a_damaged_file_is_named(tmp_path):
    ensure_certificate(tmp_path, HOSTS)
    (tmp_path / "ca.pem").write_text("junk")

    with pytest.raises(CertificateTrouble, match=r"ca\.pem"):
        ensure_certificate(tmp_path, HOSTS)


# --- The plain port and static files --------------------------------------------------


async def ask(application, path, *, port=8080, host="127.0.0.1:8080", **more):
    """Send one request to an ASGI application; return status, headers and body."""
    sent = []
    path, _, query = path.partition("?")
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(b"host", host.encode())],
        "server": ("127.0.0.1", port),
        **more,
    }

    async def send(message):
        sent.append(message)

    await application(scope, None, send)
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, sent[1]["body"]


async def behind(scope, receive, send):
    """Stand for the application that must not be reached without TLS."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"the application"})


@pytest.fixture
def plain(tmp_path):
    (tmp_path / "ca.pem").write_bytes(b"PEM")
    return PlainPort(
        behind,
        plain_port=8080,
        tls_port=8443,
        hosts=["192.0.2.7", "127.0.0.1"],
        authority=tmp_path / "ca.pem",
    )


async def test_the_plain_port_only_sends_on(plain):
    status, headers, _ = await ask(plain, "/console/?a=b", method="POST")
    assert (status, headers["location"]) == (307, "https://127.0.0.1:8443/console/?a=b")

    _, headers, _ = await ask(plain, "/", host="evil.example")
    assert headers["location"] == "https://192.0.2.7:8443/"


async def test_the_plain_port_gives_the_authority_and_nothing_else(plain):
    status, headers, body = await ask(plain, "/ca.crt")
    assert (status, body) == (200, b"PEM")
    assert headers["content-type"] == "application/x-x509-ca-cert"

    *_, body = await ask(plain, "/", port=8443)
    assert body == b"the application"


async def test_no_socket_opens_on_the_plain_port(plain):
    sent = []

    async def send(message):
        sent.append(message["type"])

    await plain({"type": "websocket", "server": ("127.0.0.1", 8080)}, None, send)
    assert sent == ["websocket.close"]


def test_modules_import_each_other_by_hashed_names(tmp_path):
    source = FileSystemStorage(tmp_path / "source")
    files = {
        "dispatch/a.js": 'import { b } from "./b.js"\n'
        "import {\n  c,\n} from './c.js';\n"
        'const late = await import("./c.js");\n'
        '/** @typedef {import("./a.js").Missing} Missing */\n'
        'export const path = "./b.js";\n',
        "dispatch/b.js": "export const b = 1;\n",
        "dispatch/c.js": "export const c = 1;\n",
        "vendor/v.js": 'import "./gone.js";\n',
    }
    for name, text in files.items():
        path = tmp_path / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    storage = HashedStaticFilesStorage(location=tmp_path / "out", base_url="/static/")
    for name in files:
        with source.open(name) as file:
            storage.save(name, file)
    for _, _, processed in storage.post_process({n: (source, n) for n in files}):
        assert not isinstance(processed, Exception), processed

    text = (tmp_path / "out" / storage.stored_name("dispatch/a.js")).read_text()
    assert re.search(r'import \{ b \} from "\./b\.[0-9a-f]{12}\.js"\n', text)
    assert re.search(r'\} from "\./c\.[0-9a-f]{12}\.js";', text)
    assert re.search(r'await import\("\./c\.[0-9a-f]{12}\.js"\)', text)
    assert "Missing" not in text  # a comment; its line is blank, not gone
    assert text.count("\n") == files["dispatch/a.js"].count("\n")
    assert 'path = "./b.js"' in text


async def test_static_files_are_kept_for_ever_only_under_a_hashed_name(tmp_path):
    (tmp_path / "a.0123456789ab.js").write_text("1")
    (tmp_path / "a.js").write_text("1")
    static = StaticFiles(behind, root=tmp_path, prefix="/static/")

    _, headers, body = await ask(static, "/static/a.0123456789ab.js")
    assert "immutable" in headers["cache-control"]
    assert (headers["x-content-type-options"], body) == ("nosniff", b"1")
    _, headers, _ = await ask(static, "/static/a.js")
    assert headers["cache-control"] == "max-age=60, public"
    assert (await ask(static, "/static/../secret.key"))[0] == 404
    assert (await ask(static, "/page"))[2] == b"the application"


async def test_small_files_that_never_change_need_the_disk_once(tmp_path):
    names = {"small.0123456789ab.js": 10, "large.0123456789ab.js": SMALL + 1, "a.js": 9}
    for name, size in names.items():
        (tmp_path / name).write_text("x" * size)
    static = StaticFiles(behind, root=tmp_path, prefix="/static/")
    ranged = [(b"range", b"bytes=0-2")]
    # A part is no whole: it is not what the next one gets.
    assert (await ask(static, "/static/small.0123456789ab.js", headers=ranged))[
        0
    ] == 206
    first = {name: await ask(static, f"/static/{name}") for name in names}
    for name in names:
        (tmp_path / name).write_text("y" * names[name])

    for name, is_kept in zip(names, (True, False, False), strict=True):
        again = await ask(static, f"/static/{name}")
        assert again[:2] == first[name][:2]
        assert again[2][:1] == (b"x" if is_kept else b"y")
    tagged = [(b"if-none-match", first["a.js"][1]["etag"].encode())]
    assert (await ask(static, "/static/a.js", headers=tagged))[0] == 304


async def test_no_more_of_them_than_there_is_room_for(tmp_path):
    for number in range(ROOM // SMALL + 1):
        (tmp_path / f"{number}.0123456789ab.js").write_bytes(b"x" * SMALL)
    static = StaticFiles(behind, root=tmp_path, prefix="/static/")
    for file in tmp_path.iterdir():
        await ask(static, f"/static/{file.name}")
        file.write_bytes(b"y" * SMALL)

    again = [await ask(static, f"/static/{file.name}") for file in tmp_path.iterdir()]
    assert [body[:1] for _, _, body in again].count(b"x") == ROOM // SMALL


# --- Policies -------------------------------------------------------------------------


def through(middleware, request, **headers) -> Any:
    """Return the answer of an empty view behind one middleware."""
    return middleware(lambda _: HttpResponse(headers=headers))(request)


def test_only_the_admin_may_evaluate(rf):
    admin = through(admin_policy, rf.get("/admin/login/"))

    assert admin._csp_update["script-src"] == ["'unsafe-eval'"]
    assert not hasattr(through(admin_policy, rf.get("/console/")), "_csp_update")


def test_a_page_is_asked_for_again_unless_its_view_says_otherwise(rf):
    plain = through(page_policy, rf.get("/"))
    kept = through(page_policy, rf.get("/"), **{"Cache-Control": "no-store"})

    assert plain["Cache-Control"] == "private, no-cache"
    assert "camera=(self)" in plain["Permissions-Policy"]
    assert kept["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/api/v1/calls"])
def test_a_locked_database_is_answered_with_when_to_come_back(rf, path):
    answer = database_trouble(rf.get(path), OperationalError("database is locked"))

    assert answer is not None
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert database_trouble(rf.get(path), ValueError()) is None


# --- Deployment checks ----------------------------------------------------------------


def problems():
    found = checks.run_checks(tags=[TAG], include_deployment_checks=True)
    return {problem.id for problem in found if problem.is_serious()}


def test_what_is_set_and_empty_is_not_set(monkeypatch):
    """Else an empty line of an environment file took live pictures from every call."""
    monkeypatch.setenv("ALARM110_RELAY_HOME", " ")
    assert env.text("ALARM110_RELAY_HOME", "the data folder") == "the data folder"


def test_the_embedded_set_up_passes():
    assert problems() == set()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"EMBEDDED": False}, {"alarm110.E001", "alarm110.E003"}),
        (
            {"EMBEDDED": False, "REDIS_URL": "redis://127.0.0.1/0"},
            {"alarm110.E002", "alarm110.E003"},
        ),
        ({"WEB_PROCESSES": 2}, {"alarm110.E005"}),
        ({"SECRET_KEY": "short"}, {"alarm110.E006"}),
        ({"SECRET_KEY": "k" * 48, "BLIND_INDEX_KEY": "k" * 48}, {"alarm110.E007"}),
        ({"ALLOWED_HOSTS": ["*"]}, {"alarm110.E008"}),
        ({"PUBLIC_ORIGINS": ["http://110.example.org"]}, {"alarm110.E009"}),
        ({"DEBUG": True}, {"alarm110.E004"}),
    ],
)
def test_a_set_up_that_would_lose_alarms_is_refused(settings, changes, expected):
    for name, value in changes.items():
        setattr(settings, name, value)

    assert problems() == expected
