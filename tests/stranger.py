"""A caller and a seat written from PROTOCOL.md alone: no import of this project.

    python tests/stranger.py https://127.0.0.1:8443 USER PASSWORD [--ca var/ca.pem]

Takes a seat, taps as a phone, answers, sends words and a picture each way, ends. Exit 0
only if all of it happened.
"""

import argparse
import asyncio
import base64
import http.cookiejar
import json
import ssl
import time
import urllib.parse
import urllib.request
import uuid

from websockets.asyncio.client import connect

STARTED = time.monotonic()


def say(step: str) -> None:
    print(f"{time.monotonic() - STARTED:7.3f} s  {step}", flush=True)


class Line:
    """One socket: commands and their acks, entries by number, pictures."""

    def __init__(self, socket, hello: dict) -> None:
        self.socket, self.hello = socket, hello
        self.welcome: asyncio.Future = asyncio.get_running_loop().create_future()
        self.acks: dict[str, asyncio.Future] = {}
        self.frames: list[dict] = []
        self.news = asyncio.Condition()
        self.cursors: dict[str, int] = {}
        self.reader = asyncio.create_task(self.read())

    async def read(self) -> None:
        await self.send({"type": "hello", "cursors": {}, **self.hello})
        async for text in self.socket:
            frame = json.loads(text)
            kind = frame.get("type")
            if kind == "heartbeat":
                await self.send({"type": "pong", "at": frame["at"]})
            elif kind == "welcome":
                self.cursors.update(frame["cursors"])
                if self.welcome.done():
                    self.welcome = asyncio.get_running_loop().create_future()
                self.welcome.set_result(frame)
            elif kind in ("ack", "error") and frame.get("id") in self.acks:
                self.acks.pop(frame["id"]).set_result(frame)
            elif kind == "still":
                await self.send({"type": "still_seen", "n": frame["n"]})
            if "seq" in frame and kind != "ack":
                expected = self.cursors.get(frame["stream"], 0) + 1
                assert frame["seq"] == expected, f"gap: {frame['seq']}, not {expected}"
                self.cursors[frame["stream"]] = frame["seq"]
            if kind == "followed":
                self.cursors[frame["stream"]] = frame["cursor"]
            async with self.news:
                self.frames.append(frame)
                self.news.notify_all()

    async def send(self, frame: dict) -> None:
        await self.socket.send(json.dumps(frame))

    async def command(self, kind: str, **fields) -> dict:
        frame = {"type": kind, "id": str(uuid.uuid4()), **fields}
        answer = self.acks[frame["id"]] = asyncio.get_running_loop().create_future()
        await self.send(frame)
        result = await asyncio.wait_for(answer, 10)
        assert result["type"] == "ack", result
        return result

    async def wait_for(self, wanted, seconds: float = 10) -> dict:
        async def found():
            async with self.news:
                while True:
                    for frame in self.frames:
                        if wanted(frame):
                            return frame
                    await self.news.wait()

        return await asyncio.wait_for(found(), seconds)


def post(opener, url: str, body: bytes, headers: dict) -> bytes:
    return opener.open(urllib.request.Request(url, body, headers)).read()  # noqa: S310


def browser(context, *handlers):
    return urllib.request.build_opener(
        urllib.request.HTTPSHandler(context=context), *handlers
    )


def sign_in(url: str, user: str, password: str, context) -> str:
    jar = http.cookiejar.CookieJar()
    opener = browser(context, urllib.request.HTTPCookieProcessor(jar))
    page = f"{url}/accounts/login/"
    opener.open(page).read()
    token = next(c.value for c in jar if "csrf" in c.name)
    form = {"login": user, "password": password, "csrfmiddlewaretoken": token}
    body = urllib.parse.urlencode(form).encode()
    post(opener, page, body, {"Referer": page, "Origin": url})
    assert any("session" in c.name for c in jar), "the log-in was refused"
    return "; ".join(f"{c.name}={c.value}" for c in jar)


def tap(url: str, context, headers: dict) -> dict:
    body = json.dumps({"id": str(uuid.uuid4()), "mode": "normal"}).encode()
    headers = {"Content-Type": "application/json", "Origin": url, **headers}
    return json.loads(post(browser(context), f"{url}/api/v1/calls", body, headers))


async def main(url: str, user: str, password: str, ca: str | None, headers: dict):
    context = ssl.create_default_context(cafile=ca)
    cookies = await asyncio.to_thread(sign_in, url, user, password, context)
    say("signed in")
    ws = url.replace("https", "wss")
    common = {"subprotocols": ["alarm110.v1"], "origin": url, "ssl": context}
    async with connect(
        f"{ws}/ws/seat", additional_headers={"Cookie": cookies}, **common
    ) as seat_socket:
        seat = Line(seat_socket, {})
        hall = await asyncio.wait_for(seat.welcome, 10)
        free = [
            one["seat"]
            for snapshot in hall["snapshots"].values()
            for one in snapshot["seats"].values()
            if one["operator_id"] is None and one["is_active"]
        ]
        seat.welcome = asyncio.get_running_loop().create_future()
        await seat.command("take_seat", seat=free[0])
        await asyncio.wait_for(seat.welcome, 10)
        await seat.command("set_availability", availability="ready")
        say("a seat is taken and ready")

        call = await asyncio.to_thread(tap, url, context, headers)
        say(f"tapped: {call['number']}")
        async with connect(f"{ws}/ws/caller", **common) as phone_socket:
            mine = {key: call[key] for key in ("call", "capability", "epoch")}
            phone = Line(phone_socket, mine)
            await asyncio.wait_for(phone.welcome, 10)

            def offered(frame):
                if frame.get("type") != "seat.updated":
                    return False
                seen = frame["data"]["seat"]
                offer = seen["offer"] or {}
                return seen["seat"] == free[0] and offer.get("call") == call["call"]

            offer = (await seat.wait_for(offered, 30))["data"]["seat"]["offer"]
            await seat.command("accept_offer", offer=offer["offer"])
            await seat.wait_for(lambda f: f.get("type") == "followed")
            say("offered and accepted")
            snapshot = phone.welcome.result()["snapshots"][call["stream"]]
            if snapshot["call"]["state"] != "connected":
                await phone.wait_for(lambda f: f.get("type") == "call.connected")
            say("the phone knows it is connected")
            await phone.command("post_message", text="He is at the door.")
            await seat.wait_for(lambda f: f.get("type") == "message.posted")
            await seat.command("post_message", text="Are you alone?")
            await phone.wait_for(
                lambda f: (
                    f.get("type") == "message.posted" and f["data"]["side"] == "seat"
                )
            )
            say("words went both ways")
            picture = base64.b64encode(b"\xff\xd8\xff\xe0 a picture \xff\xd9").decode()
            still = {"type": "still", "n": 1, "age_ms": 5, "jpeg": picture}
            await phone.send(still)
            shown = await seat.wait_for(lambda f: f.get("type") == "still")
            assert shown["jpeg"] == picture
            await seat.send(still)
            await phone.wait_for(lambda f: f.get("type") == "still")
            say("a picture went each way")
            await seat.command("end_call", call=call["call"])
            ended = await phone.wait_for(lambda f: f.get("type") == "call.ended")
            assert ended["data"]["call"]["end_reason"] == "seat_ended"
            say("ended")
        await seat.command("finish_wrap_up")
        await seat.command("leave_seat")
        say("the seat is left")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("user")
    parser.add_argument("password")
    parser.add_argument("--ca")
    parser.add_argument("--header", action="append", default=[])
    options = parser.parse_args()
    extra = dict(header.split(": ", 1) for header in options.header)
    asyncio.run(main(options.url, options.user, options.password, options.ca, extra))
