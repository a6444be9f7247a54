"""A socket that sends faster than a person can: refused by code, never in silence."""

import asyncio
from collections import Counter
from uuid import uuid4

from tests.sockets.stage import alarm, joined, on_duty, still_works
from tests.wire import Frame

COUNT = 200


async def test_a_burst_is_refused_by_code_and_others_feel_nothing(served):
    async with (
        on_duty(served, "li") as li,
        alarm(served) as lin,
        alarm(served) as other,
    ):
        await joined(li, lin)
        texts = {str(uuid4()): f"burst {n}" for n in range(COUNT)}

        async def say(name: str) -> Frame:
            return await lin.line.ask("post_message", 20, id=name, text=texts[name])

        burst = asyncio.gather(*(say(name) for name in texts))
        began = asyncio.get_running_loop().time()
        await other.command("post_message", text="I am somebody else.")
        assert asyncio.get_running_loop().time() - began < 3
        answers = dict(zip(texts, await burst, strict=True))

        said = Counter(answer.get("code", "ack") for answer in answers.values())
        assert set(said) == {"ack", "over_budget"}
        assert said["ack"] >= 40
        assert said["over_budget"] >= 50

        await asyncio.sleep(1)
        refused = [n for n, answer in answers.items() if answer["type"] == "error"]
        again = [await say(name) for name in refused[:5]]  # the same ids
        assert [answer["type"] for answer in again] == ["ack"] * 5
        known = [await say(name) for name in refused[:5]]  # and once more
        assert [a["seq"] for a in known] == [a["seq"] for a in again]

        await still_works(li, lin)
        kept = [e["data"]["text"] for e in li.line.entries("message.posted")]
        accepted = {n for n, answer in answers.items() if answer["type"] == "ack"}
        expected = {texts[name] for name in accepted | set(refused[:5])}
        assert len(kept) == len(set(kept))
        assert {text for text in kept if text.startswith("burst")} == expected
