"""Health, the authority, and the plain port, over real connections."""

from tests.wire import Http


async def test_it_is_alive_and_serving_and_says_so(served):
    http = Http(served.url, served.ssl_context())
    alive = await http.request("GET", "/healthz")
    ready = await http.request("GET", "/readyz")
    authority = await http.request("GET", "/ca.crt")
    await http.close()

    assert (alive.status, alive.json()) == (200, {"alive": True})
    assert ready.status == 200
    assert ready.json()["database"] is True
    assert ready.json()["late"] == []
    assert {"matcher", "sweeper", "writer"} <= set(ready.json()["loops"])
    assert authority.body == served.ca.read_bytes()


async def test_the_plain_port_sends_on_and_gives_the_authority_alone(served):
    plain = f"http://127.0.0.1:{served.http_port}"
    answers = {}
    for path in ("/", "/api/v1/calls", "/healthz", "/ca.crt"):
        http = Http(plain, None)
        answers[path] = await http.request("GET", path)
        await http.close()

    assert answers.pop("/ca.crt").body == served.ca.read_bytes()
    for path, answer in answers.items():
        assert answer.status in (307, 308), path
        assert answer.headers["location"] == f"{served.url}{path}"


async def test_a_browser_that_asks_for_an_icon_by_itself_gets_one(served):
    http = Http(served.url, served.ssl_context())
    answer = await http.request("GET", "/favicon.ico")
    assert answer.status == 302
    assert answer.headers["cache-control"] == "public, max-age=86400"
    icon = await http.request("GET", answer.headers["location"])
    await http.close()

    assert (icon.status, icon.headers["content-type"]) == (200, "image/png")


async def test_a_foreign_host_name_is_refused_without_a_traceback(served):
    before = len(served.log())
    http = Http(served.url, served.ssl_context())
    for path in ("/", "/api/v1/calls/mine", "/healthz"):
        answer = await http.request("GET", path, headers={"Host": "evil.example"})
        assert answer.status == 400, path
        assert b"Traceback" not in answer.body
    await http.close()
    assert "Traceback" not in served.log()[before:]
