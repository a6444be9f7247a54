"""Whoever loses a right or signs out is cut off within two seconds."""

import asyncio
import time
import urllib.parse

import pytest
from websockets.exceptions import ConnectionClosed

from tests.clients import Console
from tests.sockets.stage import closed, window

# Said, kept for a while so that the socket is surely looked at, and taken back.
ACT = """
import time
from accounts.actions import roles
from accounts.models import Agency, User
from accounts.states import RoleKind
user = User.objects.get(username="zhou")
right = roles.Right(RoleKind.OPERATOR, Agency.objects.get(code="370611"))
roles.change_rights(user, {away})
print(time.time(), flush=True)
time.sleep(4)
roles.change_rights(user, {back})
"""


@pytest.mark.parametrize(
    ("away", "back"),
    [
        ("take=[right]", "give=[right]"),
        ("is_active=False", "is_active=True"),
    ],
)
async def test_a_right_that_is_taken_away_closes_the_socket(served, away, back):
    script = ACT.format(away=away, back=back)
    async with window(served, "zhou") as zhou, window(served, "li") as li:
        act = asyncio.create_task(
            asyncio.to_thread(
                served.manage, "shell", "--verbosity=0", "-c", script
            )
        )  # fmt: skip
        code = await closed(zhou, 60)
        gone_at = time.time()
        taken_at = float((await act).split()[0])
        assert code == 4401
        assert gone_at - taken_at <= 2.0
        assert zhou.line.heard[-1][1]["code"] == "not_found"
        assert li.line.socket.close_code is None
        assert not li.line.socket.transport.is_closing()


async def test_a_sign_out_closes_every_window_of_that_session(served):
    async with Console(served, "gao") as gao:
        session = gao.http.cookies["__Host-session"]
        async with Console(served, "gao", session=session) as second:
            began = time.monotonic()
            form = {"csrfmiddlewaretoken": gao.http.cookies["__Host-csrf"]}
            answer = await gao.http.request(
                "POST", "/accounts/logout/", urllib.parse.urlencode(form).encode(),
                {"Content-Type": "application/x-www-form-urlencoded"},
            )  # fmt: skip
            assert answer.status == 302
            codes = await asyncio.gather(closed(gao), closed(second))
            assert set(codes) == {4401}
            assert time.monotonic() - began <= 2.5  # the request itself is in this
        again = Console(served, "gao", session=session)
        try:
            with pytest.raises((ConnectionError, ConnectionClosed)):
                await again.line.open()
            assert await closed(again) == 4401
        finally:
            await again.close()
