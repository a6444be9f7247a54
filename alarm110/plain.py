"""The plain port: a redirect to HTTPS and the authority's certificate, nothing else.

Nothing of the application is reachable without TLS, so no cookie, capability or word of
a caller ever travels in the clear, whatever a page or a typed address asks for.
"""

from collections.abc import Collection
from pathlib import Path

from alarm110.asgi_types import Application, Receive, Scope, Send
from alarm110.hosts import in_address

Headers = list[tuple[bytes, bytes]]


class PlainPort:
    """Answers what arrives on the plain port itself; passes all else on."""

    def __init__(
        self,
        application: Application,
        *,
        plain_port: int,
        tls_port: int,
        hosts: Collection[str],
        authority: Path,
    ) -> None:
        self.application = application
        self.plain_port = plain_port
        self.tls_port = tls_port
        self.hosts = hosts
        self.authority = authority

    async def __call__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        """Decide by the port that it came in by: a socket's scope has no scheme."""
        if scope["type"] == "lifespan" or not self._is_plain(scope["server"]):
            await self.application(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        elif scope["path"] == "/ca.crt":
            await self._give_authority(scope, send)
        else:
            await self._redirect(scope, send)

    def _is_plain(self, server: tuple[str, int | None] | None) -> bool:
        return server is not None and server[1] == self.plain_port

    async def _give_authority(self, scope: Scope, send: Send) -> None:
        try:
            body = self.authority.read_bytes()
        except FileNotFoundError:
            await _answer(scope, send, 404, [], b"")
            return
        kind = (b"content-type", b"application/x-x509-ca-cert")
        await _answer(scope, send, 200, [kind], body)

    async def _redirect(self, scope: Scope, send: Send) -> None:
        host = self._host(dict(scope["headers"]).get(b"host", b"").decode("latin-1"))
        port = "" if self.tls_port == 443 else f":{self.tls_port}"
        path = scope.get("raw_path") or b"/"
        query = b"?" + scope["query_string"] if scope["query_string"] else b""
        target = f"https://{in_address(host)}{port}".encode("latin-1") + path + query
        # 307 keeps the method and, unlike 301, is not remembered when PORT changes.
        await _answer(scope, send, 307, [(b"location", target)], b"")

    def _host(self, asked: str) -> str:
        """Return the host that was asked for if it is ours, else one that is.

        A foreign ``Host`` header must not turn this into an open redirect.
        """
        name = asked.partition("]")[0][1:] if asked[:1] == "[" else asked.split(":")[0]
        return name.lower() if name.lower() in self.hosts else next(iter(self.hosts))


async def _answer(
    scope: Scope,
    send: Send,
    status: int,
    headers: Headers,
    body: bytes,
) -> None:
    fixed = [
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [*headers, *fixed],
        }
    )
    shown = b"" if scope["method"] == "HEAD" else body
    await send({"type": "http.response.body", "body": shown})
