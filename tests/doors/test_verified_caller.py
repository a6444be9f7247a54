"""A caller proves a phone number while the seat looks on."""

import random
import re

from tests.sockets.stage import alarm, joined, on_duty


async def test_the_seat_learns_at_once_who_is_calling(served):
    phone = f"139{random.randrange(10**8):08}"
    masked = f"139****{phone[-4:]}"
    async with on_duty(served, "li") as li, alarm(served) as lin:
        room = await joined(li, lin)
        assert room["snapshot"]["caller"]["assurance"] == "none"
        before = len(served.log())
        answer = await lin.http.post_json("/api/v1/caller/phone", {"phone": phone})
        assert answer.status == 202, answer.body
        line = re.search(
            rf"code for {re.escape(masked)}: (\d{{6}})", served.log()[before:]
        )
        assert line
        assert phone not in served.log()[before:]

        wrong = f"{(int(line[1]) + 1) % 10**6:06}"
        answer = await lin.http.post_json("/api/v1/caller/code", {"code": wrong})
        assert answer.status >= 400
        assert answer.json()["type"] == "error"

        shown = [li.line.expect("caller.verified"), lin.line.expect("caller.verified")]
        form = li.line.expect("incident.updated")
        answer = await lin.http.post_json("/api/v1/caller/code", {"code": line[1]})
        assert answer.status == 200, answer.body
        for side in shown:
            caller = (await side)["data"]["caller"]
            assert caller["assurance"] == "phone"
            assert caller["phone_masked"] == masked
            assert phone not in str(caller)
        assert "unverified" not in (await form)["data"]["incident"]["flags"]
        await lin.command("post_message", text="It is still the same call.")


async def test_it_is_refused_to_strangers_and_other_pages(served):
    async with alarm(served) as lin:
        cookies, lin.http.cookies = lin.http.cookies, {}
        answer = await lin.http.post_json("/api/v1/caller/phone", {"phone": "1" * 11})
        assert answer.status in (400, 403, 409)
        assert answer.json()["type"] == "error"
        lin.http.cookies = cookies
        answer = await lin.http.post_json(
            "/api/v1/caller/phone", {"phone": "13900000000"},
            {"Origin": "https://evil.example"},
        )  # fmt: skip
        assert (answer.status, answer.json()["code"]) == (403, "foreign_origin")
        phones: list[object] = ["", "110", "x" * 40, "\0", None, {}]
        for phone in phones:
            answer = await lin.http.post_json("/api/v1/caller/phone", {"phone": phone})
            assert answer.status in (400, 422), phone
            assert answer.json()["type"] == "error"
