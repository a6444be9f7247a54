"""Watches everything the browsers of a test ask for and complain about."""

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Response, WebSocket

OURS = "127.0.0.1"
# What a page may carry that is no request.
INLINE = {"data", "blob", "about"}
# What the admin's theme needs, and its pages alone may (alarm110.middleware).
ADMINS = ("'unsafe-eval'", "'unsafe-inline'")


class Witness:
    """Collects what no page of ours may do; ``check`` says what it saw."""

    def __init__(self) -> None:
        self.foreign: list[str] = []
        self.errors: list[str] = []
        self.policies: list[str] = []

    def watch(self, context: BrowserContext) -> None:
        """Watch all pages of a context, those to come too."""
        context.on("request", lambda request: self._request(request.url))
        context.on("page", lambda page: page.on("websocket", self._socket))
        context.on("response", self._response)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))

    def check(self) -> None:
        """Fail if another host was asked, a script failed, or a policy was loose."""
        assert self.foreign == [], self.foreign
        assert self.errors == [], self.errors
        assert self.policies == [], self.policies

    def _request(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in INLINE and parts.hostname != OURS:
            self.foreign.append(url)

    def _socket(self, socket: WebSocket) -> None:
        self._request(socket.url)

    def _response(self, response: Response) -> None:
        if urlsplit(response.url).hostname != OURS:
            return
        policy = response.headers.get("content-security-policy", "")
        is_page = "text/html" in response.headers.get("content-type", "")
        if urlsplit(response.url).path.startswith("/admin/"):
            for word in ADMINS:
                policy = policy.replace(word, "")
        if "unsafe" in policy or (is_page and "default-src 'none'" not in policy):
            self.policies.append(f"{response.url}: {policy or 'no policy'}")

    def _console(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.errors.append(message.text)
