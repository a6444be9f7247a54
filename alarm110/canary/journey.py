"""The steps of the canary's alarm, from the sign-in to the seat left behind."""

import asyncio
import base64
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable
from time import monotonic, perf_counter
from uuid import uuid4

from alarm110.canary import media
from alarm110.canary.doors import Frame, Line, Refused, Trouble, Web
from alarm110.canary.recording import keep_a_clip
from dispatch.actions.regions.region_file import CANARY_CODE, CANARY_USER

WHOLE_SECONDS = 30.0
CLEAN_UP_SECONDS = 3.0  # of these
STILL_SECONDS = 3.0  # nothing moved at the seat for so long: nobody is there
FREE_SECONDS = 8.0  # how long another canary may take before we say it runs
TAKEN_ELSEWHERE = 4409  # the close code of a window whose seat continues in another

PICTURE = base64.b64encode(b"\xff\xd8\xff\xe0 canary \xff\xd9").decode()


class AnotherCanary(Trouble):
    """The canary's seat is in use, by somebody who is alive."""

    def __init__(self) -> None:
        super().__init__("another canary is running")


class Journey:
    """One alarm. ``told`` hears of each step with its milliseconds, once it is done.

    ``has_media``: there is a media relay, so live pictures must come, too.
    """

    def __init__(
        self,
        url: str,
        key: str,
        context: ssl.SSLContext,
        told: Callable[[str, float], None],
        *,
        has_media: bool = True,
    ) -> None:
        self._key, self._context, self._told = key, context, told
        self._has_media = has_media
        deadline = monotonic() + WHOLE_SECONDS - CLEAN_UP_SECONDS
        self._staff = Web(url, context, deadline)
        self._caller = Web(url, context, deadline)
        self._console: Line | None = None
        self._phone: Line | None = None
        self._seat = self._agency = ""
        self._call: Frame = {}
        self._is_seated = False
        self.step = "start"

    async def walk(self) -> None:
        """Do it all; whatever stops it, nothing is left behind.

        Raises:
            Trouble: why not; ``step`` says where.
        """
        try:
            async with asyncio.timeout(WHOLE_SECONDS - CLEAN_UP_SECONDS):
                await self._walk()
        except TimeoutError as error:
            raise Trouble("it did not happen in time") from error
        except Trouble as trouble:
            if self._console is not None:
                # Which of the two came first is chance: the close or our command.
                await asyncio.sleep(0.1)
                if self._console.close_code == TAKEN_ELSEWHERE:
                    raise AnotherCanary from trouble
            raise
        finally:
            await self._clean_up()

    async def _walk(self) -> None:
        async with self._timed("sign in"):
            await self._sign_in()
        async with self._timed("seat"):
            console = self._console = await self._open(self._staff, "/ws/seat")
            await self._take_seat(console)
        async with self._timed("ready"):
            await console.command("set_availability", availability="ready")
        since = console.mark()
        async with self._timed("tap"):
            self._call = await self._tap()
        async with self._timed("queue"):
            phone = self._phone = await self._open_phone()
            await console.wait_for(self._is_in_our_line, since)
        async with self._timed("offer"):
            offer = (await console.wait_for(self._is_offer, since))["data"]["seat"]
        async with self._timed("accept"):
            await self._accept(console, phone, offer["offer"]["offer"])
        async with self._timed("text to the seat"):
            await _text(phone, console, "caller")
        async with self._timed("text to the phone"):
            await _text(console, phone, "seat")
        async with self._timed("still to the seat"):
            await _still(phone, console)
        async with self._timed("still to the phone"):
            await _still(console, phone)
        if self._has_media:
            await self._look_live(phone, console)
        async with self._timed("clip"):
            await asyncio.to_thread(keep_a_clip, self._caller, self._call)
        async with self._timed("end"):
            mark = phone.mark()
            await console.command("end_call", call=self._call["call"])
            ended = await phone.wait_for(_kind("call.ended"), mark)
            self._call = {}
            if (reason := ended["data"]["call"]["end_reason"]) != "seat_ended":
                raise Trouble(f"the call ended for another reason: {reason}")
        async with self._timed("wrap-up"):
            await console.command("finish_wrap_up")
        async with self._timed("leave"):
            await console.command("leave_seat")
            self._is_seated = False

    async def _look_live(self, phone: Line, console: Line) -> None:
        async with media.peers(phone, console) as (at_phone, at_seat):
            async with self._timed("live media"):
                await asyncio.gather(at_phone.connect(), at_seat.connect())
            async with self._timed("video to the seat"):
                await at_seat.sees()
            async with self._timed("video to the phone"):
                await at_phone.sees()

    @contextlib.asynccontextmanager
    async def _timed(self, step: str) -> AsyncIterator[None]:
        self.step = step
        began = perf_counter()
        yield
        self._told(step, (perf_counter() - began) * 1000)

    # --- The seat --------------------------------------------------------------------

    async def _sign_in(self) -> None:
        web = self._staff
        await asyncio.to_thread(web.get, "/accounts/login/")
        token = web.cookie("csrf")
        if token is None:
            raise Trouble(f"{web.url} has no sign-in page")
        form = {
            "login": CANARY_USER,
            "password": self._key,
            "csrfmiddlewaretoken": token,
        }
        await asyncio.to_thread(web.post_form, "/accounts/login/", form)
        if web.cookie("session") is None:
            raise Trouble("the sign-in was refused: this is not the key of that server")

    async def _sign_out(self) -> None:
        """End the session: a canary each minute would leave hundreds behind a day."""
        web, token = self._staff, self._staff.cookie("csrf")
        if web.cookie("session") is not None and token is not None:
            form = {"csrfmiddlewaretoken": token}
            await asyncio.to_thread(web.post_form, "/accounts/logout/", form)

    async def _open(self, web: Web, door: str) -> Line:
        return await Line.open(web, door, self._context)

    async def _take_seat(self, console: Line) -> None:
        """Take the canary's seat; never one of a real agency."""
        welcome = await console.hello()
        codes = [known["agency"]["code"] for known in welcome["snapshots"].values()]
        if codes != [CANARY_CODE]:
            raise Trouble("this key opens a real agency; the canary goes no further")
        self._agency, snapshot = next(iter(welcome["snapshots"].items()))
        if not snapshot["seats"]:
            raise Trouble("the canary's agency has no seat: run manage.py onboard")
        self._seat = next(iter(snapshot["seats"]))
        try:
            async with asyncio.timeout(FREE_SECONDS):
                fresh = await self._sit_down(console)
        except TimeoutError as error:
            raise AnotherCanary from error
        await self._clear_leftover(console, fresh["snapshots"][self._agency])

    async def _sit_down(self, console: Line) -> Frame:
        """Take the seat, from a canary that was cut off too; return the welcome."""
        take_over = False
        while True:
            mark = console.mark()
            try:
                await console.command("take_seat", seat=self._seat, take_over=take_over)
            except Refused as refusal:
                if refusal.code != "seat_held":
                    raise
                take_over = not await self._lives(console, mark)
                continue
            self._is_seated = True
            return await console.wait_for(_kind("welcome"), mark)

    async def _lives(self, console: Line, mark: int) -> bool:
        """Return whether whoever holds the seat does something there."""
        try:
            async with asyncio.timeout(STILL_SECONDS):
                await console.wait_for(self._is_our_seat, mark)
        except TimeoutError:
            return False
        return True

    def _is_our_seat(self, frame: Frame) -> bool:
        return (
            frame.get("type") == "seat.updated"
            and frame["data"]["seat"]["seat"] == self._seat
        )

    async def _clear_leftover(self, console: Line, agency: Frame) -> None:
        """End the call that a canary left which was cut off, and its wrap-up."""
        if agency["line"]:
            await self._end_leftover(console)
        elif agency["seats"][self._seat]["activity"] != "wrap_up":
            return
        with contextlib.suppress(Refused):  # a call that was only waiting has none
            await console.command("finish_wrap_up")

    async def _end_leftover(self, console: Line) -> None:
        mark = console.mark()
        self._call = await self._tap()  # merged into the old call, so it opens it
        phone = self._phone = await self._open_phone()
        await phone.command("hang_up")
        await console.wait_for(
            lambda f: self._is_in_our_line(f) and f["data"]["call"]["state"] == "ended",
            mark,
        )
        await phone.close()
        self._call, self._phone = {}, None

    async def _accept(self, console: Line, phone: Line, offer: str) -> None:
        mark = console.mark()
        await console.command("accept_offer", offer=offer)
        followed = await console.wait_for(_kind("followed"), mark)
        if followed["stream"] != self._call["incident"]:
            raise Trouble("the seat was given another call")
        # The phone may have said hello after the accept: then its snapshot knows.
        await phone.wait_for(
            lambda f: f.get("type") == "call.connected" or self._is_connected(f)
        )

    def _is_connected(self, frame: Frame) -> bool:
        snapshot = frame.get("snapshots", {}).get(self._call["incident"])
        return bool(snapshot) and snapshot["call"]["state"] == "connected"

    # --- The phone -------------------------------------------------------------------

    async def _tap(self) -> Frame:
        return await asyncio.to_thread(
            self._caller.post_json,
            "/api/v1/calls",
            {"id": str(uuid4()), "mode": "normal"},
            {"Alarm110-Canary": self._key},
        )

    async def _open_phone(self) -> Line:
        phone = await self._open(self._caller, "/ws/caller")
        welcome = await phone.hello(
            call=self._call["call"],
            capability=self._call["capability"],
            epoch=self._call["epoch"],
        )
        if welcome["epoch"] is None:
            await phone.command("take_over")
        return phone

    def _is_in_our_line(self, frame: Frame) -> bool:
        """The agency's stream tells of the call: proof that it is nobody else's."""
        return (
            frame.get("type") == "line.updated"
            and frame["stream"] == self._agency
            and frame["data"]["call"]["call"] == self._call["call"]
        )

    def _is_offer(self, frame: Frame) -> bool:
        return (
            self._is_our_seat(frame)
            and (frame["data"]["seat"]["offer"] or {}).get("call") == self._call["call"]
        )

    # --- The end ---------------------------------------------------------------------

    async def _clean_up(self) -> None:
        """Leave no call and no seat behind; what cannot be done lapses by itself."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLEAN_UP_SECONDS):
                with contextlib.suppress(Trouble):
                    if self._call:
                        if self._phone is None:
                            self._phone = await self._open_phone()
                        await self._phone.command("hang_up")
                if self._is_seated and self._console is not None:
                    for command in ("finish_wrap_up", "leave_seat"):
                        with contextlib.suppress(Trouble):
                            await self._console.command(command)
                for line in (self._phone, self._console):
                    if line is not None:
                        await line.close()
                with contextlib.suppress(Trouble):
                    await self._sign_out()


def _kind(kind: str) -> Callable[[Frame], bool]:
    return lambda frame: frame.get("type") == kind


async def _text(sender: Line, receiver: Line, side: str) -> None:
    """Send words and see them arrive as they were written."""
    words = f"canary {uuid4()}"
    mark = receiver.mark()
    await sender.command("post_message", text=words)
    await receiver.wait_for(
        lambda f: (
            f.get("type") == "message.posted"
            and (f["data"]["side"], f["data"]["text"]) == (side, words)
        ),
        mark,
    )


async def _still(sender: Line, receiver: Line) -> None:
    """Send a picture, see it arrive unchanged, and hear that it was seen."""
    at_receiver, at_sender = receiver.mark(), sender.mark()
    await sender.send("still", n=1, age_ms=0, jpeg=PICTURE)
    shown = await receiver.wait_for(_kind("still"), at_receiver)
    if shown["jpeg"] != PICTURE:
        raise Trouble("the picture arrived changed")
    await sender.wait_for(_kind("still_seen"), at_sender)
